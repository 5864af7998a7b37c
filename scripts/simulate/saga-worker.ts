/** One of the processes that simulate: takes some seeds, answers with their totals. */
import { noTotals, runSeed } from '../../simulator/saga';
import type { SagaTask } from './saga-pool';

process.on('message', ({ index, task }: { index: number; task: SagaTask }) => {
  void run(task).then(
    (totals) => process.send?.({ index, totals }),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run({ from, step, count, orders, rate }: SagaTask) {
  const totals = noTotals();
  for (let index = 0; index < count; index++) await runSeed({ seed: from + index * step, orders, rate }, totals);
  return totals;
}
