/** Proves what recovery tells people of each thing that it does or leaves for a function, to which moment it waits, and at which moment that turns. */
import type { Finding, Incident } from '../../../../core/contracts/incident';
import { FIRST_LIMITS } from '../../../../core/policies/recovery/limits';
import type { FunctionFacts } from '../../../../core/policies/recovery/plan';
import { DEFAULT_RECOVERY } from '../../../../core/policies/recovery/settings';
import {
  FUNCTION_FACTS,
  incidentWith,
  LOOKS_AGAIN,
  NO_TOKENS,
  ofRunner,
  onLane,
  type PlanMore,
  plan,
  T,
} from './factory';

const version = (more: Partial<Incident> = {}): Incident => ({ ...incidentWith(5), ...more });

describe('of a version', () => {
  const park = (reason: string) => ({ decision: 'park', reason });
  it.each<[string, Partial<FunctionFacts>, object]>([
    ['is not live', { live: '4' }, { decision: 'resolve', reason: 'version 3 is not live any more' }],
    [
      'shares its alias',
      { isShared: true },
      { ...LOOKS_AGAIN, reason: 'its alias has routing weights: a deploy is under way' },
    ],
    ['is the first', { earlier: undefined }, park('there is no earlier version to go back to')],
    [
      'is not young',
      { liveSinceMs: T - DEFAULT_RECOVERY.youngVersionMs - 1 },
      park('the version has been live for long: the fault did not begin with it'),
    ],
    ['inherited the fault', { isOlder: true }, park('an earlier version had the same fault')],
  ])('that %s', (_what, more, expected) => {
    expect(plan(version(), { ...FUNCTION_FACTS, ...more })).toEqual(expected);
  });

  it('is still young half an hour after it went live, and its rollback is remembered by its name', () => {
    const young = { ...FUNCTION_FACTS, liveSinceMs: T - DEFAULT_RECOVERY.youngVersionMs };
    expect(plan(version(), young)).toEqual({
      decision: 'act',
      action: { kind: 'roll-back', number: 1, atMs: T, version: '2' },
      reason: 'code: action 1 of at most 3',
      limits: {
        ...FIRST_LIMITS,
        tokens: 4,
        refilledAtMs: T,
        actedAtMs: [T],
        rolledBackAtMs: { 'triage-x-runner-bulk': T },
      },
    });
  });

  it('waits until ten minutes after another rollback, to the millisecond', () => {
    const dueAtMs = T - 1 + DEFAULT_RECOVERY.betweenRollbacksMs;
    const limits = { ...FIRST_LIMITS, rolledBackAtMs: { other: T - 1, former: T - 900_000 } };
    const reason = 'another function was rolled back a moment ago';
    expect(plan(version(), FUNCTION_FACTS, { limits })).toEqual({ decision: 'wait', dueAtMs, reason });
    const fresh = (nowMs: number): [Incident, FunctionFacts, PlanMore] => [
      version({ recentAtMs: new Array(5).fill(nowMs) }),
      { ...FUNCTION_FACTS, liveSinceMs: nowMs },
      { limits, nowMs },
    ];
    expect(plan(...fresh(dueAtMs - 1))).toMatchObject({ decision: 'wait' });
    expect(plan(...fresh(dueAtMs))).toMatchObject({ action: { kind: 'roll-back' } });
  });

  it('is watched until it failed five times within a minute, the first of which a minute later does not count', () => {
    const failed = (atMs: number) => version({ recentAtMs: [atMs, T, T, T, T] });
    const reason = '4 of 5 findings within 60 s';
    expect(plan(failed(T - 60_000), FUNCTION_FACTS)).toEqual({ decision: 'watch', reason });
    expect(plan(failed(T - 59_999), FUNCTION_FACTS)).toMatchObject({ action: { kind: 'roll-back' } });
  });

  it('that nobody knows is not taken for one that is gone', () => {
    const unknown = incidentWith(5, { subject: ofRunner({ version: '$LATEST' }), kind: 'dependency' });
    expect(plan(unknown, FUNCTION_FACTS)).toMatchObject({ action: { kind: 'open-breaker' } });
  });

  it('of the platform no action helps: a person is told where to read', () => {
    const platform = incidentWith(5, { subject: ofRunner({ part: 'platform' }) });
    const remedy = 'A function of the platform itself fails: docs/runbooks/function-errors.md.';
    expect(plan(platform, FUNCTION_FACTS)).toEqual(park(`no action helps here. ${remedy}`));
  });
});

