/** Proves what kind a function is, which dead events a fault's end makes worth another try, and where the limits of all recoveries lie. */
import { resourceNames } from '../../../../core/contracts/names';
import { FIRST_LIMITS, noteResult, takeAction } from '../../../../core/policies/recovery/limits';
import { partOf } from '../../../../core/policies/recovery/part';
import { diedSinceMs, isRedrivable, redrivable } from '../../../../core/policies/recovery/redrivable';
import { DEFAULT_RECOVERY, rowFor } from '../../../../core/policies/recovery/settings';
import { outcome } from '../../../conformance/fixtures';
import { RUNNER, SAGA, T } from './factory';

describe('the part of a function', () => {
  const names = resourceNames('x');
  it.each([
    [names.runnerFunction('bulk'), { part: 'runner', lane: 'bulk' }],
    [names.runnerFunction('gone'), { part: 'step' }],
    [names.suspectRunnerFunction('main'), { part: 'runner' }],
    [names.controllerFunction('bulk'), { part: 'platform' }],
    [names.platformFunction('monitor'), { part: 'platform' }],
    [`${names.platformFunction('monitor')}-more`, { part: 'step' }],
    ['anything', { part: 'step' }],
  ])('is told by its name: %s', (functionName, part) => {
    expect(partOf(names, ['high', 'bulk'], functionName)).toEqual(part);
  });
});

describe('events that died of a fault', () => {
  const incident = { subject: RUNNER, kind: 'throttling', errorName: 'TooBusy' } as const;
  const dead = (key: string, more: Parameters<typeof outcome>[1] = {}, generation = 1) => ({
    key,
    generation,
    attempts: 1,
    outcome: outcome(key, {
      kind: 'DEAD',
      lane: 'bulk',
      reason: 'TooBusy: x',
      acceptance: 'a',
      decidedAtMs: T,
      ...more,
    }),
  });
  const { acceptance: _acceptance, ...unknown } = dead('u').outcome;
  it.each([
    ['by the name of the error', dead('a'), true],
    ['by its kind', dead('a', { reason: 'ThrottlingException: x' }), true],
    ['not of another kind', dead('a', { reason: 'TypeError: x' }), false],
    ['not by words that are no name', dead('a', { reason: 'so TooBusy: x' }), false],
    ['not by a name without words', dead('a', { reason: 'TooBusy' }), false],
    ['not by a name that is too long to be one', dead('a', { reason: `${'T'.repeat(101)}: x` }), false],
    ['not of another lane', dead('a', { lane: 'high' }), false],
    ['not for a second time', dead('a', {}, 2), false],
    ['not where their acceptance is not known', { ...dead('u'), outcome: unknown }, false],
    ['not while they live', { key: 'l', generation: 1, attempts: 1 }, false],
  ])('are told %s', (_, record, expected) => {
    expect(redrivable(incident, [record])).toHaveLength(expected ? 1 : 0);
  });

  it('go the oldest first', () => {
    const two = [dead('young', { decidedAtMs: T + 1 }), dead('old', { decidedAtMs: T })];
    expect(redrivable(incident, two).map(({ key }) => key)).toEqual(['old', 'young']);
  });

  it('are none of a saga, nor of a function without a lane', () => {
    expect(redrivable({ ...incident, subject: SAGA }, [dead('a')])).toEqual([]);
    const { lane: _lane, ...noLane } = RUNNER.on === 'function' ? RUNNER : { ...RUNNER, lane: '' };
    expect(redrivable({ ...incident, subject: noLane }, [dead('a')])).toEqual([]);
  });

  it('are those since the incident was opened, or after the last redrive', () => {
    expect(diedSinceMs({ openedAtMs: T })).toBe(T);
    expect(diedSinceMs({ openedAtMs: T, redrivenAtMs: T + 5 })).toBe(T + 6);
  });

  it('and a dead event of a saga that is done can be sent again once', () => {
    expect(isRedrivable(dead('a'))).toBe(true);
    expect(isRedrivable(dead('a', {}, 2))).toBe(false);
    expect(isRedrivable(dead('a', { kind: 'EXPIRED' }))).toBe(false);
    expect(isRedrivable({ ...dead('u'), outcome: unknown })).toBe(false);
    expect(isRedrivable({ key: 'l', generation: 1, attempts: 1 })).toBe(false);
  });
});

