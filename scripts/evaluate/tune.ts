/**
 * `npm run evaluate:tune [-- --only SYSTEM…]`: chooses every system's knobs on the training workload and writes them to the file that the
 * evaluation runs with. Commit the file; nothing else reads it, and Triage's own defaults are held against it by a test.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { RunSummary } from '../../simulator/evaluation/accounting';
import { REFERENCE } from '../../simulator/evaluation/experiments';
import type { RunTask } from '../../simulator/evaluation/run';
import { runsOf } from '../../simulator/evaluation/task';
import {
  BOUNDS,
  bestOf,
  POINTS,
  TRAINING_SPECS,
  type Trained,
  trainedWith,
  tuningTasks,
} from '../../simulator/evaluation/tune';
import type { TunedFile } from '../../simulator/evaluation/tuned';
import { SYSTEMS } from '../../simulator/systems';
import { hashOf } from './hash';
import { performAll } from './pool';

const FILE = join(__dirname, '../../simulator/evaluation/tuned.json');
/** Triage with another forecast is Triage otherwise: its knobs are those of `triage`. */
const TUNABLE = SYSTEMS.filter(({ name }) => !name.startsWith('triage-')).map(({ name }) => name);

const command = new Command('evaluate:tune')
  .description('the same budget of points for every system, on training data only')
  .option('--only <systems...>', 'the others keep what the file has for them', TUNABLE)
  .option('--processes <count>', 'how many simulate at once', '1')
  .parse();
const options = command.opts<{ only: string[]; processes: string }>();
for (const name of options.only) if (!TUNABLE.includes(name)) command.error(`no system to tune is called ${name}`);

/** By point, its runs in the order of the training's specs. */
async function runAll(tasks: readonly RunTask[]): Promise<{ knobs: RunTask['knobs']; runs: RunSummary[] }[]> {
  const all = tasks.map((task) => ({ kind: 'run' as const, ...task }));
  const done = runsOf(await performAll(all, Math.max(1, Number(options.processes)), () => undefined));
  const each = TRAINING_SPECS.length;
  return Array.from({ length: done.length / each }, (_, point) => {
    const own = done.slice(point * each, (point + 1) * each);
    return { knobs: own[0]?.task.knobs ?? {}, runs: own.map(({ run }) => run) };
  });
}

async function main(): Promise<void> {
  const [reference] = await runAll(tuningTasks(REFERENCE));
  for (const system of options.only) {
    const trained = (await runAll(tuningTasks(system))).map(({ knobs, runs }) =>
      trainedWith(knobs, runs, reference?.runs ?? []),
    );
    const best = bestOf(trained);
    if (best === undefined) continue;
    keep(system, best);
    process.stdout.write(`${system}: ${trained.length} points, ${JSON.stringify(best)}\n`);
  }
  process.stdout.write(`${FILE}: ${hashOf((JSON.parse(readFileSync(FILE, 'utf8')) as TunedFile).knobs)}\n`);
}

/** Written after each system, in the order of all: a run that is stopped loses no more than the one it is at. */
function keep(system: string, best: Trained): void {
  const { knobs, training } = JSON.parse(readFileSync(FILE, 'utf8')) as TunedFile;
  const { knobs: own, ...figures } = best;
  const inOrder = <Value>(all: Readonly<Record<string, Value>>) =>
    Object.fromEntries(TUNABLE.flatMap((name) => (name in all ? [[name, all[name]]] : [])));
  const file = {
    made: { by: 'npm run evaluate:tune', points: POINTS, bounds: BOUNDS, workload: 'training' },
    knobs: inOrder({ ...knobs, [system]: own }),
    training: inOrder({ ...training, [system]: figures }),
  };
  writeFileSync(FILE, `${JSON.stringify(file, null, 2)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
