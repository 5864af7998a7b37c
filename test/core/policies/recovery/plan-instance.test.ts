/** Proves what recovery tells people of each thing that it does or leaves for an instance, to which moment it waits, and at which moment that turns. */
import type { Incident } from '../../../../core/contracts/incident';
import { FIRST_LIMITS } from '../../../../core/policies/recovery/limits';
import type { SagaFacts, SettledFacts } from '../../../../core/policies/recovery/plan';
import { DEFAULT_RECOVERY } from '../../../../core/policies/recovery/settings';
import {
  FUNCTION_FACTS,
  incidentWith,
  LOOKS_AGAIN,
  NO_TOKENS,
  ofRunner,
  onLane,
  plan,
  SAGA,
  SAGA_FACTS,
  T,
} from './factory';

const saga = (more: Partial<Incident> = {}): Incident => ({
  ...incidentWith(1, { subject: SAGA, kind: 'dependency' }),
  ...more,
});

describe('before anything else', () => {
  it('leaves to a person what was parked, and moves for nothing that is only suspected', () => {
    const parked = plan({ ...incidentWith(5), state: 'parked' }, FUNCTION_FACTS);
    expect(parked).toEqual({ decision: 'park', reason: 'a person must look' });
    const unsure = plan(incidentWith(5, { standing: 'suspicion' }), FUNCTION_FACTS);
    expect(unsure).toEqual({ decision: 'watch', reason: 'nothing that was found is sure' });
  });

  it('only watches a fault that its part’s own retries deal with', () => {
    const step = incidentWith(5, { subject: ofRunner({ part: 'step' }), kind: 'throttling' });
    const reason = 'throttling here is dealt with by its own retries';
    expect(plan(step, FUNCTION_FACTS)).toEqual({ decision: 'watch', reason });
  });

  it('gives a lane back that it holds: not before its time, not with the switch off, and at no price', () => {
    const held = onLane({ spent: 2, breaker: { lane: 'bulk', sinceMs: T - 60_000, untilMs: T } });
    const early = plan(held, FUNCTION_FACTS, { nowMs: T - 1 });
    expect(early).toEqual({ decision: 'wait', dueAtMs: T, reason: 'lane bulk is stopped until then' });
    const off = plan(held, FUNCTION_FACTS, { mode: 'off' });
    expect(off).toEqual({ ...LOOKS_AGAIN, reason: 'recovery is switched off' });
    expect(plan(held, FUNCTION_FACTS, { limits: NO_TOKENS })).toEqual({
      decision: 'act',
      action: { kind: 'close-breaker', number: 2, atMs: T },
      limits: NO_TOKENS,
      reason: 'lane bulk is tried again',
    });
  });
});

describe('of an instance', () => {
  it.each<[string, Partial<SagaFacts>, object]>([
    ['an execution works on it', { status: 'running' }, { ...LOOKS_AGAIN, reason: 'an execution works on it' }],
    [
      'that works for too long',
      { status: 'running', isOverdue: true },
      {
        decision: 'park',
        reason: 'its execution runs for longer than it may: `triage saga show`, then `triage saga cancel`, or stop it',
      },
    ],
    [
      'nobody knows of',
      { status: 'unknown' },
      { decision: 'park', reason: 'there is nothing that could be run again' },
    ],
    ['a person has paused', { isPaused: true }, { ...LOOKS_AGAIN, reason: 'a person has paused it' }],
    ['with its outcome', { status: 'settled' }, { decision: 'resolve', reason: 'the event has its outcome' }],
  ])('%s', (_what, more, expected) => {
    expect(plan(saga(), { ...SAGA_FACTS, ...more })).toEqual(expected);
  });

  it('says when its first action is due after the finding, and its next one after the last', () => {
    expect(plan(saga(), SAGA_FACTS)).toEqual({ decision: 'wait', dueAtMs: T + 5_000, reason: 'rerun is due then' });
    const next = saga({ spent: 1, lastActedAtMs: T + 40_000 });
    expect(plan(next, SAGA_FACTS, { nowMs: T + 69_999 })).toMatchObject({ decision: 'wait', dueAtMs: T + 70_000 });
    expect(plan(next, SAGA_FACTS, { nowMs: T + 70_000 })).toMatchObject({ decision: 'act' });
  });

  it('says which action of how many it begins, and takes it from what all recoveries may do', () => {
    expect(plan(saga(), SAGA_FACTS, { nowMs: T + 5_000 })).toEqual({
      decision: 'act',
      action: { kind: 'rerun', number: 1, atMs: T + 5_000, run: 2 },
      reason: 'dependency: action 1 of at most 3',
      limits: { ...FIRST_LIMITS, tokens: 4, refilledAtMs: T + 5_000, actedAtMs: [T + 5_000] },
    });
  });

  it('does nothing with the switch off, nor beyond what all recoveries may do, and looks again', () => {
    const later = { nowMs: T + 5_000 };
    const dueAtMs = T + 5_000 + DEFAULT_RECOVERY.lookAgainMs;
    const off = plan(saga(), SAGA_FACTS, { ...later, mode: 'off' });
    expect(off).toEqual({ decision: 'wait', dueAtMs, reason: 'recovery is switched off' });
    const limited = plan(saga(), SAGA_FACTS, { ...later, limits: { ...NO_TOKENS, refilledAtMs: T + 5_000 } });
    expect(limited).toEqual({
      decision: 'wait',
      dueAtMs: T + 11_000,
      reason: 'the limit of all recoveries is reached: 5 actions at once',
    });
  });

  it('says how many actions did not help, and what a person can do, also where the budget ends before the ladder', () => {
    const remedy = 'Look at the steps with `triage saga show`; repair what they need; `triage saga rerun`.';
    const third = plan(saga({ spent: 3 }), SAGA_FACTS);
    expect(third).toEqual({ decision: 'park', reason: `3 actions did not help. ${remedy}` });
    const second = plan(saga({ spent: 2, lastActedAtMs: T }), SAGA_FACTS, { budget: 2, nowMs: T + 60_000 });
    expect(second).toEqual({ decision: 'park', reason: `2 actions did not help. ${remedy}` });
  });

  it('asks which result is wrong before one is marked', () => {
    const reason = 'nobody says which result is wrong';
    expect(plan(saga({ kind: 'inconsistent' }), SAGA_FACTS)).toEqual({ decision: 'park', reason });
    const result = { key: { application: 'a', instance: 'i', name: 'n' }, version: 1 };
    expect(plan(saga({ kind: 'inconsistent', result }), SAGA_FACTS)).toMatchObject({ action: { kind: 'mark-stale' } });
  });
});

