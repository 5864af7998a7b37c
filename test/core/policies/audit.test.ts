/**
 * Proves that the audit sees what it claims to see: a balanced ledger passes, and each imbalance that is made on purpose (lost,
 * doubled, forged outcome, missing, doubled and forged effect, a context's n, journal against ledger, a wrong fate) is found,
 * under its own name and with the event's.
 */
import type { Acceptance } from '../../../core/contracts/ledger';
import { audit } from '../../../core/policies/audit';
import {
  acceptance,
  balanced,
  checks,
  context,
  entry,
  keyOf,
  NOW_MS,
  old,
  record,
  SOURCE,
  write,
} from './audit-factory';

describe('a balance that holds', () => {
  it('passes and counts', () => {
    const report = audit(balanced);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      balanced: true,
      accepted: 3,
      outcomes: { DONE: 2, DEAD: 1, EXPIRED: 0 },
      inFlight: 0,
      effects: { applied: 2, pending: 0, superseded: 0 },
      contexts: { checked: 1, folded: 2 },
      journal: { sent: 3, events: 3, accepted: 3, quarantined: 0, inIntake: 0 },
    });
  });

  it('holds with an event in flight within its bound', () => {
    const report = audit({
      ...balanced,
      acceptances: [...balanced.acceptances, acceptance(['d'])],
      journal: [] as never,
    });
    expect(report.inFlight).toBe(1);
    expect(report.findings.filter((each) => each.check === 'lost')).toEqual([]);
  });

  it('holds with a backlog older than its bound that still is in the queue', () => {
    const depths = { ...balanced.depths, lanes: { normal: 1 } };
    const acceptances = [...balanced.acceptances, acceptance(['d'], { atMs: old })];
    expect(checks({ acceptances, depths, journal: [...(balanced.journal ?? []), entry('d')] })).toEqual([]);
  });

  it('holds with the same event accepted in two batches', () => {
    const acceptances = [...balanced.acceptances, acceptance(['a', 'c'])];
    expect(checks({ acceptances, journal: [...(balanced.journal ?? []), entry('a', { duplicate: true })] })).toEqual(
      [],
    );
  });

  it('holds where a newer version that an outcome asked for replaced an effect', () => {
    const shared = (id: string, version: number) => ({ ...write(id), key: 'one', version });
    const records = [
      record('a', 'DONE', { writes: [shared('a', 1)] }),
      record('b', 'DONE', { writes: [shared('b', 2)] }),
      record('c', 'DEAD'),
    ];
    const report = audit({ ...balanced, records, effects: [shared('b', 2)] });
    expect(report.findings).toEqual([]);
    expect(report.effects).toEqual({ applied: 1, pending: 0, superseded: 1 });
  });

  it('holds while the publisher is within its bound', () => {
    const records = [record('a', 'DONE', { decidedAtMs: NOW_MS - 100 }), record('b'), record('c', 'DEAD')];
    const report = audit({ ...balanced, records, effects: [write('b')] });
    expect(report.findings).toEqual([]);
    expect(report.effects.pending).toBe(1);
  });

  it('holds after a redrive of what was DEAD', () => {
    const acceptances = [...balanced.acceptances, acceptance(['c'], { generation: 2 })];
    const records = [...balanced.records, record('c', 'DONE', {}, 2)];
    expect(
      checks({ acceptances, records, effects: [...balanced.effects, write('c')], contexts: [context(3)] }),
    ).toEqual([]);
  });

  it('takes shed events as accepted and given up', () => {
    expect(
      checks({
        records: [record('a'), record('b', 'SHED'), record('c', 'DEAD')],
        effects: [write('a')],
        contexts: [context(1)],
      }),
    ).toEqual([]);
  });
});

