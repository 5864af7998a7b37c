/** Simulates on as many processors as there are. The order of answers is that of the tasks, however long each takes. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Done, Outcome, Task } from '../../simulator/evaluation/task';

interface Answer {
  readonly index: number;
  readonly outcome: Outcome;
}

export async function performAll(
  tasks: readonly Task[],
  processes: number,
  onProgress: (done: number) => void,
): Promise<Done[]> {
  const outcomes = new Array<Outcome | undefined>(tasks.length).fill(undefined);
  let next = 0;
  let done = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      // Started by tsx, a child is too: it inherits the loader.
      const child = fork(join(__dirname, 'worker.ts'));
      const give = () => {
        if (next >= tasks.length) return void child.kill();
        const index = next++;
        child.send({ index, task: tasks[index] });
      };
      child.on('message', ({ index, outcome }: Answer) => {
        outcomes[index] = outcome;
        onProgress(++done);
        give();
      });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 || code === null ? resolve() : reject(new Error(`a worker ended with ${code}`)),
      );
      give();
    });
  await Promise.all(Array.from({ length: Math.min(processes, tasks.length) }, work));
  return tasks.map((task, index) => {
    const outcome = outcomes[index];
    if (outcome === undefined) throw new Error(`no answer to task ${index}`);
    return { task, outcome };
  });
}
