/** The other end of `pool.ts`, in a process of its own. */

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