describe('lost', () => {
  const acceptances = [...balanced.acceptances, acceptance(['d'], { atMs: old })];
  const journal = [...(balanced.journal ?? []), entry('d')];

  it('names an accepted event without an outcome beyond its bound', () => {
    expect(checks({ acceptances, journal })).toEqual([['lost', 'd']]);
  });

  it('names an event whose acceptance is closed without an outcome, however young', () => {
    const closed = { ...acceptance(['d']), closedAtMs: NOW_MS };
    expect(checks({ acceptances: [...balanced.acceptances, closed], journal })).toEqual([['lost', 'd']]);
  });

  it('names every overdue event of a lane that holds fewer messages than that', () => {
    const two = [...balanced.acceptances, acceptance(['d', 'e'], { atMs: old })];
    const depths = { ...balanced.depths, lanes: { normal: 1 } };
    expect(checks({ acceptances: two, depths, journal: [...journal, entry('e')] })).toEqual([
      ['lost', 'd'],
      ['lost', 'e'],
    ]);
  });

  it('names an event accepted with a second body that is not in quarantine', () => {
    const other = [
      acceptance(['a', 'b'], { atMs: old }),
      acceptance(['a'], { body: 'other', atMs: old }),
      acceptance(['c']),
    ];
    expect(checks({ acceptances: other })).toEqual([['lost', 'a']]);
    const quarantine = [{ raw: '{}', reason: 'other body', wayIn: 'devices', tenant: 'acme', key: keyOf('a') }];
    expect(checks({ acceptances: other, quarantine })).toEqual([]);
    const third = [...other, acceptance(['a'], { body: 'third', atMs: old })];
    expect(checks({ acceptances: third, quarantine: [...quarantine, ...quarantine] })).toEqual([['lost', 'a']]);
  });
});

describe('doubled', () => {
  it('names an event with two outcomes of one generation', () => {
    const records = [...balanced.records, record('c', 'DEAD', { decidedAtMs: NOW_MS - 1 })];
    expect(checks({ records })).toEqual([['doubled', 'c']]);
  });

  it('names a generation that follows one that is DONE', () => {
    const acceptances = [...balanced.acceptances, acceptance(['a'], { generation: 2 })];
    expect(checks({ acceptances })).toEqual([['doubled', 'a']]);
  });

  it('names a generation that follows one without an outcome', () => {
    const acceptances = [...balanced.acceptances, acceptance(['d']), acceptance(['d'], { generation: 2 })];
    expect(checks({ acceptances, journal: [...(balanced.journal ?? []), entry('d')] })).toEqual([['doubled', 'd']]);
  });
});

describe('forged outcome', () => {
  it('names an outcome of an event that nobody accepted', () => {
    expect(checks({ records: [...balanced.records, record('x', 'DEAD')] })).toEqual([['forged-outcome', 'x']]);
  });

  it('names an outcome of a body that nobody accepted', () => {
    const records = [record('a', 'DONE', { bodyDigest: 'forged' }), record('b'), record('c', 'DEAD')];
    expect(checks({ records })).toEqual([['forged-outcome', 'a']]);
  });
});

describe('effects', () => {
  it('names the event whose effect is missing', () => {
    expect(checks({ effects: [write('b')] })).toEqual([['missing-effect', 'a']]);
  });

  it('names the event whose effect is there in an older version only', () => {
    const records = [
      record('a', 'DONE', { writes: [{ ...write('a'), version: 3 }] }),
      record('b'),
      record('c', 'DEAD'),
    ];
    expect(checks({ records }).map(([check]) => check)).toContain('missing-effect');
  });

  it('names the event whose effect was applied at a second place', () => {
    const effects = [...balanced.effects, { ...write('a'), key: 'elsewhere' }];
    expect(checks({ effects })).toEqual([['doubled-effect', 'a']]);
  });

  it('names the event whose effect has a version that its outcome did not ask for', () => {
    expect(checks({ effects: [{ ...write('a'), version: 2 }, write('b')] })).toEqual([['doubled-effect', 'a']]);
  });

  it('names an effect that no outcome asked for', () => {
    expect(checks({ effects: [...balanced.effects, write('x')] })).toEqual([['forged-effect', 'key-x']]);
  });

  it('names the event whose effect has another value', () => {
    expect(checks({ effects: [{ ...write('a'), value: { value: 99, unit: 'C' } }, write('b')] })).toEqual([
      ['forged-effect', 'a'],
    ]);
  });

  it('does not mind the order of keys in a value', () => {
    expect(checks({ effects: [{ ...write('a'), value: { unit: 'C', value: 20 } }, write('b')] })).toEqual([]);
  });
});

