/** Runs what the tables need, and puts them together. */
import {
  ablationTasks,
  BUILT_IN,
  type Extent,
  gridTasks,
  headlineTasks,
  limitTasks,
  REFERENCE,
  spenderTasks,
  spendTasks,
  VARIATIONS,
  variationTasks,
  type Workload,
} from '../../simulator/evaluation/experiments';
import { type FleetCase, fleetCases } from '../../simulator/evaluation/fleets';
import { improvementRows, type Means, meansOf, type Row } from '../../simulator/evaluation/improvement';
import type { CurveResult } from '../../simulator/evaluation/levels/curves';
import { MEASURED_OVERHEAD_TO_RECORD } from '../../simulator/evaluation/measured';
import { EVENT_RATES, rateTasks } from '../../simulator/evaluation/rates';
import { BASE_SPEC, CLASSES } from '../../simulator/evaluation/scenario';
import type { SurgeFigures, SurgeTask } from '../../simulator/evaluation/surge';
import { type Done, runsOf, type Task } from '../../simulator/evaluation/task';
import type { Trained } from '../../simulator/evaluation/tune';
import { knobsFor, OFFERED, TRAINING, TUNED } from '../../simulator/evaluation/tuned';
import { type UsersFigures, usersFigures } from '../../simulator/evaluation/users';
import { ABLATIONS, SYSTEMS } from '../../simulator/systems';
import { curveWorkloads } from './curve-workloads';
import { type ForecastSummary, forecastFigures } from './forecast-figures';
import { hashOf } from './hash';
import { type Headline, headlineOf } from './headline';
import { performAll } from './pool';
import { surgeTasks } from './surge';
import { traceWorkload } from './traces';

export interface EvaluateOptions {
  readonly extent: Extent;
  readonly traces: readonly string[];
  readonly processes: number;
}

export interface MeansRow {
  readonly of: string;
  readonly system: string;
  readonly load: number;
  readonly overheadToRecord: number;
  readonly means: Means;
  readonly perSecond: number;
}

/** At what tuned target tracking costs in the same scenario; its own row has no knob. */
export interface SpendRow {
  readonly system: string;
  readonly load: number;
  readonly seed: number;
  readonly knob: string;
  readonly over: boolean;
  readonly ofSpend: number;
  readonly means: Means;
}

export interface Report {
  readonly table1: Headline;
  readonly surge: readonly (SurgeTask & SurgeFigures)[];
  readonly curves: readonly CurveResult[];
  readonly forecast: ForecastSummary;
  readonly grid: readonly Row[];
  readonly ablation: readonly MeansRow[];
  readonly sensitivity: readonly MeansRow[];
  readonly equalSpend: readonly SpendRow[];
  readonly rates: readonly MeansRow[];
  readonly users: readonly UsersFigures[];
  readonly fleets: readonly FleetCase[];
  readonly made: {
    readonly extent: Extent;
    readonly base: typeof BASE_SPEC;
    readonly classes: typeof CLASSES;
    readonly systems: readonly {
      readonly name: string;
      readonly about: string;
      readonly knobs: number;
      readonly tuned: string;
      readonly training: Omit<Trained, 'knobs'> | undefined;
    }[];
    /** What tuning would have chosen for Triage, which runs as it is deployed. */
    readonly offered: Trained | undefined;
    readonly parametersHash: string;
    readonly workloads: readonly string[];
  };
  readonly cells: readonly Done[];
}

const QUICK_SYSTEMS = ['naive', 'aws-default', 'tracking-maximum', 'triage'];
const QUICK_POINTS = 16;
const QUICK_CURVES = ['on-demand', 'static', 'tracking-average', 'keep-alive', 'triage'];
const LIMIT_SYSTEMS = ['naive', 'aws-default', 'triage'];
const GRID_SYSTEMS = ['naive', 'aws-default', 'queue-per-class', 'scheduled-tracking', 'triage'];
const RATE_SYSTEMS = ['naive', 'aws-default', 'triage'];
const USERS = [10, 20, 50, 100, 200, 500, 1000];

