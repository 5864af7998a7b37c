/** Runs what the tables need, and puts them together. */
import { createHash } from 'node:crypto';
import {
  BUILT_IN,
  type Extent,
  headlineTasks,
  limitTasks,
  type Workload,
} from '../../simulator/evaluation/experiments';
import { MEASURED_OVERHEAD_TO_RECORD } from '../../simulator/evaluation/measured';
import { BASE_SPEC, CLASSES } from '../../simulator/evaluation/scenario';
import type { Done, Task } from '../../simulator/evaluation/task';
import { TUNED, type TunedKnobs } from '../../simulator/evaluation/tuned';
import { SYSTEMS } from '../../simulator/systems';
import { type Headline, headlineOf } from './headline';
import { performAll } from './pool';
import { traceWorkload } from './traces';

export interface EvaluateOptions {
  readonly extent: Extent;
  readonly traces: readonly string[];
  readonly processes: number;
}

export interface Report {
  readonly table1: Headline;
  readonly made: {
    readonly extent: Extent;
    readonly base: typeof BASE_SPEC;
    readonly classes: typeof CLASSES;
    readonly systems: readonly { readonly name: string; readonly about: string; readonly knobs: number }[];
    readonly parametersHash: string;
    readonly workloads: readonly string[];
  };
  readonly cells: readonly Done[];
}

const QUICK_SYSTEMS = ['naive', 'aws-default', 'tracking-maximum', 'triage'];
const LIMIT_SYSTEMS = ['naive', 'aws-default', 'queue-per-class', 'triage'];

export async function evaluate(
  { extent, traces, processes }: EvaluateOptions,
  say: (line: string) => void,
): Promise<Report> {
  const workloads: Workload[] = [...BUILT_IN, ...traces.map((file) => traceWorkload(file, extent.measuredMinutes))];
  const quick = extent.name === 'quick';
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
  return {
    table1: headlineOf([...headline, ...limits]),
    made: {
      extent,
      base: BASE_SPEC,
      classes: CLASSES,
      systems: SYSTEMS.map(({ name, about, knobs }) => ({ name, about, knobs: knobs.length })),
      parametersHash: hashOf(TUNED),
      workloads: workloads.map(({ name }) => name),
    },
    cells: [...headline, ...limits].map(withoutTrace),
  };
}

export const hashOf = (knobs: TunedKnobs): string =>
  createHash('sha256').update(JSON.stringify(knobs)).digest('hex').slice(0, 16);

/** A trace is not ours to copy into a report. */
function withoutTrace({ task, outcome }: Done): Done {
  const { trace: _left, ...spec } = task.spec;
  return { task: { ...task, spec }, outcome };
}
