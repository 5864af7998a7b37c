/** Work that a process is given: plain data in, plain data out. */
import type { RunSummary } from './accounting';
import { findLimit, type Limit, type LimitTask } from './limit';
import { type RunTask, runTask } from './run';

export type Task = ({ readonly kind: 'run' } & RunTask) | ({ readonly kind: 'limit' } & LimitTask);
export type Outcome =
  | { readonly kind: 'run'; readonly run: RunSummary }
  | { readonly kind: 'limit'; readonly limit: Limit };

export function perform(task: Task): Outcome {
  if (task.kind === 'run') return { kind: 'run', run: runTask(task) };
  return { kind: 'limit', limit: findLimit(task) };
}

export interface Done {
  readonly task: Task;
  readonly outcome: Outcome;
}

export interface DoneRun {
  readonly task: RunTask;
  readonly run: RunSummary;
}

export const runsOf = (done: readonly Done[]): DoneRun[] =>
  done.flatMap(({ task, outcome }) => (outcome.kind === 'run' ? [{ task, run: outcome.run }] : []));
