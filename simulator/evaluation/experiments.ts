/** Which runs each table is made of. The same list for everybody: nothing is picked after the fact. */
import { MEASURED_OVERHEAD_TO_RECORD } from './measured';
import { BASE_SPEC, type ScenarioSpec } from './scenario';
import { SPEND_KNOBS } from './spend';
import type { DoneRun, Task } from './task';
import { knobsFor, type TunedKnobs } from './tuned';
import { WORKLOADS } from './workloads';

export const REFERENCE = 'naive';
export const HEADLINE_LOADS = [0.8, 1.2] as const;
export const GRID_LOADS = [0.3, 0.6, 0.8, 0.95, 1.05, 1.2, 1.5] as const;
export const GRID_OVERHEADS = [0.05, 0.2, 1] as const;

/** How much is run. */
export interface Extent {
  readonly name: 'quick' | 'default' | 'full';
  readonly measuredMinutes: number;
  /** The same for the tables beside table 1 and the greatest throughput. */
  readonly besideMinutes: number;
  /** Of the reference and of Triage; of the other systems. */
  readonly seeds: number;
  readonly rivalSeeds: number;
  readonly gridSeeds: number;
  readonly limitSeeds: number;
  readonly limitSteps: number;
  readonly limitMost: number;
  readonly variationSeeds: number;
  readonly spendSeeds: number;
}

export const EXTENTS: Readonly<Record<Extent['name'], Extent>> = {
  // No shorter: the day's peak is in its thirtieth minute.
  quick: {
    name: 'quick',
    measuredMinutes: 20,
    besideMinutes: 20,
    seeds: 3,
    rivalSeeds: 1,
    gridSeeds: 0,
    limitSeeds: 1,
    limitSteps: 1,
    limitMost: 2,
    variationSeeds: 0,
    spendSeeds: 0,
  },
  default: {
    name: 'default',
    measuredMinutes: 30,
    besideMinutes: 20,
    seeds: 20,
    rivalSeeds: 2,
    gridSeeds: 1,
    limitSeeds: 4,
    limitSteps: 2,
    limitMost: 4,
    variationSeeds: 1,
    spendSeeds: 1,
  },
  full: {
    name: 'full',
    measuredMinutes: 120,
    besideMinutes: 120,
    seeds: 20,
    rivalSeeds: 20,
    gridSeeds: 20,
    limitSeeds: 20,
    limitSteps: 6,
    limitMost: 16,
    variationSeeds: 20,
    spendSeeds: 5,
  },
};

export interface Workload {
  readonly name: ScenarioSpec['workload'];
  readonly trace?: readonly number[];
}
export const BUILT_IN: readonly Workload[] = WORKLOADS.map((name) => ({ name }));

const seedsOf = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function specFor(extent: Extent, workload: Workload, more: Partial<ScenarioSpec>): ScenarioSpec {
  return {
    ...BASE_SPEC,
    measuredMinutes: extent.measuredMinutes,
    workload: workload.name,
    ...(workload.trace === undefined ? {} : { trace: workload.trace }),
    ...more,
  };
}

const specBeside = (extent: Extent, workload: Workload, more: Partial<ScenarioSpec>): ScenarioSpec =>
  specFor(extent, workload, { measuredMinutes: extent.besideMinutes, ...more });

/** By table; systems that share a scenario stand side by side, so that it is made once. */
export function headlineTasks(
  extent: Extent,
  workloads: readonly Workload[],
  systems: readonly string[],
  tuned: TunedKnobs,
): Task[] {
  const tasks: Task[] = [];
  for (const workload of workloads)
    for (const load of HEADLINE_LOADS)
      for (const seed of seedsOf(extent.seeds)) {
        const spec = specFor(extent, workload, { load, seed, overheadToRecord: MEASURED_OVERHEAD_TO_RECORD });
        for (const system of systems)
          if (seed <= extent.rivalSeeds || system === REFERENCE || system === 'triage')
            tasks.push({ kind: 'run', system, knobs: knobsFor(tuned, system), spec });
      }
  return tasks;
}

/** λ* does not depend on the load that the multiple is of. */
export function limitTasks(
  extent: Extent,
  workloads: readonly Workload[],
  systems: readonly string[],
  tuned: TunedKnobs,
  overheads: readonly number[],
): Task[] {
  return overheads.flatMap((overheadToRecord) =>
    workloads.flatMap((workload) =>
      seedsOf(extent.limitSeeds).flatMap((seed) =>
        systems.map((system): Task => {
          const spec = specFor(extent, workload, { load: 1, seed, overheadToRecord });
          return {
            kind: 'limit',
            system,
            knobs: knobsFor(tuned, system),
            spec,
            most: extent.limitMost,
            steps: extent.limitSteps,
          };
        }),
      ),
    ),
  );
}

