/** Proves the two figures that a controller's alarms watch: that it holds its last plan, and that its changes are refused. */
import type { Reason, ScalingAction } from '../../../core/contracts/scheduling';
import type { StepDecision, StepResult } from '../../../lambdas/scheduling/controller/core';
import { summarise } from '../../../lambdas/scheduling/controller/summary';

const decided = (codes: readonly string[], results: readonly string[]): StepResult => {
  const reasons = codes.map((code): Reason => ({ code, args: {} }));
  const outcome = results.map((result) => ({ action: 'provision' as ScalingAction['kind'], result }));
  return { status: 'decided', decision: { reasons, outcome } as unknown as StepDecision };
};

it.each(['inputs-unavailable', 'stale-inputs', 'not-observed'])('counts a step as held for %s', (code) => {
  expect(summarise(decided(['forecast-leader', code], []))).toEqual({ held: 1, failedChanges: 0 });
});

it('counts no step as held that made a plan, or was not to make one', () => {
  expect(summarise(decided(['warm', 'deploying', 'lower-later'], []))).toEqual({ held: 0, failedChanges: 0 });
  expect(summarise({ status: 'off' })).toEqual({ held: 0, failedChanges: 0 });
  expect(summarise({ status: 'held-by-another' })).toEqual({ held: 0, failedChanges: 0 });
});

it('counts refused changes, and neither those that were done nor those of a dry run', () => {
  const results = ['done', 'TooManyRequestsException: later', 'dry-run', 'AccessDeniedException: no'];
  expect(summarise(decided(['raise'], results))).toEqual({ held: 0, failedChanges: 2 });
});

it('counts a change that AWS took and gave up, though no change was refused in this step', () => {
  expect(summarise(decided(['warm-failed', 'ask-again'], ['done']))).toEqual({ held: 0, failedChanges: 1 });
});
