/** Proves what a finding tells the person who reads it, and where each bound of the audit lies. */
import type { Acceptance } from '../../../core/contracts/ledger';
import { type AuditInput, audit } from '../../../core/policies/audit';
import { acceptance, balanced, checks, context, details, entry, keyOf, NOW_MS, record, write } from './audit-factory';

const journal = balanced.journal ?? [];
const DUE_MS = NOW_MS - 60_000;
const withD = (atMs: number, more: Partial<Acceptance> & { readonly closedAtMs?: number } = {}) => ({
  acceptances: [...balanced.acceptances, { ...acceptance(['d'], { atMs }), ...more }],
  journal: [...journal, entry('d')],
});

describe('what a finding says', () => {
  it.each<[string, Partial<AuditInput>, string]>([
    [
      'an overdue event',
      withD(NOW_MS - 120_400),
      'no outcome 120 s after acceptance, and lane normal holds 0 messages for 1 overdue events',
    ],
    ['a closed acceptance', withD(NOW_MS, { closedAtMs: NOW_MS }), 'its acceptance is closed, but it has no outcome'],
    [
      'a second outcome',
      { records: [...balanced.records, record('c', 'DEAD')] },
      'a second outcome, DEAD, of one generation',
    ],
    [
      'an outcome of nothing',
      { records: [...balanced.records, record('x', 'DEAD')] },
      'outcome DEAD, but no acceptance has this event',
    ],
    [
      'an outcome of another body',
      { records: [record('a', 'DONE', { bodyDigest: 'forged' }), ...balanced.records.slice(1)] },
      'outcome of a body that was never accepted',
    ],
    [
      'a generation after DONE',
      { acceptances: [...balanced.acceptances, acceptance(['a'], { generation: 2 })] },
      'accepted again although generation 1 is DONE',
    ],
    [
      'a generation after nothing',
      {
        acceptances: [...balanced.acceptances, acceptance(['d']), acceptance(['d'], { generation: 2 })],
        journal: [...journal, entry('d')],
      },
      'accepted again although generation 1 has no outcome',
    ],
    [
      'a second body',
      { acceptances: [...balanced.acceptances, acceptance(['a'], { body: 'other', atMs: DUE_MS - 1 })] },
      'accepted with 2 bodies; those without an outcome are not in quarantine',
    ],
    [
      'an effect that is not there',
      { effects: [write('b')] },
      'telemetry/readings key-a version 1 was not applied: nothing is there',
    ],
    [
      'an effect at another place too',
      { effects: [...balanced.effects, { ...write('a'), key: 'elsewhere' }] },
      'telemetry/readings elsewhere version 1, receipt key-a/record/0: a second effect of one write',
    ],
    [
      'an effect of another version',
      { effects: [{ ...write('a'), version: 2 }, write('b')] },
      'telemetry/readings key-a version 2, receipt key-a/record/0: the outcome asked for it elsewhere or in another version',
    ],
    [
      'an effect of nothing',
      { effects: [...balanced.effects, write('x')] },
      'telemetry/readings key-x version 1, receipt key-x/record/0: no outcome asked for it',
    ],
    [
      'another value',
      { effects: [{ ...write('a'), value: 99 }, write('b')] },
      'telemetry/readings key-a version 1, receipt key-a/record/0: its value is not the one that the outcome asked for',
    ],
    [
      'a context',
      { contexts: [context(1)] },
      'context telemetry/detect/acme/s1 has folded 1 events, its outcomes are 2',
    ],
    [
      'a batch given up',
      { depths: { ...balanced.depths, unpublished: { waiting: 0, givenUp: 2 } } },
      '2 batches of outcomes were given up by publisher and republisher: their events may not be published',
    ],
    [
      'an event that is nowhere',
      { journal: [...journal, entry('d')] },
      'sent by devices, but neither accepted nor quarantined, and intake holds 0',
    ],
    [
      'an event that was not sent',
      { journal: journal.slice(1) },
      "accepted under the journal's source, but the journal does not have it",
    ],
    [
      'another fate',
      { journal: [entry('a', { expected: 'EXPIRED' }), ...journal.slice(1)] },
      'DONE (reacted), but EXPIRED was expected',
    ],
  ])('of %s', (_, change, words) => {
    expect(details(change)).toEqual([words]);
    expect(audit({ ...balanced, ...change }).balanced).toBe(false);
  });

  it('of an effect in an older version names whose it is', () => {
    const records = [record('a', 'DONE', { writes: [{ ...write('a'), version: 3 }] }), ...balanced.records.slice(1)];
    expect(details({ records })).toContain(
      'telemetry/readings key-a version 3 was not applied: only version 1 by key-a/record/0 is there',
    );
  });

  it('of an effect that is elsewhere only is two: it is missing here and doubled there', () => {
    const effects = [{ ...write('a'), key: 'elsewhere' }, write('b')];
    expect(checks({ effects })).toEqual([
      ['missing-effect', 'a'],
      ['doubled-effect', 'a'],
    ]);
  });

  it('of a forged effect names the accepted event that it claims', () => {
    expect(checks({ effects: [...balanced.effects, write('c')] })).toEqual([['forged-effect', 'c']]);
  });

  it.each([
    ['b', -1],
    ['a', 1],
  ])('of a context names the event that was folded in last: %s', (last, later) => {
    const records = [record('a', 'DONE', { decidedAtMs: NOW_MS - 500_000 + later }), ...balanced.records.slice(1)];
    expect(checks({ records, contexts: [context(1)] })).toEqual([['context', last]]);
  });

  it('of a context that no outcome knows names the context', () => {
    expect(checks({ contexts: [context(2), { ...context(1), key: 'other' }] })).toEqual([['context', 'other']]);
  });
});

