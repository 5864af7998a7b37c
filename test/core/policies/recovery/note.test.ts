/** Proves how findings become incidents: one for each subject, repeats and guesses move nothing, and what is kept is bounded. */
import { incidentId, noteFindings, withEntry } from '../../../../core/policies/recovery/note';
import { finding, incidentWith, RUNNER, SAGA, T } from './factory';

describe('the incident of a finding', () => {
  it("is one for an instance, whatever kind is found, so that its budget is the event's", () => {
    const ids = (['code', 'time-out', 'inconsistent'] as const).map((kind) => incidentId({ subject: SAGA, kind }));
    expect(new Set(ids).size).toBe(1);
  });
  it('is another for another kind, version or function', () => {
    const ids = [
      incidentId({ subject: RUNNER, kind: 'code' }),
      incidentId({ subject: RUNNER, kind: 'init' }),
      incidentId({ subject: { ...RUNNER, version: '4' } as typeof RUNNER, kind: 'code' }),
      incidentId({ subject: { ...RUNNER, functionName: 'other' } as typeof RUNNER, kind: 'code' }),
      incidentId({ subject: SAGA, kind: 'code' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
  it('is another for another generation of the event: a redrive has a budget of its own', () => {
    const again = { ...SAGA, event: { key: 'k1', generation: 2 } } as typeof SAGA;
    expect(incidentId({ subject: again, kind: 'code' })).not.toBe(incidentId({ subject: SAGA, kind: 'code' }));
  });
});

describe('noting', () => {
  it('opens an incident that is due at once', () => {
    expect(incidentWith(1)).toMatchObject({ state: 'open', dueAtMs: T, findings: 1, suspicions: 0, recentAtMs: [T] });
  });
  it('keeps the name of the error, and which result is wrong, from whichever finding says it', () => {
    const result = { key: { application: 'a', instance: 'i', name: 'n' }, version: 1 };
    const named = incidentWith(1, { errorName: 'TypeError' });
    expect(named).toMatchObject({ errorName: 'TypeError' });
    expect(named).not.toHaveProperty('result');
    expect(incidentWith(1, { standing: 'suspicion', errorName: 'TypeError' })).toMatchObject({
      errorName: 'TypeError',
    });
    const later = noteFindings(named, [finding({ result }), finding({ errorName: 'RangeError' }), finding()], T);
    expect(later).toMatchObject({ errorName: 'RangeError', result });
  });
  it('takes a finding that is told twice for one', () => {
    const once = finding();
    const incident = noteFindings(undefined, [once, once], T);
    expect(noteFindings(incident, [once], T + 1)).toBe(incident);
    expect(incident).toMatchObject({ findings: 1, recentAtMs: [T] });
  });
  it.each([
    ['a suspicion', { standing: 'suspicion' }, { findings: 0, suspicions: 1 }],
    ['a guess', { confidence: 'low' }, { findings: 1, suspicions: 0 }],
  ] as const)('writes %s down and makes nothing due', (_what, more, counts) => {
    const incident = noteFindings(undefined, [finding(more)], T);
    expect(incident).toMatchObject({ state: 'watching', recentAtMs: [], ...counts });
    expect(incident).not.toHaveProperty('dueAtMs');
    expect(incident?.timeline).toHaveLength(1);
  });
  it('opens again what was resolved, and leaves to a person what was parked', () => {
    const before = incidentWith(1);
    const { dueAtMs: _due, ...rest } = before;
    expect(noteFindings({ ...rest, state: 'resolved' }, [finding()], T + 5)).toMatchObject({
      state: 'open',
      dueAtMs: T + 5,
    });
    const parked = noteFindings({ ...rest, state: 'parked' }, [finding()], T + 5);
    expect(parked).toMatchObject({ state: 'parked', findings: 2 });
    expect(parked).not.toHaveProperty('dueAtMs');
  });
  it('never puts off what is due, and never renews what was spent', () => {
    const before = { ...incidentWith(1), spent: 2, dueAtMs: T - 5 };
    expect(noteFindings(before, [finding()], T)).toMatchObject({ dueAtMs: T - 5, spent: 2 });
  });
  it('stays small however much is found, and keeps its beginning', () => {
    const incident = noteFindings(
      undefined,
      Array.from({ length: 500 }, () => finding({ words: 'x'.repeat(5_000) })),
      T,
    );
    expect(incident?.findings).toBe(500);
    expect(incident?.timeline).toHaveLength(50);
    expect(JSON.stringify(incident).length).toBeLessThan(30_000);
    const marked = withEntry(incident as NonNullable<typeof incident>, { atMs: T, what: 'done', words: 'last' });
    expect([marked.timeline.length, marked.timeline.at(-1)?.words]).toEqual([50, 'last']);
  });
  it('keeps what recovery did, however much is found afterwards', () => {
    const begun = withEntry(incidentWith(30), { atMs: T, what: 'begun', action: 'roll-back', words: 'why' });
    const after = noteFindings(
      begun,
      Array.from({ length: 500 }, (_, index) => finding({ id: `later ${index}` })),
      T + 1,
    );
    expect(after?.timeline).toHaveLength(50);
    expect(after?.timeline.filter(({ action }) => action === 'roll-back')).toHaveLength(1);
    expect(after?.timeline.at(-1)?.atMs).toBe(T + 1);
  });
  it('drops the oldest action where there is nothing else to drop', () => {
    const entries = Array.from({ length: 60 }, (_, index) => ({ atMs: index, what: 'failed' as const, words: 'no' }));
    const { timeline } = entries.reduce(withEntry, incidentWith(1));
    expect(timeline).toHaveLength(50);
    expect([timeline[9]?.atMs, timeline.at(-1)?.atMs]).toEqual([8, 59]);
  });
});
