/** Proves what recovery does about a finding, and above all what it does not. */
import fc from 'fast-check';
import { FAULT_KINDS, type Finding, type Incident, type RecoveryLimits } from '../../../../core/contracts/incident';
import { FIRST_LIMITS, noteResult, takeAction } from '../../../../core/policies/recovery/limits';
import {
  type Facts,
  type Plan,
  type PlanInput,
  planRecovery,
  type SettledFacts,
} from '../../../../core/policies/recovery/plan';
import { DEFAULT_RECOVERY as settings } from '../../../../core/policies/recovery/settings';
import { FUNCTION_FACTS, incidentWith, RUNNER, SAGA, SAGA_FACTS, T } from './factory';

const plan = (
  incident: Incident,
  facts: Facts,
  {
    mode = 'on',
    limits = FIRST_LIMITS,
    nowMs = T,
  }: { mode?: PlanInput['mode']; limits?: RecoveryLimits; nowMs?: number } = {},
): Plan => planRecovery(limits, { incident, facts, mode }, { nowMs, settings });
const saga = (more: Partial<Finding> = {}) => incidentWith(1, { subject: SAGA, kind: 'dependency', ...more });

describe('an instance whose execution ended without an outcome', () => {
  it('is run again after a short wait, then once more, then compensated, then left to a person', () => {
    const first = saga();
    expect(plan(first, SAGA_FACTS)).toMatchObject({ decision: 'wait', dueAtMs: T + 5_000 });
    expect(plan(first, SAGA_FACTS, { nowMs: T + 5_000 })).toMatchObject({
      decision: 'act',
      action: { kind: 'rerun', number: 1, run: 2 },
    });
    const spent = (count: number): Incident => ({ ...first, spent: count, lastActedAtMs: T });
    const later = { nowMs: T + 120_000 };
    expect(plan(spent(1), { ...SAGA_FACTS, run: 2 }, later)).toMatchObject({
      action: { kind: 'rerun', number: 2, run: 3 },
    });
    expect(plan(spent(2), { ...SAGA_FACTS, run: 3 }, later)).toMatchObject({
      action: { kind: 'compensate', number: 3 },
    });
    expect(plan(spent(3), SAGA_FACTS, later)).toMatchObject({ decision: 'park' });
  });
  it('is left alone once it has its outcome, while an execution works on it, and while a person has paused it', () => {
    const late = { nowMs: T + 60_000 };
    expect(plan(saga(), { ...SAGA_FACTS, status: 'settled' }, late)).toMatchObject({ decision: 'resolve' });
    expect(plan(saga(), { ...SAGA_FACTS, status: 'running' }, late)).toMatchObject({ decision: 'wait' });
    expect(plan(saga(), { ...SAGA_FACTS, isPaused: true }, late)).toMatchObject({ decision: 'wait' });
    expect(plan(saga(), { ...SAGA_FACTS, status: 'unknown' }, late)).toMatchObject({ decision: 'park' });
  });
  it('whose data is at fault is compensated and never run again', () => {
    const late = { nowMs: T + 60_000 };
    expect(plan(saga({ kind: 'data' }), SAGA_FACTS, late)).toMatchObject({ action: { kind: 'compensate' } });
    expect(plan({ ...saga({ kind: 'data' }), spent: 1, lastActedAtMs: T }, SAGA_FACTS, late)).toMatchObject({
      decision: 'park',
    });
  });
  it('has its wrong result marked first, and is parked where nobody says which one', () => {
    const result = { key: { application: 'booking', instance: 'i', name: 'payment' }, version: 2 };
    expect(plan(saga({ kind: 'inconsistent', result }), SAGA_FACTS)).toMatchObject({ action: { kind: 'mark-stale' } });
    expect(plan(saga({ kind: 'inconsistent' }), SAGA_FACTS)).toMatchObject({ decision: 'park' });
  });
});