describe('the limits', () => {
  const settings = {
    ...DEFAULT_RECOVERY,
    bucket: 2,
    refillMs: 1_000,
    cap: 3,
    windowMs: 60_000,
    mostFailures: 2,
    breakMs: 9,
  };
  const limits = { ...FIRST_LIMITS, tokens: 2, refilledAtMs: T };
  const all = 'the limit of all recoveries is reached';

  it('take one action, and fill the bucket by and by up to its brim', () => {
    expect(takeAction(limits, settings, T)).toEqual({ ok: true, limits: { ...limits, tokens: 1, actedAtMs: [T] } });
    const later = takeAction({ ...limits, tokens: 0.5 }, settings, T + 750);
    expect(later).toMatchObject({ ok: true, limits: { tokens: 0.25, refilledAtMs: T + 750 } });
    expect(takeAction(limits, settings, T + 9_000)).toMatchObject({ limits: { tokens: 1 } });
  });

  it('say when there is a token again', () => {
    expect(takeAction({ ...limits, tokens: 0.25 }, settings, T)).toEqual({
      ok: false,
      untilMs: T + 750,
      reason: `${all}: 2 actions at once`,
    });
    expect(takeAction({ ...limits, tokens: 0.25 }, settings, T + 750).ok).toBe(true);
  });

  it('say when the oldest action leaves the window', () => {
    const acted = { ...limits, actedAtMs: [T - 59_999, T - 2, T - 1] };
    expect(takeAction(acted, settings, T)).toEqual({
      ok: false,
      untilMs: T + 1,
      reason: `${all}: 3 actions within 1 minutes`,
    });
    expect(takeAction(acted, settings, T + 1)).toMatchObject({
      ok: true,
      limits: { actedAtMs: [T - 2, T - 1, T + 1] },
    });
  });

  it('take no clock that goes back for a way around them', () => {
    const acted = { ...limits, tokens: 0, actedAtMs: [T, T + 500] };
    expect(takeAction(acted, settings, T - 9_000)).toMatchObject({ ok: false, untilMs: T + 1_000 });
    const often = { ...limits, actedAtMs: [T + 1, T + 2, T + 500] };
    expect(takeAction(often, { ...settings, cap: 9 }, T - 9_000)).toMatchObject({ limits: { refilledAtMs: T + 500 } });
    expect(takeAction({ ...limits, tokens: 0 }, settings, T - 9_000)).toMatchObject({ untilMs: T + 1_000 });
    expect(takeAction({ ...limits, tokens: 1 }, settings, T - 9_000)).toMatchObject({ limits: { actedAtMs: [T] } });
  });

  it('break after so many failures, until a moment that is said, and one that is done ends the row', () => {
    const once = noteResult(limits, false, settings, T);
    expect(once).toMatchObject({ failures: 1, brokenUntilMs: 0 });
    const twice = noteResult(once, false, settings, T);
    expect(twice).toMatchObject({ failures: 2, brokenUntilMs: T + 9 });
    expect(takeAction(twice, settings, T + 8)).toEqual({
      ok: false,
      untilMs: T + 9,
      reason: `${all}: 2 actions failed one after the other`,
    });
    expect(takeAction(twice, settings, T + 9).ok).toBe(true);
    expect(noteResult(once, true, settings, T).failures).toBe(0);
  });
});

describe('the policy', () => {
  it('has a row for a part and a kind, or none', () => {
    expect(rowFor(DEFAULT_RECOVERY.rows, 'step', 'code')?.ladder).toEqual(['roll-back']);
    expect(rowFor(DEFAULT_RECOVERY.rows, 'step', 'throttling')).toBeUndefined();
    expect(rowFor(DEFAULT_RECOVERY.rows, 'platform', 'code')?.ladder).toEqual([]);
  });
});
