/** One of the processes that simulate: takes some seeds, answers with their totals. */
import { noTotals, runSeed } from '../../simulator/saga';
import { answerTasks } from '../pool-worker';
import type { SagaTask } from './saga-pool';

answerTasks(async ({ from, step, count, orders, rate }: SagaTask) => {
  const totals = noTotals();
  for (let index = 0; index < count; index++) await runSeed({ seed: from + index * step, orders, rate }, totals);
  return totals;
});
