/** Proves how the sender's journal is counted, what excuses an event of it, and what the order of an ordering key is. */
import { type AuditInput, audit } from '../../../core/policies/audit';
import { acceptance, balanced, checks, details, entry, keyOf, record, SOURCE } from './audit-factory';

const journal = balanced.journal ?? [];

describe('the journal', () => {
  const balance = (change: Partial<AuditInput>) => audit({ ...balanced, ...change }).journal;
  const text = (raw: string, key?: string) => ({
    raw,
    reason: 'no type',
    wayIn: 'devices',
    tenant: 'acme',
    ...(key === undefined ? {} : { key }),
  });

  it('is counted by what became of its events', () => {
    const more = [entry('a', { duplicate: true }), entry('d', { expected: 'REFUSED' }), entry('e', { sent: false })];
    const quarantine = [text(`{"id":"d","source":"${SOURCE}"}`)];
    expect(balance({ journal: [...journal, ...more], quarantine })).toEqual({
      sent: 6,
      events: 5,
      duplicates: 1,
      unconfirmed: 1,
      accepted: 3,
      quarantined: 1,
      inIntake: 0,
    });
  });

  it('is excused for as many as intake and its dead letters hold, and for none where they are fewer', () => {
    const depths = { ...balanced.depths, intake: 1, intakeDeadLetters: 1 };
    const two = [...journal, entry('d'), entry('e')];
    expect(checks({ depths, journal: two })).toEqual([]);
    expect(balance({ depths, journal: two })?.inIntake).toBe(2);
    const three = [...two, entry('f')];
    expect(checks({ depths, journal: three }).map(([, id]) => id)).toEqual(['d', 'e', 'f']);
    expect(balance({ depths, journal: three })?.inIntake).toBe(0);
  });

  it.each([
    [[true, false], 1],
    [[false, true], 1],
    [[false, false], 0],
  ])('takes an event for sent if any of its sends was: %j', (sends, findings) => {
    const twice = sends.map((sent) => entry('d', { sent }));
    expect(checks({ journal: [...journal, ...twice] })).toHaveLength(findings);
  });

  it.each([
    ['by its key', text('broken', keyOf('d')), []],
    ['by its id and source in the text', text(`{"id":"d","source":"${SOURCE}"}`), []],
    ['not by its id alone', text('{"id":"d","source":"/other"}'), ['d']],
    ['not by its source alone', text(`{"id":"x","source":"${SOURCE}"}`), ['d']],
    ['not by the text of one that has a key of its own', text(`{"id":"d","source":"${SOURCE}"}`, 'other'), ['d']],
  ])('finds an event in quarantine %s', (_, kept, missing) => {
    const sent = [...journal, entry('d', { expected: 'REFUSED' })];
    expect(checks({ journal: sent, quarantine: [kept] }).map(([, id]) => id)).toEqual(missing);
  });

  it('says of an event in quarantine what was expected of it instead', () => {
    const change = { journal: [...journal, entry('d')], quarantine: [text('broken', keyOf('d'))] };
    expect(checks(change)).toEqual([['fate', 'd']]);
    expect(details(change)).toEqual(['quarantined, but DONE was expected']);
  });
});

describe('the order of a key', () => {
  interface Step {
    readonly sequence?: string;
    readonly press?: string;
    readonly ordered?: boolean;
    readonly decidedAtMs: number;
    readonly kind?: 'DONE' | 'DEAD';
  }
  /** Events a, b, c… with what is said of each. */
  const overtaken = (steps: readonly Step[]) => {
    const ids = steps.map((_, index) => String.fromCharCode(97 + index));
    const before = acceptance(ids);
    const envelopes = before.envelopes.map((each, index) => {
      const { sequence, press = 'press-1' } = steps[index] as Step;
      return { ...each, event: { ...each.event, partitionkey: press, ...(sequence && { sequence }) } };
    });
    const records = steps.map(({ kind = 'DONE', decidedAtMs }, index) =>
      record(ids[index] as string, kind, { decidedAtMs, writes: [], contexts: [] }),
    );
    const sent = steps.map(({ ordered = true, kind = 'DONE' }, index) =>
      entry(ids[index] as string, { ordered, expected: kind }),
    );
    const change = { acceptances: [{ ...before, envelopes }], records, effects: [], contexts: [], journal: sent };
    return audit({ ...balanced, ...change }).findings;
  };

  it('is that of its numbers, however the journal has them', () => {
    expect(
      overtaken([
        { sequence: '10', decidedAtMs: 2 },
        { sequence: '9', decidedAtMs: 1 },
      ]),
    ).toEqual([]);
    expect(
      overtaken([
        { sequence: '10', decidedAtMs: 1 },
        { sequence: '9', decidedAtMs: 2 },
      ]),
    ).toEqual([
      {
        check: 'order',
        event: `b (${SOURCE})`,
        generation: 1,
        detail: 'a later event of its ordering key was decided before it',
      },
    ]);
  });

  it('is kept by two that were decided at once', () => {
    expect(
      overtaken([
        { sequence: '1', decidedAtMs: 1 },
        { sequence: '2', decidedAtMs: 1 },
      ]),
    ).toEqual([]);
  });

  it.each<[string, Partial<Step>]>([
    ['of another key', { press: 'press-2' }],
    ['without a number', { sequence: 'x2' }],
    ['with a number and more', { sequence: '2x' }],
    ['that is not ordered', { ordered: false }],
    ['that died', { kind: 'DEAD' }],
  ])('says nothing of one %s', (_, more) => {
    expect(
      overtaken([
        { sequence: '1', decidedAtMs: 2 },
        { sequence: '2', decidedAtMs: 1, ...more },
      ]),
    ).toEqual([]);
  });

  it('says nothing of one without a sequence, nor of one without an outcome', () => {
    expect(overtaken([{ sequence: '1', decidedAtMs: 2 }, { decidedAtMs: 1 }])).toEqual([]);
    expect(
      checks({
        journal: [...journal, entry('d', { ordered: true })],
        acceptances: [...balanced.acceptances, acceptance(['d'])],
      }),
    ).toEqual([]);
  });
});
