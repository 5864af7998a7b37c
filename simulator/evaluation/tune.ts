/**
 * Tuning (D9): every system has the same budget of points, the same training runs and the same aim, the least dollars with cold starts
 * and p99 within bounds. Training is a workload of its own, which no table is judged on.
 */
import { systemNamed } from '../systems';
import type { Knob, Knobs } from '../systems/system';
import type { RunSummary } from './accounting';
import type { RunTask } from './run';
import { BASE_SPEC, CLASSES, type ScenarioSpec } from './scenario';
import { sobolPoints } from './sobol';

export const POINTS = 64;
/** K ≤ r. */
export const MOST_COLD_SHARE = 1e-5;
/** Below capacity, and above it: one parameter set has to do for both. */
const TRAINING_LOADS = [0.8, 1.2] as const;
/** Other than any seed of a table. */
const FIRST_SEED = 1001;

export const trainingSpecs = (overheadToRecord: number): ScenarioSpec[] =>
  TRAINING_LOADS.map((load, index) => ({
    ...BASE_SPEC,
    workload: 'training',
    load,
    overheadToRecord,
    seed: FIRST_SEED + index,
    warmUpMinutes: 5,
    measuredMinutes: 15,
  }));

/** The middles of 64 cells of the knobs' ranges. A system without knobs has one point. */
export function pointsOf(knobs: readonly Knob[], count = POINTS): Knobs[] {
  if (knobs.length === 0) return [{}];
  return sobolPoints(count, knobs.length).map((point) =>
    Object.fromEntries(knobs.map((knob, index) => [knob.name, valueAt(knob, (point[index] ?? 0) + 0.5 / count)])),
  );
}

/** `part` of the way from the least to the most. */
export function valueAt({ least, most, scale }: Knob, part: number): number {
  if (scale === 'log') return rounded(least * (most / least) ** part);
  const value = least + (most - least) * part;
  return scale === 'whole' ? Math.round(value) : rounded(value);
}

/** Three digits: what is committed is what was run. */
const rounded = (value: number) => Number(value.toPrecision(3));

export const tuningTasks = (system: string, specs: readonly ScenarioSpec[]): RunTask[] =>
  pointsOf(systemNamed(system).knobs).flatMap((knobs) => specs.map((spec) => ({ system, knobs, spec })));

export interface Trained {
  readonly knobs: Knobs;
  readonly dollars: number;
  readonly coldShare: number;
  readonly meanSeconds: number;
  /** The greatest p99 of a class, of its objective. */
  readonly p99OfObjective: number;
  readonly meetsBounds: boolean;
}

export function trainedWith(knobs: Knobs, runs: readonly RunSummary[]): Trained {
  const offered = runs.reduce((sum, run) => sum + run.offered, 0);
  const perEvent = (of: (run: RunSummary) => number) =>
    runs.reduce((sum, run) => sum + of(run) * run.offered, 0) / offered;
  const coldShare = perEvent((run) => run.coldShare);
  const p99OfObjective = Math.max(
    ...runs.flatMap(({ classes }) =>
      classes.map((each, index) => each.p99Seconds / (CLASSES[index]?.objectiveSeconds ?? 1)),
    ),
  );
  return {
    knobs,
    dollars: runs.reduce((sum, run) => sum + run.dollars.total, 0),
    coldShare,
    meanSeconds: perEvent((run) => run.meanSeconds),
    p99OfObjective,
    meetsBounds: coldShare <= MOST_COLD_SHARE && p99OfObjective <= 1,
  };
}

/** How far outside of the bounds, in powers of e. */
const excess = ({ coldShare, p99OfObjective }: Trained) =>
  Math.max(0, Math.log(Math.max(coldShare, MOST_COLD_SHARE) / MOST_COLD_SHARE)) + Math.max(0, Math.log(p99OfObjective));

/** The least dollars within the bounds; where no point is, the one that is least outside. Of equals, the first. */
export function bestOf(trained: readonly Trained[]): Trained | undefined {
  return trained.reduce<Trained | undefined>((best, each) => {
    if (best === undefined) return each;
    const closer = excess(each) - excess(best);
    return closer < 0 || (closer === 0 && each.dollars < best.dollars) ? each : best;
  }, undefined);
}
