/**
 * Tuning (D9): every system has the same budget of points, the same training runs and the same aim, the least dollars within the same
 * bounds. Training is a workload of its own, which no table is judged on.
 */
import { systemNamed } from '../systems';
import type { Knob, Knobs } from '../systems/system';
import type { RunSummary } from './accounting';
import { MEASURED_OVERHEAD_TO_RECORD } from './measured';
import type { RunTask } from './run';
import { BASE_SPEC, CLASSES, type ScenarioSpec } from './scenario';
import { sobolPoints } from './sobol';

export const POINTS = 64;
/**
 * K ≤ r, of the runs at the measured h/s; p99 within the objective of each class in each run; and below capacity a mean latency near the
 * reference's. Without the last, all that batch choose the fullest batches, and nobody waits as briefly as the reference does.
 */
export const BOUNDS = { coldShare: 1e-5, p99OfObjective: 1, meanOfReference: 1.05 } as const;
/** Below capacity and above it, for units that wait and for units that compute: one parameter set has to do for all. */
const TRAINING_RUNS = [
  { load: 0.8, overheadToRecord: MEASURED_OVERHEAD_TO_RECORD },
  { load: 1.2, overheadToRecord: MEASURED_OVERHEAD_TO_RECORD },
  { load: 1.2, overheadToRecord: 1 },
] as const;
/** Other than any seed of a table. */
const FIRST_SEED = 1001;

export const TRAINING_SPECS: readonly ScenarioSpec[] = TRAINING_RUNS.map((each, index) => ({
  ...BASE_SPEC,
  ...each,
  workload: 'training',
  seed: FIRST_SEED + index,
  warmUpMinutes: 4,
  measuredMinutes: 12,
}));

/** What is usual, so that tuning makes nothing worse, and the middles of 64 cells of the knobs' ranges. Without knobs, one point. */
export function pointsOf(knobs: readonly Knob[], count = POINTS): Knobs[] {
  if (knobs.length === 0) return [{}];
  const usual = Object.fromEntries(knobs.map((knob) => [knob.name, knob.usual]));
  const spread = sobolPoints(count, knobs.length).map((point) =>
    Object.fromEntries(knobs.map((knob, index) => [knob.name, valueAt(knob, (point[index] ?? 0) + 0.5 / count)])),
  );
  return [usual, ...spread];
}

/** `part` of the way from the least to the most. */
export function valueAt({ least, most, scale }: Omit<Knob, 'usual'>, part: number): number {
  if (scale === 'log') return rounded(least * (most / least) ** part);
  const value = least + (most - least) * part;
  return scale === 'whole' ? Math.round(value) : rounded(value);
}

/** Three digits: what is committed is what was run. */
const rounded = (value: number) => Number(value.toPrecision(3));

/** Spec by spec, so that each scenario is made once. */
export const tuningTasks = (system: string): RunTask[] =>
  TRAINING_SPECS.flatMap((spec) => pointsOf(systemNamed(system).knobs).map((knobs) => ({ system, knobs, spec })));

/** Point by point, its runs in the order of the training's specs. */
export function pointsFrom<Run>(
  done: readonly { readonly task: RunTask; readonly run: Run }[],
): { readonly knobs: Knobs; readonly runs: readonly Run[] }[] {
  const count = done.length / TRAINING_SPECS.length;
  return done.slice(0, count).map(({ task }, point) => ({
    knobs: task.knobs,
    runs: done.filter((_, index) => index % count === point).map(({ run }) => run),
  }));
}

export interface Trained {
  readonly knobs: Knobs;
  readonly dollars: number;
  readonly coldShare: number;
  /** The greatest p99 of a class, of its objective. */
  readonly p99OfObjective: number;
  /** Mean latency below capacity, of the reference's. */
  readonly meanOfReference: number;
  readonly meetsBounds: boolean;
}

/** `runs`, and those of the reference, are of the training's specs, in their order. */
export function trainedWith(knobs: Knobs, runs: readonly RunSummary[], reference: readonly RunSummary[]): Trained {
  const total = (own: readonly RunSummary[], of: (run: RunSummary) => number) =>
    own.reduce((sum, run) => sum + of(run), 0);
  const where = (own: readonly RunSummary[], is: (spec: ScenarioSpec) => boolean) =>
    own.filter((_, index) => is(TRAINING_SPECS[index] as ScenarioSpec));
  const measured = where(runs, (spec) => spec.overheadToRecord === MEASURED_OVERHEAD_TO_RECORD);
  const coldShare = total(measured, (run) => run.coldShare * run.offered) / total(measured, (run) => run.offered);
  const meanBelow = (own: readonly RunSummary[]) =>
    total(
      where(own, ({ load }) => load < 1),
      (run) => run.meanSeconds,
    );
  const meanOfReference = meanBelow(runs) / meanBelow(reference);
  const p99OfObjective = Math.max(
    ...runs.flatMap(({ classes }) =>
      classes.map((each, index) => each.p99Seconds / (CLASSES[index]?.objectiveSeconds ?? 1)),
    ),
  );
  return {
    knobs,
    dollars: total(runs, (run) => run.dollars.total),
    coldShare,
    p99OfObjective,
    meanOfReference,
    meetsBounds: excess({ coldShare, p99OfObjective, meanOfReference }) === 0,
  };
}

/** How far outside of the bounds, in powers of e. */
export const excess = (figures: Pick<Trained, keyof typeof BOUNDS>): number =>
  Object.entries(BOUNDS).reduce(
    (sum, [name, bound]) => sum + Math.max(0, Math.log(figures[name as keyof typeof BOUNDS] / bound)),
    0,
  );

/** The least dollars within the bounds; where no point is, the one that is least outside. Of equals, the first. */
export function bestOf(trained: readonly Trained[]): Trained | undefined {
  return trained.reduce<Trained | undefined>((best, each) => {
    if (best === undefined) return each;
    const closer = excess(each) - excess(best);
    return closer < 0 || (closer === 0 && each.dollars < best.dollars) ? each : best;
  }, undefined);
}