describe('an instance whose event has its outcome', () => {
  const wrong = { key: { application: 'booking', instance: 'i', name: 'payment' }, version: 2 };
  const disagrees: SettledFacts['comparison'] = {
    says: 'disagrees',
    disagreements: [
      { kind: 'inconsistent', words: 'w' },
      { kind: 'inconsistent', words: 'w', result: wrong },
    ],
  };
  const settled = (more: Partial<SettledFacts> = {}): Facts => ({
    ...SAGA_FACTS,
    status: 'settled',
    settled: { outcome: 'DONE', comparison: disagrees, isStopped: false, ...more },
  });
  const found = (spent = 0): Incident => ({
    ...saga({ kind: 'inconsistent', source: 'reconciler' }),
    spent,
    ...(spent > 0 ? { lastActedAtMs: T } : {}),
  });

  it.each(['DONE', 'COMPENSATED', 'DEAD'] as const)(
    'is run forward where that is DONE, back where it is not: %s',
    (outcome) => {
      const kind = outcome === 'DONE' ? 'rerun' : 'compensate';
      const begun = { kind, number: 1, run: 2, isRepair: true, result: wrong };
      expect(plan(found(), settled({ outcome }))).toMatchObject({ decision: 'act', action: begun });
      expect(plan(found(1), settled({ outcome }), { nowMs: T + 60_000 })).toMatchObject({
        action: { kind, number: 2 },
      });
      expect(plan(found(2), settled({ outcome }), { nowMs: T + 60_000 })).toMatchObject({ decision: 'park' });
    },
  );
  it.each([
    ['all books agree', { comparison: { says: 'agrees' } }, 'resolve'],
    ['another generation has it', { comparison: { says: 'superseded', words: 'w' } }, 'resolve'],
    ['nobody can say', { comparison: { says: 'unknown', words: 'w' } }, 'park'],
    ['its last step is done, and it is not DONE', { comparison: { says: 'stands', words: 'w' } }, 'park'],
    ['a person had stopped it', { isStopped: true }, 'park'],
  ] as const)('is not run where %s', (_what, more, decision) => {
    expect(plan(found(), settled(more))).toMatchObject({ decision });
  });
  it('is looked at again for a while where a provider does not say what an action has changed', () => {
    const unknown = settled({ comparison: { says: 'unknown', words: 'w' } });
    expect(plan(found(1), unknown, { nowMs: T + 60_000 })).toMatchObject({ decision: 'wait' });
    expect(plan(found(1), unknown, { nowMs: T + settings.unsureMs + 1 })).toMatchObject({ decision: 'park' });
  });
  it('waits while a person has paused it', () => {
    expect(plan(found(), { ...settled(), isPaused: true } as Facts)).toMatchObject({ decision: 'wait' });
  });
});

it('an execution that runs for longer than it may is a person’s', () => {
  const facts = { ...SAGA_FACTS, status: 'running', isOverdue: true } as const;
  expect(plan(saga({ kind: 'stuck' }), facts)).toMatchObject({ decision: 'park' });
});