describe('the bounds', () => {
  it('of a lane are its own, and the default for one that is not configured', () => {
    expect(checks(withD(DUE_MS))).toEqual([]);
    expect(checks({ ...withD(DUE_MS - 1), defaultBoundMs: 600_000 })).toEqual([['lost', 'd']]);
    expect(checks({ ...withD(DUE_MS - 1), boundMsByLane: {} })).toEqual([['lost', 'd']]);
    expect(checks({ ...withD(DUE_MS - 1), boundMsByLane: {}, defaultBoundMs: 600_000 })).toEqual([]);
  });

  it('hold for a second body as well', () => {
    const other = (atMs: number, more: Partial<AuditInput> = {}) =>
      checks({ acceptances: [...balanced.acceptances, acceptance(['a'], { body: 'other', atMs })], ...more });
    expect(other(DUE_MS)).toEqual([]);
    expect(other(DUE_MS - 1)).toEqual([['lost', 'a']]);
    expect(other(DUE_MS - 1, { defaultBoundMs: 600_000 })).toEqual([['lost', 'a']]);
    expect(other(DUE_MS - 1, { boundMsByLane: {}, defaultBoundMs: 600_000 })).toEqual([]);
    const nameless = { raw: 'x', reason: 'broken', wayIn: 'devices', tenant: 'acme' };
    expect(other(DUE_MS - 1, { quarantine: [nameless] })).toEqual([['lost', 'a']]);
  });

  it('count from the first acceptance, and one that is closed stays so', () => {
    const again = acceptance(['d'], { atMs: NOW_MS });
    const { acceptances, journal: sent } = withD(DUE_MS - 1);
    expect(checks({ acceptances: [...acceptances, again], journal: sent })).toEqual([['lost', 'd']]);
    const closed = withD(NOW_MS, { closedAtMs: NOW_MS }).acceptances;
    expect(checks({ acceptances: [...closed, again], journal: sent })).toEqual([['lost', 'd']]);
  });

  it('leave out what a saga has until it is asked for its execution', () => {
    const withSaga = (dueAtMs: number) => {
      const position = { chain: 'booking', version: 1, stage: 0, form: 'coordinated' as const };
      const coordinated = { execution: 'x-1', dueAtMs };
      const progress = { position, outputs: [], branches: {}, committedAtMs: 0, coordinated };
      const records = [...balanced.records, { key: keyOf('d'), generation: 1, attempts: 0, progress }];
      return audit({ ...balanced, ...withD(NOW_MS - 900_000), records });
    };
    expect(withSaga(DUE_MS + 1)).toMatchObject({ findings: [], inFlight: 1 });
    expect(withSaga(DUE_MS)).toMatchObject({ findings: [{ check: 'lost' }], inFlight: 0 });
  });

  it('of the publisher include its last millisecond', () => {
    const decided = (agoMs: number) => {
      const records = [record('a', 'DONE', { decidedAtMs: NOW_MS - agoMs }), ...balanced.records.slice(1)];
      return checks({ records, effects: [write('b')] });
    };
    expect(decided(30_000)).toEqual([]);
    expect(decided(30_001)).toEqual([['missing-effect', 'a']]);
  });

  it('of an effect: another outcome with the same version was first', () => {
    const shared = (id: string) => ({ ...write(id), key: 'one' });
    const records = ['a', 'b'].map((id) => record(id, 'DONE', { writes: [shared(id)] }));
    const report = audit({ ...balanced, records: [...records, record('c', 'DEAD')], effects: [shared('a')] });
    expect(report).toMatchObject({ findings: [], effects: { applied: 1, superseded: 1 } });
  });

  it('of a value: the order of its keys is none of it at any depth, and nothing is not null', () => {
    const valued = (asked: unknown, there: unknown) =>
      checks({
        records: [record('a', 'DONE', { writes: [{ ...write('a'), value: asked }] }), ...balanced.records.slice(1)],
        effects: [{ ...write('a'), value: there }, write('b')],
      });
    expect(valued({ a: { x: null, y: [1] } }, { a: { y: [1], x: null } })).toEqual([]);
    expect(valued(undefined, undefined)).toEqual([]);
    expect(valued(undefined, null)).toEqual([['forged-effect', 'a']]);
    expect(valued([1, 2], [2, 1])).toEqual([['forged-effect', 'a']]);
  });
});