export async function evaluate(
  { extent, traces, processes }: EvaluateOptions,
  say: (line: string) => void,
): Promise<Report> {
  const quick = extent.name === 'quick';
  const workloads: Workload[] = [...BUILT_IN, ...traces.map((file) => traceWorkload(file, extent.measuredMinutes))];
  const [first = { name: 'phases' as const }] = workloads;
  const systems = quick ? QUICK_SYSTEMS : SYSTEMS.map(({ name }) => name);
  const run = async (what: string, tasks: readonly Task[]): Promise<Done[]> => {
    let told = 0;
    say(`${what}: ${tasks.length} tasks`);
    return performAll(tasks, processes, (done) => {
      const tenth = Math.floor((10 * done) / tasks.length);
      if (tenth > told) say(`${what}: ${10 * tenth} %`);
      told = tenth;
    });
  };
  const limits = await run(
    'greatest throughput',
    limitTasks(extent, workloads, quick ? ['naive', 'triage'] : LIMIT_SYSTEMS, TUNED, [MEASURED_OVERHEAD_TO_RECORD]),
  );
  const headline = await run('table 1', headlineTasks(extent, workloads, systems, TUNED));
  const surges = await run('surge', surgeTasks(quick));
  const curves = await run(
    'curves',
    curveWorkloads(traces, quick).map(
      (workload): Task => ({
        kind: 'curves',
        workload,
        ...(quick ? { systems: QUICK_CURVES, points: QUICK_POINTS } : {}),
      }),
    ),
  );
  const rates = await run('event rates', rateTasks(RATE_SYSTEMS, TUNED, quick ? EVENT_RATES.slice(0, 4) : EVENT_RATES));
  const grid = quick ? [] : await run('grid', gridTasks(extent, first, GRID_SYSTEMS, TUNED));
  const ablation = quick
    ? []
    : await run('ablation', ablationTasks(extent, first, ['triage', ...ABLATIONS.map(({ name }) => name)], TUNED));
  const varied = quick ? [] : await run('sensitivity', variationTasks(extent, first, GRID_SYSTEMS, TUNED));
  const spenders = quick ? [] : await run('spend', spenderTasks(extent, first, TUNED));
  const spends = await run('equal spend', spendTasks(runsOf(spenders), TUNED));
  say('forecast');
  return {
    table1: headlineOf([...headline, ...limits]),
    surge: surges.flatMap(({ task, outcome }) =>
      task.kind === 'surge' && outcome.kind === 'surge' ? [{ ...task, ...outcome.surge }] : [],
    ),
    curves: curves.flatMap(({ outcome }) => (outcome.kind === 'curves' ? [outcome.curves] : [])),
    forecast: forecastFigures(traces),
    grid: improvementRows(grid, REFERENCE),
    ablation: meansRows(ablation, () => 'phases'),
    sensitivity: VARIATIONS.flatMap(({ name }, index) => {
      const size = varied.length / VARIATIONS.length;
      return meansRows(varied.slice(index * size, (index + 1) * size), () => name);
    }),
    equalSpend: spendRows(spenders, spends),
    rates: meansRows(rates, (load) => String(Math.round((load * 1000) / BASE_SPEC.eventSeconds))),
    users: USERS.map((users) => usersFigures(users, BASE_SPEC.accountConcurrency, 1)),
    fleets: fleetCases(),
    made: {
      extent,
      base: BASE_SPEC,
      classes: CLASSES,
      systems: SYSTEMS.map(({ name, about, knobs }) => ({
        name,
        about,
        knobs: knobs.length,
        tuned: Object.entries(knobsFor(TUNED, name))
          .map(([knob, value]) => `${knob} ${value}`)
          .join(', '),
        training: TRAINING[name],
      })),
      offered: OFFERED,
      parametersHash: hashOf(TUNED),
      workloads: workloads.map(({ name }) => name),
    },
    cells: [...headline, ...limits, ...rates, ...grid, ...ablation, ...varied, ...spenders, ...spends].map(
      withoutTrace,
    ),
  };
}

function spendRows(spenders: readonly Done[], spends: readonly Done[]): SpendRow[] {
  const own = runsOf(spenders).map(({ task, run }) => ({
    system: task.system,
    load: task.spec.load,
    seed: task.spec.seed,
    knob: 'tuned',
    over: false,
    ofSpend: 1,
    means: meansOf([run]),
  }));
  const others = spends.flatMap(({ task, outcome }) => {
    if (task.kind !== 'spend' || outcome.kind !== 'spend') return [];
    const { value, run, over } = outcome.spent;
    const { load, seed } = task.spec;
    const knob = `${task.knob.name} ${value}`;
    const ofSpend = run.dollars.total / task.dollars;
    return [{ system: task.system, load, seed, knob, over, ofSpend, means: meansOf([run]) }];
  });
  return [...own, ...others].sort((a, b) => a.load - b.load || a.seed - b.seed);
}

/** Means over seeds, by system, load and h / s. */
function meansRows(done: readonly Done[], nameOf: (load: number) => string): MeansRow[] {
  const groups = new Map<string, ReturnType<typeof runsOf>>();
  for (const each of runsOf(done)) {
    const { system, spec } = each.task;
    const key = JSON.stringify([system, spec.load, spec.overheadToRecord]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((runs) => {
    const task = runs[0]?.task;
    if (task === undefined) return [];
    const perSecond = runs.reduce((sum, { run }) => sum + run.goodputPerSecond, 0) / runs.length;
    const { load, overheadToRecord } = task.spec;
    return [
      {
        of: nameOf(load),
        system: task.system,
        load,
        overheadToRecord,
        means: meansOf(runs.map(({ run }) => run)),
        perSecond,
      },
    ];
  });
}

/** A trace is not ours to copy into a report. */
function withoutTrace({ task, outcome }: Done): Done {
  if (task.kind !== 'run' && task.kind !== 'limit' && task.kind !== 'spend') return { task, outcome };
  const { trace: _left, ...spec } = task.spec;
  return { task: { ...task, spec }, outcome };
}