/** All loads by all h / s (D4), on the first workload. */
export function gridTasks(extent: Extent, workload: Workload, systems: readonly string[], tuned: TunedKnobs): Task[] {
  return [...GRID_OVERHEADS, MEASURED_OVERHEAD_TO_RECORD].flatMap((overheadToRecord) =>
    GRID_LOADS.flatMap((load) =>
      seedsOf(extent.gridSeeds).flatMap((seed) =>
        systems.map((system): Task => {
          const spec = specBeside(extent, workload, { load, seed, overheadToRecord });
          return { kind: 'run', system, knobs: knobsFor(tuned, system), spec };
        }),
      ),
    ),
  );
}

/** One thing at a time away from the base. */
export const VARIATIONS: readonly { readonly name: string; readonly change: Partial<ScenarioSpec> }[] = [
  { name: 'base', change: {} },
  { name: 'keep-alive 5 min', change: { keepAliveSeconds: 300 } },
  { name: 'keep-alive 30 min', change: { keepAliveSeconds: 1800 } },
  { name: 'keep-alive 60 min', change: { keepAliveSeconds: 3600 } },
  { name: 'routing oldest', change: { routing: 'oldest' } },
  { name: 'routing random', change: { routing: 'random' } },
  { name: 'init × 3', change: { initScale: 3 } },
  { name: 'init × 10', change: { initScale: 10 } },
  { name: 'lag 1 min', change: { lagSeconds: 60 } },
  { name: 'lag 5 min', change: { lagSeconds: 300 } },
  { name: 'mapping ramp 60/min', change: { rampPerMinute: 60 } },
  { name: 'mapping ramp 1,200/min', change: { rampPerMinute: 1200 } },
  { name: 'scv 0', change: { scv: 0 } },
  { name: 'scv 4', change: { scv: 4 } },
  { name: 'h/s 1', change: { overheadToRecord: 1 } },
  { name: 'h/s 0.2', change: { overheadToRecord: 0.2 } },
  { name: 'mostly critical', change: { classShares: [0.4, 0.3, 0.2, 0.1] } },
  { name: 'mostly bulk', change: { classShares: [0.02, 0.08, 0.2, 0.7] } },
  { name: 'account of 1,000', change: { accountConcurrency: 1000 } },
  { name: 'faults', change: { faults: true } },
];

export function variationTasks(
  extent: Extent,
  workload: Workload,
  systems: readonly string[],
  tuned: TunedKnobs,
): Task[] {
  return VARIATIONS.flatMap(({ change }) =>
    seedsOf(extent.variationSeeds).flatMap((seed) => {
      const spec = specBeside(extent, workload, {
        overheadToRecord: MEASURED_OVERHEAD_TO_RECORD,
        load: 0.8,
        seed,
        ...change,
      });
      return systems.map((system): Task => ({ kind: 'run', system, knobs: knobsFor(tuned, system), spec }));
    }),
  );
}

/** Triage without each of its mechanisms, at both loads of the headline. */
export function ablationTasks(
  extent: Extent,
  workload: Workload,
  systems: readonly string[],
  tuned: TunedKnobs,
): Task[] {
  return [1, MEASURED_OVERHEAD_TO_RECORD].flatMap((overheadToRecord) =>
    HEADLINE_LOADS.flatMap((load) =>
      seedsOf(extent.variationSeeds).flatMap((seed) =>
        systems.map((system): Task => {
          const spec = specBeside(extent, workload, { load, seed, overheadToRecord });
          return { kind: 'run', system, knobs: knobsFor(tuned, system), spec };
        }),
      ),
    ),
  );
}

/** Whose spend the others get. */
export const SPENDER = 'tracking-maximum';
const SPEND_STEPS = 5;

export function spenderTasks(extent: Extent, workload: Workload, tuned: TunedKnobs): Task[] {
  return HEADLINE_LOADS.flatMap((load) =>
    seedsOf(extent.spendSeeds).map((seed): Task => {
      const spec = specBeside(extent, workload, { load, seed, overheadToRecord: MEASURED_OVERHEAD_TO_RECORD });
      return { kind: 'run', system: SPENDER, knobs: knobsFor(tuned, SPENDER), spec };
    }),
  );
}

/** Everybody who can spend more or less, at what the spender cost in the same scenario. */
export function spendTasks(spenders: readonly DoneRun[], tuned: TunedKnobs): Task[] {
  return spenders.flatMap(({ task, run }) =>
    Object.entries(SPEND_KNOBS).map(
      ([system, knob]): Task => ({
        kind: 'spend',
        system,
        knobs: knobsFor(tuned, system),
        spec: task.spec,
        dollars: run.dollars.total,
        knob,
        steps: SPEND_STEPS,
      }),
    ),
  );
}
