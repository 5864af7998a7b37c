/** λ* (D3): the largest multiple of a workload that a system keeps up with. */
import type { RunSummary } from './accounting';
import { type RunTask, runTask } from './run';

export interface LimitTask extends RunTask {
  /** A power of two: the search begins at one and goes no further than this or its reciprocal. */
  readonly most: number;
  /** Halvings of the bracket, in its logarithm. */
  readonly steps: number;
}

export interface Limit {
  /** The greatest multiple that was seen to be kept up with. */
  readonly multiple: number;
  /** Nothing greater was tried. */
  readonly censored: boolean;
}

const ON_TIME_SHARE = 0.99;
const BACKLOG_SECONDS = 10;

/** At least 99 % of each class within its objective, and no more left at the end than comes in ten seconds. */
export function keepsUp(run: RunSummary, measuredSeconds: number): boolean {
  const perSecond = run.offered / measuredSeconds;
  return run.backlog <= BACKLOG_SECONDS * perSecond && run.classes.every((each) => each.onTimeShare >= ON_TIME_SHARE);
}

export function findLimit({ most, steps, ...task }: LimitTask, run = runTask): Limit {
  const holds = (multiple: number) =>
    keepsUp(run({ ...task, spec: { ...task.spec, load: task.spec.load * multiple } }), 60 * task.spec.measuredMinutes);
  let low = 1;
  while (!holds(low)) {
    low /= 2;
    if (low < 1 / most) return { multiple: 0, censored: false };
  }
  let high = 2 * low;
  // Below one it is known already that the next power of two is too much.
  if (low === 1)
    while (holds(high)) {
      low = high;
      if (low >= most) return { multiple: low, censored: true };
      high *= 2;
    }
  for (let step = 0; step < steps; step++) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return { multiple: low, censored: false };
}