describe('a version of a function', () => {
  const bad = () => incidentWith(5);
  it('is rolled back where the fault began with it', () => {
    expect(plan(bad(), FUNCTION_FACTS)).toMatchObject({ action: { kind: 'roll-back', version: '2', number: 1 } });
  });
  it.each([
    ['failed less often than that', incidentWith(4), {}, 'watch'],
    ['is not live any more', bad(), { live: '4' }, 'resolve'],
    ['has none before it', bad(), { earlier: undefined }, 'park'],
    ['has been live for long', bad(), { liveSinceMs: T - 3_600_000 }, 'park'],
    ['has the fault from an earlier one', bad(), { isOlder: true }, 'park'],
    ['is only being warmed', bad(), { isShared: true }, 'wait'],
  ] as const)('is not rolled back where it %s', (_what, incident, more, decision) => {
    expect(plan(incident, { ...FUNCTION_FACTS, ...more })).toMatchObject({ decision });
  });
  it('is not rolled back while another one was a moment ago: one at a time', () => {
    const first = plan(bad(), FUNCTION_FACTS);
    if (first.decision !== 'act') throw new Error('expected an action');
    const other = incidentWith(5, { subject: { ...RUNNER, functionName: 'triage-x-runner-high' } as typeof RUNNER });
    expect(plan(other, FUNCTION_FACTS, { limits: first.limits })).toMatchObject({ decision: 'wait' });
    expect(plan(other, FUNCTION_FACTS, { limits: first.limits, nowMs: T + 1_000 })).toMatchObject({ decision: 'wait' });
  });
  it('whose dependency fails has its lane stopped, tried again after a while, and stopped again where it still fails', () => {
    const down = incidentWith(5, { kind: 'dependency' });
    expect(plan(down, FUNCTION_FACTS)).toMatchObject({ action: { kind: 'open-breaker', number: 1 } });
    const stopped = { ...down, spent: 1, lastActedAtMs: T, breaker: { lane: 'bulk', sinceMs: T, untilMs: T + 60_000 } };
    expect(plan(stopped, { ...FUNCTION_FACTS, isPaused: true })).toMatchObject({
      decision: 'wait',
      dueAtMs: T + 60_000,
    });
    expect(plan(stopped, FUNCTION_FACTS, { nowMs: T + 60_000 })).toMatchObject({ action: { kind: 'close-breaker' } });
    const { breaker: _held, ...running } = stopped;
    expect(plan({ ...running, recentAtMs: [T + 70_000] }, FUNCTION_FACTS, { nowMs: T + 75_000 })).toMatchObject({
      action: { kind: 'open-breaker', number: 2 },
    });
    expect(plan(running, FUNCTION_FACTS, { nowMs: T + 75_000 })).toMatchObject({ decision: 'resolve' });
  });
  it('does not stop a lane that a person has stopped, so that it never lets one run that is not its own to let run', () => {
    const down = incidentWith(5, { kind: 'dependency' });
    expect(plan(down, { ...FUNCTION_FACTS, isPaused: true })).toMatchObject({ decision: 'park' });
  });
  it('lets a lane run again even when all actions are spent', () => {
    const spent: Incident = {
      ...incidentWith(5, { kind: 'dependency' }),
      spent: 3,
      breaker: { lane: 'bulk', sinceMs: T, untilMs: T + 1 },
    };
    const empty = { ...FIRST_LIMITS, tokens: 0, refilledAtMs: T };
    expect(plan(spent, FUNCTION_FACTS, { nowMs: T + 1, limits: empty })).toMatchObject({
      action: { kind: 'close-breaker' },
    });
  });
});

describe('what died of a fault that is gone', () => {
  const gone = (spent = 1): Incident => ({
    ...incidentWith(5, { kind: 'dependency' }),
    spent,
    recentAtMs: [T - 120_000],
  });
  const dead = (count: number) => ({ ...FUNCTION_FACTS, dead: count });
  it('is sent again when the lane runs and nothing is found any more, or when the version is not live any more', () => {
    expect(plan(gone(), dead(3))).toMatchObject({ decision: 'act', action: { kind: 'redrive', number: 2 } });
    const back = { ...incidentWith(5), spent: 1, recentAtMs: [T] };
    expect(plan(back, { ...dead(3), live: '2' })).toMatchObject({ decision: 'act', action: { kind: 'redrive' } });
    expect(plan(gone(), dead(0))).toMatchObject({ decision: 'resolve' });
  });
  it('is not sent again while it is still found, with the switch off, or without budget: then a person is told', () => {
    expect(plan({ ...gone(), recentAtMs: [T] }, dead(3))).toMatchObject({ action: { kind: 'open-breaker' } });
    expect(plan(gone(), dead(3), { mode: 'off' })).toMatchObject({ decision: 'wait' });
    expect(plan(gone(3), dead(3))).toMatchObject({ decision: 'park' });
    const none = { ...FIRST_LIMITS, tokens: 0, refilledAtMs: T };
    expect(plan(gone(), dead(3), { limits: none })).toMatchObject({ decision: 'wait' });
  });
});