describe('a window', () => {
  const { journal: _journal, ...whole } = balanced;
  const at = (agoMs: number) => audit({ ...whole, window: { fromMs: NOW_MS - agoMs, toMs: NOW_MS - agoMs + 1 } });

  it('begins with its first millisecond and ends before its last', () => {
    expect([at(1_001).accepted, at(1_000).accepted, at(999).accepted]).toEqual([0, 3, 0]);
  });

  it('leaves out the outcomes and effects of what was accepted at another time', () => {
    expect(at(999)).toMatchObject({ findings: [], outcomes: { DONE: 0, DEAD: 0 }, effects: { applied: 0 } });
  });

  it('takes all acceptances of an event that was accepted in it, and all of their effects', () => {
    const acceptances = [...whole.acceptances, acceptance(['a', 'd'], { atMs: NOW_MS - 120_000 })];
    const window = { fromMs: NOW_MS - 1_000, toMs: NOW_MS };
    const report = audit({ ...whole, acceptances, window, records: whole.records.slice(1) });
    expect(report.accepted).toBe(4);
    expect(report.findings.map(({ check, event }) => [check, event.split(' ')[0]])).toEqual([
      ['lost', 'a'],
      ['lost', 'd'],
      ['forged-effect', 'a'],
    ]);
  });

  it('takes a record without an outcome for what its acceptance is', () => {
    const open = { key: keyOf('z'), generation: 1, attempts: 1 };
    const report = audit({ ...whole, records: [...whole.records, open], window: { fromMs: 0, toMs: NOW_MS } });
    expect(report).toMatchObject({ findings: [], outcomes: { DONE: 2, DEAD: 1 } });
  });
});
