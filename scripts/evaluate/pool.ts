/** Simulates on as many processors as there are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Done, Outcome, Task } from '../../simulator/evaluation/task';
import { performTasks } from '../pool';

export async function performAll(
  tasks: readonly Task[],
  processes: number,
  onProgress: (done: number) => void,
): Promise<Done[]> {
  const directory = mkdtempSync(join(tmpdir(), 'evaluate-'));
  try {
    const outcomes = await performTasks<Task, Outcome>(bundledWorker(directory), tasks, processes, onProgress);
    return outcomes.map((outcome, index) => ({ task: tasks[index] as Task, outcome }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** In one file, modules read each other's constants without a call: the simulator takes a third less time than under tsx. */
function bundledWorker(directory: string): string {
  const outfile = join(directory, 'worker.cjs');
  const entryPoints = [join(__dirname, 'worker.ts')];
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', minifySyntax: true, logLevel: 'warning' });
  return outfile;
}