it('nothing is ever begun on a suspicion, a guess, or with the switch off', () => {
  const some = fc.record({
    kind: fc.constantFrom(...FAULT_KINDS),
    subject: fc.constantFrom(RUNNER, SAGA),
    unsure: fc.constantFrom<Partial<Finding>>({ standing: 'suspicion' }, { confidence: 'low' }),
    count: fc.integer({ min: 1, max: 60 }),
    laterMs: fc.integer({ min: 0, max: 600_000 }),
    spent: fc.integer({ min: 0, max: 4 }),
    isSettled: fc.boolean(),
  });
  const disagrees = { says: 'disagrees', disagreements: [{ kind: 'inconsistent', words: 'w' }] } as const;
  const settled = { outcome: 'DONE', comparison: disagrees, isStopped: false } as const;
  const facts = (subject: Incident['subject'], isSettled: boolean): Facts => {
    if (subject.on === 'function') return isSettled ? { ...FUNCTION_FACTS, dead: 3 } : FUNCTION_FACTS;
    return isSettled ? { ...SAGA_FACTS, status: 'settled', settled } : SAGA_FACTS;
  };
  fc.assert(
    fc.property(some, ({ kind, subject, unsure, count, laterMs, spent, isSettled }) => {
      const nowMs = T + laterMs;
      const doubtful = { ...incidentWith(count, { kind, subject, ...unsure }), spent };
      const sure = { ...incidentWith(count, { kind, subject }), spent };
      const breaker = { lane: 'bulk', sinceMs: T, untilMs: T };
      return (
        plan(doubtful, facts(subject, isSettled), { nowMs }).decision !== 'act' &&
        plan(sure, facts(subject, isSettled), { nowMs, mode: 'off' }).decision !== 'act' &&
        plan({ ...sure, breaker }, facts(subject, isSettled), { nowMs, mode: 'off' }).decision !== 'act'
      );
    }),
    { numRuns: 2_000 },
  );
});

describe('the limits of all recoveries', () => {
  it('are never passed, whatever the moments at which actions are asked for, also where the clock goes back', () => {
    const steps = fc.array(fc.integer({ min: -2_000, max: 20_000 }), { maxLength: 400 });
    fc.assert(
      fc.property(steps, (gaps) => {
        let limits = FIRST_LIMITS;
        let clockMs = T;
        const begun: number[] = [];
        for (const gap of gaps) {
          clockMs += gap;
          const taken = takeAction(limits, settings, clockMs);
          if (!taken.ok && taken.untilMs <= clockMs) return false;
          if (!taken.ok) continue;
          limits = taken.limits;
          begun.push(limits.refilledAtMs);
        }
        const within = (spanMs: number) =>
          Math.max(0, ...begun.map((atMs, index) => begun.slice(index).filter((each) => each < atMs + spanMs).length));
        return within(settings.windowMs) <= settings.cap && within(1) <= settings.bucket;
      }),
      { numRuns: 2_000 },
    );
  });
  it('give as much as they promise to whoever asks again when he is told to', () => {
    let limits = FIRST_LIMITS;
    let nowMs = T;
    let begun = 0;
    while (nowMs < T + 3_600_000) {
      const taken = takeAction(limits, settings, nowMs);
      if (taken.ok) begun += 1;
      if (taken.ok) limits = taken.limits;
      else nowMs = taken.untilMs;
    }
    expect(begun).toBeGreaterThanOrEqual(12 * settings.cap);
    expect(begun).toBeLessThanOrEqual(13 * settings.cap);
  });
  it('stop everything for a while when one action after the other fails, and no longer', () => {
    let limits = FIRST_LIMITS;
    for (let count = 1; count < settings.mostFailures; count++) limits = noteResult(limits, false, settings, T);
    expect(takeAction(limits, settings, T).ok).toBe(true);
    expect(takeAction(noteResult(noteResult(limits, true, settings, T), false, settings, T), settings, T).ok).toBe(
      true,
    );
    limits = noteResult(limits, false, settings, T);
    expect(takeAction(limits, settings, T)).toMatchObject({ ok: false, untilMs: T + settings.breakMs });
    expect(takeAction(limits, settings, T + settings.breakMs).ok).toBe(true);
  });
});

it('no row of the policy is longer than the budget, and each says what a person can do', () => {
  for (const row of settings.rows) {
    expect(row.ladder.length).toBeLessThanOrEqual(settings.budget);
    expect(row.waitsMs).toHaveLength(row.ladder.length);
    expect(row.remedy).toMatch(/\.$/);
  }
});
