/**
 * `npm run evaluate:tune [-- --only SYSTEM…]`: chooses every system's knobs on the training workload and writes them to the file that the
 * evaluation runs with. Commit the file; nothing else reads it, and Triage's own defaults are held against it by a test.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { MEASURED_OVERHEAD_TO_RECORD } from '../../simulator/evaluation/measured';
import { runsOf, type Task } from '../../simulator/evaluation/task';
import {
  bestOf,
  MOST_COLD_SHARE,
  POINTS,
  type Trained,
  trainedWith,
  trainingSpecs,
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

async function main(): Promise<void> {
  const specs = trainingSpecs(MEASURED_OVERHEAD_TO_RECORD);
  for (const system of options.only) {
    const tasks = tuningTasks(system, specs).map((task): Task => ({ kind: 'run', ...task }));
    const done = runsOf(await performAll(tasks, Math.max(1, Number(options.processes)), () => undefined));
    const trained: Trained[] = [];
    for (let at = 0; at < done.length; at += specs.length)
      trained.push(
        trainedWith(
          done[at]?.task.knobs ?? {},
          done.slice(at, at + specs.length).map(({ run }) => run),
        ),
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
    made: { by: 'npm run evaluate:tune', points: POINTS, mostColdShare: MOST_COLD_SHARE, workload: 'training' },
    knobs: inOrder({ ...knobs, [system]: own }),
    training: inOrder({ ...training, [system]: figures }),
  };
  writeFileSync(FILE, `${JSON.stringify(file, null, 2)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