describe('contexts', () => {
  it.each([1, 3])('names the context that folded %d events where two outcomes say so', (n) => {
    expect(checks({ contexts: [context(n)] }).map(([check]) => check)).toEqual(['context']);
  });

  it('names the context that outcomes speak of and that is not there', () => {
    expect(checks({ contexts: [] }).map(([check]) => check)).toEqual(['context']);
  });
});

describe('journal against ledger', () => {
  const journal = [...(balanced.journal ?? []), entry('d')];

  it('names an event that was sent and is nowhere', () => {
    expect(checks({ journal })).toEqual([['journal', 'd']]);
  });

  it('takes what is quarantined, still in intake, or was never confirmed', () => {
    const text = { raw: `{"id":"d","source":"${SOURCE}"}`, reason: 'no type', wayIn: 'devices', tenant: 'acme' };
    expect(
      checks({ journal: [...(balanced.journal ?? []), entry('d', { expected: 'REFUSED' })], quarantine: [text] }),
    ).toEqual([]);
    expect(checks({ journal, depths: { ...balanced.depths, intake: 1 } })).toEqual([]);
    expect(checks({ journal: [...(balanced.journal ?? []), entry('d', { sent: false })] })).toEqual([]);
  });

  it("names an event under the sender's source that it never sent", () => {
    expect(checks({ journal: [entry('a'), entry('c', { expected: 'DEAD' })] })).toEqual([['journal', 'b']]);
  });

  it('names an event with another fate than its sender expected', () => {
    expect(checks({ journal: [entry('a', { expected: 'EXPIRED' }), entry('b'), entry('c')] })).toEqual([
      ['fate', 'a'],
      ['fate', 'c'],
    ]);
  });

  it('names an ordered event that was overtaken', () => {
    const before = balanced.acceptances[0] as Acceptance;
    const sequenced = before.envelopes.map((each, index) => ({
      ...each,
      event: { ...each.event, partitionkey: 'press-1', sequence: String(index + 9) },
    }));
    const acceptances = [{ ...before, envelopes: sequenced }, acceptance(['c'])];
    const ordered = [entry('a', { ordered: true }), entry('b', { ordered: true }), entry('c', { expected: 'DEAD' })];
    expect(checks({ acceptances, journal: ordered })).toEqual([]);
    const records = [record('a'), record('b', 'DONE', { decidedAtMs: NOW_MS - 500_001 }), record('c', 'DEAD')];
    expect(checks({ acceptances, records, journal: ordered })).toEqual([['order', 'a']]);
  });
});

describe('batches that the publisher gave up', () => {
  const depths = (waiting: number, givenUp: number) => ({ ...balanced.depths, unpublished: { waiting, givenUp } });

  it('are no imbalance while they wait to be published again', () => {
    expect(checks({ depths: depths(3, 0) })).toEqual([]);
  });

  it('are one when the republisher gave them up as well, and excuse no event of the journal', () => {
    expect(checks({ depths: depths(0, 1) })).toEqual([['unpublished', '-']]);
    const journal = [...(balanced.journal ?? []), entry('d')];
    expect(checks({ journal, depths: depths(1, 1) })).toEqual([
      ['unpublished', '-'],
      ['journal', 'd'],
    ]);
  });
});

describe('a window', () => {
  it('judges only what was accepted in it', () => {
    const acceptances = [...balanced.acceptances, acceptance(['d'], { atMs: old })];
    const { journal: _journal, ...rest } = balanced;
    const report = audit({ ...rest, acceptances, window: { fromMs: NOW_MS - 60_000, toMs: NOW_MS } });
    expect(report.findings).toEqual([]);
    expect(report.accepted).toBe(3);
    expect(
      audit({ ...rest, acceptances, window: { fromMs: 0, toMs: NOW_MS } }).findings.map((each) => each.check),
    ).toEqual(['lost']);
  });

  it('still sees a forged outcome and a missing effect', () => {
    const { journal: _journal, ...rest } = balanced;
    const window = { fromMs: NOW_MS - 60_000, toMs: NOW_MS };
    const records = [...balanced.records, record('x', 'DEAD')];
    expect(audit({ ...rest, records, effects: [write('a')], window }).findings.map((each) => each.check)).toEqual([
      'forged-outcome',
      'missing-effect',
    ]);
  });
});
