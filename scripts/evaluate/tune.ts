/**
 * `npm run evaluate:tune [-- --only SYSTEM…]`: chooses every system's knobs on the training workload and writes them to the file that the
 * evaluation runs with. Commit the file; nothing else reads it. Triage runs as it is deployed, which a test holds against the file.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { REFERENCE } from '../../simulator/evaluation/experiments';
import { runsOf } from '../../simulator/evaluation/task';
import {
  BOUNDS,
  bestOf,
  POINTS,
  pointsFrom,
  type Trained,
  trainedWith,
  tuningTasks,
} from '../../simulator/evaluation/tune';
import type { TunedFile } from '../../simulator/evaluation/tuned';
import { SYSTEMS, TRIAGE } from '../../simulator/systems';
import { hashOf } from './hash';
import { performAll } from './pool';

const FILE = join(__dirname, '../../simulator/evaluation/tuned.json');
/** Triage with another forecast is Triage otherwise: its knobs are those of `triage`. */
const TUNABLE = SYSTEMS.filter(({ name }) => !name.startsWith('triage-')).map(({ name }) => name);

const command = new Command('evaluate:tune')
  .description('the same budget of points for every system, on training data only')
  .option('--only <systems...>', 'the others keep what the file has for them', TUNABLE)
  .option('--processes <count>', 'how many simulate at once', '1')
  .option('--points <file>', 'appends every point with its runs to a file, a line each')
  .parse();
const options = command.opts<{ only: string[]; processes: string; points?: string }>();
for (const name of options.only) if (!TUNABLE.includes(name)) command.error(`no system to tune is called ${name}`);

async function runAll(system: string) {
  const tasks = tuningTasks(system).map((task) => ({ kind: 'run' as const, ...task }));
  const points = pointsFrom(runsOf(await performAll(tasks, Math.max(1, Number(options.processes)), () => undefined)));
  const { points: file } = options;
  if (file !== undefined) for (const point of points) appendFileSync(file, `${JSON.stringify({ system, ...point })}\n`);
  return points;
}

async function main(): Promise<void> {
  const [reference] = await runAll(REFERENCE);
  for (const system of options.only) {
    const trained = (await runAll(system)).map(({ knobs, runs }) => trainedWith(knobs, runs, reference?.runs ?? []));
    const best = bestOf(trained);
    if (best === undefined) continue;
    // Its knobs are deployed defaults: whether they change is for a person to decide, on more than dollars.
    if (system === TRIAGE.name) keep(system, trained[0] ?? best, best);
    else keep(system, best);
    process.stdout.write(`${system}: ${trained.length} points, ${JSON.stringify(best)}\n`);
  }
  process.stdout.write(`${FILE}: ${hashOf((JSON.parse(readFileSync(FILE, 'utf8')) as TunedFile).knobs)}\n`);
}

/** Written after each system, in the order of all: a run that is stopped loses no more than the one it is at. */
function keep(system: string, chosen: Trained, offered?: Trained): void {
  const { knobs, training, offered: before } = JSON.parse(readFileSync(FILE, 'utf8')) as TunedFile;
  const { knobs: own, ...figures } = chosen;
  const other = offered ?? before;
  const inOrder = <Value>(all: Readonly<Record<string, Value>>) =>
    Object.fromEntries(TUNABLE.flatMap((name) => (name in all ? [[name, all[name]]] : [])));
  const file = {
    made: { by: 'npm run evaluate:tune', points: POINTS, bounds: BOUNDS, workload: 'training' },
    knobs: inOrder({ ...knobs, [system]: own }),
    training: inOrder({ ...training, [system]: figures }),
    ...(other === undefined ? {} : { offered: other }),
  };
  writeFileSync(FILE, `${JSON.stringify(file, null, 2)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
