/** One of the processes that simulate: takes a task, answers with its outcome. */
import { perform, type Task } from '../../simulator/evaluation/task';

process.on('message', ({ index, task }: { index: number; task: Task }) => {
  process.send?.({ index, outcome: perform(task) });
});
