/** Work that a process is given: plain data in, plain data out. */
import type { RunSummary } from './accounting';
import { type CurveResult, type CurveWorkload, computeCurves } from './levels/curves';
import { findLimit, type Limit, type LimitTask } from './limit';
import { type RunTask, runTask } from './run';
import { findSpend, type SpendTask, type Spent } from './spend';
import { type SurgeFigures, type SurgeTask, surgeFigures } from './surge';

export type Task =
  | ({ readonly kind: 'run' } & RunTask)
  | ({ readonly kind: 'limit' } & LimitTask)
  | ({ readonly kind: 'spend' } & SpendTask)
  | ({ readonly kind: 'surge' } & SurgeTask)
  | {
      readonly kind: 'curves';
      readonly workload: CurveWorkload;
      readonly systems?: readonly string[];
      readonly points?: number;
    };
export type Outcome =
  | { readonly kind: 'run'; readonly run: RunSummary }
  | { readonly kind: 'limit'; readonly limit: Limit }
  | { readonly kind: 'spend'; readonly spent: Spent }
  | { readonly kind: 'surge'; readonly surge: SurgeFigures }
  | { readonly kind: 'curves'; readonly curves: CurveResult };

export function perform(task: Task): Outcome {
  switch (task.kind) {
    case 'run':
      return { kind: 'run', run: runTask(task) };
    case 'limit':
      return { kind: 'limit', limit: findLimit(task) };
    case 'spend':
      return { kind: 'spend', spent: findSpend(task) };
    case 'surge':
      return { kind: 'surge', surge: surgeFigures(task) };
    case 'curves':
      return { kind: 'curves', curves: computeCurves(task.workload, task.systems, task.points) };
  }
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
  done.flatMap(({ task, outcome }) =>
    task.kind === 'run' && outcome.kind === 'run' ? [{ task, run: outcome.run }] : [],
  );
