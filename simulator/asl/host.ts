/** What an execution needs from outside, and how it ends. */
import type { VirtualClock } from './clock';
import type { Json, JsonObject } from './json';

/** One attempt of a task. */
export interface TaskCall {
  readonly resource: string;
  readonly parameters: JsonObject;
  readonly execution: string;
  readonly state: string;
  /** From 0; each retry is one more. */
  readonly retry: number;
  /** Where the task ends by its token: the answer of the call itself counts only where it is a failure. */
  readonly token?: string;
}

export type TaskResult =
  | { readonly ok: true; readonly output: Json }
  | { readonly ok: false; readonly error: string; readonly cause: string };

export interface Host {
  readonly clock: VirtualClock;
  /** In [0, 1): the jitter of the waits before a retry. */
  random(): number;
  /** Carries out one attempt and answers when it has ended, or never. Answers after the time-out are passed over. */
  call(call: TaskCall, answer: (result: TaskResult) => void): void;
  /** A state was entered: for tests and traces. */
  entered?(execution: string, state: string, kind: string): void;
}

export type ExecutionEnd =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string }
  | { readonly status: 'TIMED_OUT' }
  | { readonly status: 'ABORTED' };
