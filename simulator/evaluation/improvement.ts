/** Table 1: what a system improves over the reference (D3), pair by pair of runs with the same luck. */
import type { RunSummary } from './accounting';
import type { ScenarioSpec } from './scenario';
import { gain, holm, type Improvement, nothing, reduction } from './statistics';
import type { Done, DoneRun } from './task';
import { runsOf } from './task';

export interface Improvements {
  readonly latency: Improvement;
  readonly coldStarts: Improvement;
  readonly throughput: Improvement;
  readonly stability: Improvement;
  /** Dollars, T/R - 1 in %. */
  readonly cost: Improvement;
  readonly goodput: Improvement;
}

/** Below it, the reference is stable already. */
const LEAST_UNSTABLE = 0.01;

/** The half keeps the logarithm finite where nothing was cold; it counts against whoever is compared. */
const logCold = (run: RunSummary) => Math.log((run.coldShare * run.offered + 0.5) / run.offered);
const logUnstable = (run: RunSummary) => Math.log(run.unstableShare + 1e-4);

export interface Pair {
  readonly system: RunSummary;
  readonly reference: RunSummary;
}

export function improvementsOf(pairs: readonly Pair[], limits: readonly number[]): Improvements {
  const ratio = (of: (run: RunSummary) => number) => pairs.map(({ system, reference }) => of(system) - of(reference));
  const unstable = pairs.reduce((sum, { reference }) => sum + reference.unstableShare, 0) / Math.max(1, pairs.length);
  return {
    latency: reduction(ratio((run) => Math.log(run.meanSeconds))),
    coldStarts: reduction(ratio(logCold)),
    throughput: gain(limits),
    stability:
      unstable < LEAST_UNSTABLE
        ? nothing(`the reference is unstable in ${(100 * unstable).toFixed(2)} % of its cells only`)
        : reduction(ratio(logUnstable)),
    cost: gain(ratio((run) => Math.log(run.dollars.total))),
    goodput: gain(ratio((run) => Math.log(Math.max(1e-9, run.goodputPerSecond)))),
  };
}

/** What two runs must have in common, beside the luck, to be compared. */
const keyOf = (spec: ScenarioSpec) => JSON.stringify({ ...spec, trace: spec.trace?.length });

export function pairsOf(
  runs: readonly DoneRun[],
  system: string,
  reference: string,
  of: (spec: ScenarioSpec) => boolean,
): Pair[] {
  const own = runs.filter(({ task }) => of(task.spec));
  const references = new Map(
    own.filter(({ task }) => task.system === reference).map((each) => [keyOf(each.task.spec), each.run]),
  );
  return own
    .filter(({ task }) => task.system === system)
    .flatMap(({ task, run }) => {
      const found = references.get(keyOf(task.spec));
      return found === undefined ? [] : [{ system: run, reference: found }];
    });
}

/** Log-ratios of λ*, by seed. A limit that was not found (0) counts as the least that was tried. */
export function limitRatios(
  done: readonly Done[],
  system: string,
  reference: string,
  of: (spec: ScenarioSpec) => boolean,
): number[] {
  const limits = done.flatMap(({ task, outcome }) =>
    task.kind === 'limit' && outcome.kind === 'limit' && of(task.spec)
      ? [{ system: task.system, key: keyOf(task.spec), multiple: Math.max(outcome.limit.multiple, 1 / task.most) }]
      : [],
  );
  return limits
    .filter((each) => each.system === system)
    .flatMap(({ key, multiple }) => {
      const other = limits.find((each) => each.system === reference && each.key === key);
      return other === undefined ? [] : [Math.log(multiple / other.multiple)];
    });
}

export interface Row extends Improvements {
  readonly system: string;
  readonly workload: string;
  readonly load: number;
  readonly overheadToRecord: number;
  readonly seeds: number;
  readonly means: Means;
}

export interface Means {
  readonly meanSeconds: number;
  readonly p99Seconds: number;
  readonly coldShare: number;
  readonly unstableShare: number;
  readonly onTimeShare: number;
  readonly lostShare: number;
  readonly dollars: number;
  readonly dollarsIfRestarted: number;
  readonly idleResidentGigabyteSeconds: number;
  readonly idleBilledGigabyteSeconds: number;
  readonly utilisation: number;
  readonly meetsObjectives: boolean;
}

export function meansOf(runs: readonly RunSummary[]): Means {
  const mean = (of: (run: RunSummary) => number) =>
    runs.reduce((sum, run) => sum + of(run), 0) / Math.max(1, runs.length);
  return {
    meanSeconds: mean((run) => run.meanSeconds),
    p99Seconds: mean((run) => run.p99Seconds),
    coldShare: mean((run) => run.coldShare),
    unstableShare: mean((run) => run.unstableShare),
    onTimeShare: mean((run) => run.onTimeShare),
    lostShare: mean((run) => Object.values(run.lost).reduce((sum, each) => sum + each, 0) / run.offered),
    dollars: mean((run) => run.dollars.total),
    dollarsIfRestarted: mean(
      ({ dollars }) => dollars.total - dollars.provisionedPerLevel + dollars.provisionedPerConfiguration,
    ),
    idleResidentGigabyteSeconds: mean((run) => run.idleResidentGigabyteSeconds),
    idleBilledGigabyteSeconds: mean((run) => run.idleBilledGigabyteSeconds),
    utilisation: mean((run) => run.utilisation),
    meetsObjectives: runs.every((run) => run.classes.every((each) => each.onTimeShare >= 0.99)),
  };
}

/** Each system on each workload, load and h / s, and over all workloads together: `all`. */
export function improvementRows(done: readonly Done[], reference: string): Row[] {
  const runs = runsOf(done);
  const distinct = <Value>(values: readonly Value[]) => [...new Set(values)];
  const rows: Row[] = [];
  for (const overheadToRecord of distinct(runs.map(({ task }) => task.spec.overheadToRecord)))
    for (const load of distinct(runs.map(({ task }) => task.spec.load)))
      for (const system of distinct(runs.map(({ task }) => task.system))) {
        const workloads = distinct(
          runs
            .filter(
              ({ task }) =>
                task.system === system && task.spec.load === load && task.spec.overheadToRecord === overheadToRecord,
            )
            .map(({ task }) => task.spec.workload),
        );
        for (const workload of workloads.length > 1 ? [...workloads, 'all'] : workloads) {
          const of = (spec: ScenarioSpec) =>
            (workload === 'all' || spec.workload === workload) && spec.overheadToRecord === overheadToRecord;
          const pairs = pairsOf(runs, system, reference, (spec) => of(spec) && spec.load === load);
          if (pairs.length === 0) continue;
          rows.push({
            system,
            workload,
            load,
            overheadToRecord,
            seeds: pairs.length / (workload === 'all' ? workloads.length : 1),
            ...improvementsOf(pairs, limitRatios(done, system, reference, of)),
            means: meansOf(pairs.map((each) => each.system)),
          });
        }
      }
  return rows;
}

/** Holm's correction over the figures of one table. */
export function correctedPs(rows: readonly Row[]): Map<Improvement, number> {
  const all = rows.flatMap((row) => [row.latency, row.coldStarts, row.throughput, row.stability]);
  const known = all.filter((each) => each.p !== null);
  const corrected = holm(known.map((each) => each.p ?? 1));
  return new Map(known.map((each, index) => [each, corrected[index] ?? 1]));
}
