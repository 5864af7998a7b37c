/** The state machines that run sagas: one per saga, found by the saga's name. */

export const EXECUTION_STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

export interface Execution {
  readonly saga: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
}

export interface ExecutionDetail extends Execution {
  readonly input: unknown;
  /** Of one that succeeded. */
  readonly output?: unknown;
  /** Of one that did not. */
  readonly error?: string;
  readonly cause?: string;
}

/** One thing that happened in an execution. */
export interface ExecutionEvent {
  readonly id: number;
  readonly atMs: number;
  /** As the service calls it, `TaskSucceeded` for instance. */
  readonly type: string;
  /** Of a state that was entered or left. */
  readonly state?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Of a task that waits for an answer from outside. */
  readonly taskToken?: string;
}

export interface Executions {
  /**
   * `exists`: the name is taken, by a running one or one that has ended, with this input or another. A name stays taken for 90 days.
   * Rejects with a `RetryableError` where the service is busy.
   */
  start(saga: string, name: string, input: unknown): Promise<'started' | 'exists'>;
  /** `undefined` where there is none of that name. */
  describe(saga: string, name: string): Promise<ExecutionDetail | undefined>;
  /** Ends it where it stands, without its compensations: for a person who has decided that. */
  stop(saga: string, name: string, reason: string): Promise<void>;
  /** The youngest first. */
  list(
    saga: string,
    options: { readonly limit: number; readonly status?: ExecutionStatus },
  ): Promise<readonly Execution[]>;
  /** From the first event on, at most `limit`. */
  history(saga: string, name: string, limit: number): Promise<readonly ExecutionEvent[]>;
  /** Answers a task that waits. `gone`: it does not wait any more. */
  answer(taskToken: string, output: unknown): Promise<'answered' | 'gone'>;
}
