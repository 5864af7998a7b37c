/** Does tasks on several processes. The answers stand in the tasks' order, however long each takes and however many processes there are. */
import { fork } from 'node:child_process';

interface Answered<Answer> {
  readonly index: number;
  readonly answer: Answer;
}

/** `worker` is a module that calls `answerTasks`. Fails if one of the processes does. */
export async function performTasks<Task, Answer>(
  worker: string,
  tasks: readonly Task[],
  processes: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<Answer[]> {
  const answers = new Map<number, Answer>();
  let next = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      // Started by tsx, a child is too: it inherits the loader, which a bundle does not need.
      const child = fork(worker, worker.endsWith('.cjs') ? { execArgv: [] } : {});
      const give = () => {
        if (next >= tasks.length) return void child.kill();
        const index = next++;
        child.send({ index, task: tasks[index] });
      };
      child.on('message', ({ index, answer }: Answered<Answer>) => {
        answers.set(index, answer);
        onProgress(answers.size);
        give();
      });
      child.on('error', reject);
      child.on('exit', (code) =>
        code === 0 || code === null ? resolve() : reject(new Error(`a worker ended with ${code}`)),
      );
      give();
    });
  await Promise.all(Array.from({ length: Math.min(processes, tasks.length) }, work));
  return tasks.map((_, index) => {
    if (!answers.has(index)) throw new Error(`no answer to task ${index}`);
    return answers.get(index) as Answer;
  });
}

/** A worker's whole life: takes a task, answers, takes the next. */
export function answerTasks<Task, Answer>(perform: (task: Task) => Answer | Promise<Answer>): void {
  process.on('message', async ({ index, task }: { index: number; task: Task }) => {
    try {
      process.send?.({ index, answer: await perform(task) });
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  });
}