describe('of an instance whose event has its outcome', () => {
  const disagrees = { says: 'disagrees', disagreements: [{ kind: 'inconsistent', words: 'w' }] } as const;
  const settled = (more: Partial<SettledFacts>, ...rest: Partial<SagaFacts>[]): SagaFacts => ({
    ...SAGA_FACTS,
    status: 'settled',
    settled: { outcome: 'DEAD', comparison: disagrees, isStopped: false, ...more },
    ...Object.assign({}, ...rest),
  });
  const asked = 'ask';
  const unknown = settled({ comparison: { says: 'unknown', words: asked } });
  const stands = settled({ comparison: { says: 'stands', words: 'its last step is done' }, isRedrivable: true });
  const leftToAPerson = {
    decision: 'park',
    reason:
      'its last step is done. `triage dlq redrive` gives one that is DEAD its next generation, which finds everything done and ends DONE; any other is a person’s to settle.',
  };

  it.each<[string, SagaFacts, object]>([
    [
      'is whole',
      settled({ comparison: { says: 'agrees' } }),
      { decision: 'resolve', reason: 'the event has its outcome; ledger, state and provider agree' },
    ],
    [
      'went on as another generation',
      settled({ comparison: { says: 'superseded', words: 'generation 2 has it' } }),
      { decision: 'resolve', reason: 'generation 2 has it' },
    ],
    ['nobody can tell', unknown, { decision: 'park', reason: 'ask. Ask there by the key.' }],
    [
      'a person stopped',
      settled({ isStopped: true }),
      { decision: 'park', reason: 'a person has stopped it, and something of it remains' },
    ],
    ['a person paused', settled({}, { isPaused: true }), { ...LOOKS_AGAIN, reason: 'a person has paused it' }],
    [
      'is done, and cannot be sent again',
      settled({ comparison: { says: 'stands', words: 'its last step is done' } }),
      leftToAPerson,
    ],
  ])('one that %s', (_what, facts, expected) => {
    expect(plan(saga({ kind: 'inconsistent' }), facts)).toEqual(expected);
  });

  it('asks a provider that does not answer until ten minutes after its last action, and then a person', () => {
    const acted = saga({ kind: 'inconsistent', spent: 1, lastActedAtMs: T - DEFAULT_RECOVERY.unsureMs });
    expect(plan(acted, unknown)).toEqual({ ...LOOKS_AGAIN, reason: asked });
    const reason = 'ask. Ask there by the key.';
    expect(plan(acted, unknown, { nowMs: T + 1 })).toEqual({ decision: 'park', reason });
    expect(plan(saga({ kind: 'inconsistent', spent: 1 }), unknown)).toEqual({ decision: 'park', reason });
  });

  it('sends the event of a saga that is done again, once, so that it ends DONE', () => {
    expect(plan(saga({ spent: 1 }), stands)).toEqual({
      decision: 'act',
      action: { kind: 'redrive', number: 2, atMs: T },
      reason: 'all of its saga is done, and only its event is DEAD',
      limits: { ...FIRST_LIMITS, tokens: 4, refilledAtMs: T, actedAtMs: [T] },
    });
    expect(plan(saga({ redrivenAtMs: T - 1 }), stands)).toEqual(leftToAPerson);
    expect(plan(saga({ spent: 3 }), stands)).toEqual(leftToAPerson);
  });

  it('does not send it with the switch off, nor beyond what all recoveries may do', () => {
    expect(plan(saga(), stands, { mode: 'off' })).toEqual({ ...LOOKS_AGAIN, reason: 'recovery is switched off' });
    expect(plan(saga(), stands, { limits: NO_TOKENS })).toMatchObject({ decision: 'wait', dueAtMs: T + 6_000 });
  });

  it('repairs one as its next run, and names the wrong result where one is known', () => {
    const at = { atMs: T, run: 2, isRepair: true, number: 1 };
    const first = plan(saga({ kind: 'inconsistent' }), settled({ outcome: 'DONE' }));
    expect(first).toMatchObject({ decision: 'act' });
    expect(first.decision === 'act' && first.action).toEqual({ ...at, kind: 'rerun' });
    const result = { key: { application: 'a', instance: 'i', name: 'n' }, version: 1 };
    const comparison = { says: 'disagrees', disagreements: [{ kind: 'inconsistent', words: 'w', result }] } as const;
    const second = plan(saga({ kind: 'inconsistent' }), settled({ comparison }));
    expect(second.decision === 'act' && second.action).toEqual({ ...at, kind: 'compensate', result });
  });
});
