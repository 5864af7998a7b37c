/** Shares the seeds out over processes. What comes back does not depend on how many there are. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { addTotals, noTotals, type Totals } from '../../simulator/saga';

/** Seeds from `from`, every `step`-th, at one rate. */
export interface SagaTask {
  readonly from: number;
  readonly step: number;
  readonly count: number;
  readonly orders: number;
  readonly rate: number;
}

interface Shared {
  readonly seeds: number;
  readonly orders: number;
  readonly rates: readonly number[];
  readonly from: number;
  readonly processes: number;
}

const SEEDS_OF_A_TASK = 100;

/** Totals of each rate. Seeds take the rates in turn. */
export async function shareOut({ seeds, orders, rates, from, processes }: Shared): Promise<Totals[]> {
  const tasks = rates.flatMap((rate, at): (SagaTask & { at: number })[] => {
    const ofRate = Math.ceil((seeds - at) / rates.length);
    return Array.from({ length: Math.ceil(ofRate / SEEDS_OF_A_TASK) }, (_, index) => {
      const begun = index * SEEDS_OF_A_TASK;
      const first = from + at + begun * rates.length;
      return { at, rate, orders, from: first, step: rates.length, count: Math.min(SEEDS_OF_A_TASK, ofRate - begun) };
    });
  });
  const answers = new Array<Totals | undefined>(tasks.length).fill(undefined);
  let next = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      // Started by tsx, a child is too: it inherits the loader.
      const child = fork(join(__dirname, 'saga-worker.ts'));
      const give = () => {
        if (next >= tasks.length) return void child.kill();
        const index = next++;
        child.send({ index, task: tasks[index] });
      };
      child.on('message', ({ index, totals }: { index: number; totals: Totals }) => {
        answers[index] = totals;
        give();
      });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 || code === null ? resolve() : reject(new Error(`a worker ended with ${code}`)),
      );
      give();
    });
  await Promise.all(Array.from({ length: Math.min(processes, tasks.length) }, work));
  return rates.map((_, at) => {
    const sum = noTotals();
    for (const [index, task] of tasks.entries()) {
      const totals = answers[index];
      if (totals === undefined) throw new Error(`no answer to the seeds from ${task.from}`);
      if (task.at === at) addTotals(sum, totals);
    }
    return sum;
  });
}
