/** Simulates on as many processors as there are. */
import { join } from 'node:path';
import type { Done, Outcome, Task } from '../../simulator/evaluation/task';
import { performTasks } from '../pool';

export async function performAll(
  tasks: readonly Task[],
  processes: number,
  onProgress: (done: number) => void,
): Promise<Done[]> {
  const outcomes = await performTasks<Task, Outcome>(join(__dirname, 'worker.ts'), tasks, processes, onProgress);
  return outcomes.map((outcome, index) => ({ task: tasks[index] as Task, outcome }));
}