describe('of a lane', () => {
  it('stops one that runs, of a runner that has one; its action names no version', () => {
    const acted = plan(onLane(), FUNCTION_FACTS);
    expect(acted.decision === 'act' && acted.action).toEqual({ kind: 'open-breaker', number: 1, atMs: T });
    expect(acted.decision === 'act' && acted.limits.rolledBackAtMs).toEqual({});
    const paused = plan(onLane(), { ...FUNCTION_FACTS, isPaused: true });
    expect(paused).toEqual({ decision: 'park', reason: 'the lane is stopped already' });
    const subject = { on: 'function', functionName: 'triage-x-suspect-main', version: '3', part: 'runner' } as const;
    const suspect = plan(incidentWith(5, { subject, kind: 'dependency' } satisfies Partial<Finding>), FUNCTION_FACTS);
    expect(suspect).toEqual({ decision: 'park', reason: 'it has no lane of its own that could be stopped' });
  });

  it('resolves what was not found again within a minute of an action', () => {
    const quiet = onLane({ spent: 1, recentAtMs: [T - 60_000] });
    expect(plan(quiet, FUNCTION_FACTS)).toEqual({ decision: 'resolve', reason: 'it was not found again' });
    const found = onLane({ spent: 1, recentAtMs: [T - 59_999] });
    expect(plan(found, FUNCTION_FACTS)).toMatchObject({ action: { kind: 'open-breaker', number: 2 } });
  });

  describe('whose fault is over', () => {
    const quiet = (more: Partial<Incident> = {}) => onLane({ spent: 1, recentAtMs: [T - 120_000], ...more });
    const died = { ...FUNCTION_FACTS, dead: 3 };
    it('sends again what died of it, also what died after it was sent again before', () => {
      const expected = {
        decision: 'act',
        action: { kind: 'redrive', number: 2, atMs: T },
        reason: 'it was not found again; 3 events died of it',
        limits: { ...FIRST_LIMITS, tokens: 4, refilledAtMs: T, actedAtMs: [T] },
      };
      expect(plan(quiet(), died)).toEqual(expected);
      expect(plan(quiet({ redrivenAtMs: T - 1 }), died)).toEqual(expected);
    });
    describe('looks for what has failed for the last time and waits to be dead-lettered', () => {
      const reason = 'it was not found again; what died of it may come yet';
      const acted = (agoMs: number, more: Partial<Incident> = {}) => quiet({ lastActedAtMs: T - agoMs, ...more });
      const none = { ...FUNCTION_FACTS, dead: 0 };
      const LATE_MS = 300_000;
      it('again and again while nothing has died, for five minutes after the action', () => {
        expect(plan(acted(15_000), none)).toEqual({ ...LOOKS_AGAIN, reason });
        expect(plan(acted(LATE_MS - 1), none)).toEqual({ decision: 'wait', dueAtMs: T + 1, reason });
        expect(plan(acted(LATE_MS), none)).toMatchObject({ decision: 'resolve' });
      });
      it('and sends the first ones again as they are seen, those after them together when no more can come', () => {
        expect(plan(acted(15_000), died)).toMatchObject({ action: { kind: 'redrive', number: 2 } });
        const again = (agoMs: number) => acted(agoMs, { spent: 2, redrivenAtMs: T - agoMs });
        expect(plan(again(1_000), died)).toEqual({ decision: 'wait', dueAtMs: T + LATE_MS - 1_000, reason });
        expect(plan(again(LATE_MS), died)).toMatchObject({ action: { kind: 'redrive', number: 3 } });
      });
      it('but sends more than one action can take at once', () => {
        const again = acted(1_000, { spent: 2, redrivenAtMs: T - 1_000 });
        const many = (dead: number) => plan(again, { ...FUNCTION_FACTS, dead });
        expect(many(20)).toMatchObject({ decision: 'wait' });
        expect(many(21)).toMatchObject({ action: { kind: 'redrive', number: 3 } });
      });
      it('and without a budget only says that there are any', () => {
        expect(plan(acted(15_000, { spent: 3 }), died)).toMatchObject({ decision: 'park' });
        expect(plan(acted(15_000, { spent: 3 }), none)).toEqual({ ...LOOKS_AGAIN, reason });
      });
    });
    it('asks a person for what it has no budget to send, and resolves where nothing died', () => {
      const reason = '3 events died of it: `triage dlq list`, then `triage dlq redrive`';
      expect(plan(quiet({ spent: 3 }), died)).toEqual({ decision: 'park', reason });
      expect(plan(quiet({ spent: 3 }), FUNCTION_FACTS)).toMatchObject({ decision: 'resolve' });
    });
    it('waits with the switch off, and beyond what all recoveries may do', () => {
      expect(plan(quiet(), died, { mode: 'off' })).toEqual({ ...LOOKS_AGAIN, reason: 'recovery is switched off' });
      const reason = 'the limit of all recoveries is reached: 5 actions at once';
      const limited = plan(quiet(), died, { limits: NO_TOKENS });
      expect(limited).toEqual({ decision: 'wait', dueAtMs: T + 6_000, reason });
    });
    it('does not send events again while a fault is only watched', () => {
      const watched = incidentWith(4, { kind: 'dependency' });
      expect(plan(watched, died)).toMatchObject({ decision: 'watch' });
    });
  });
});
