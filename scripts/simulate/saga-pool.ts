/** Shares the seeds out over processes. What comes back does not depend on how many there are. */
import { join } from 'node:path';
import { addTotals, noTotals, type Totals } from '../../simulator/saga';
import { performTasks } from '../pool';

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
  const answers = await performTasks<SagaTask, Totals>(join(__dirname, 'saga-worker.ts'), tasks, processes);
  return rates.map((_, at) => {
    const sum = noTotals();
    for (const [index, totals] of answers.entries()) if (tasks[index]?.at === at) addTotals(sum, totals);
    return sum;
  });
}
