/**
 * The part of Amazon States Language that this project uses: JSONPath, and of that only what does the same on AWS and on the
 * embedded emulator. `check.ts` refuses a definition with anything else in it.
 */
import type { Json, JsonObject } from './json';

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  /** Retries, without the first attempt: 0 says that these errors are final. */
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Next: string;
  readonly ResultPath?: string;
}

interface Common {
  readonly Comment?: string;
}

interface Goes {
  readonly Next?: string;
  readonly End?: true;
}

interface Guarded {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}

export interface TaskState extends Common, Goes, Guarded {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Parameters: JsonObject;
  readonly ResultSelector?: JsonObject;
  readonly ResultPath?: string;
  readonly OutputPath?: string;
  readonly TimeoutSeconds: number;
}

export interface PassState extends Common, Goes {
  readonly Type: 'Pass';
  readonly Parameters?: JsonObject;
  readonly Result?: Json;
  readonly ResultPath?: string;
}

export interface ChoiceRule {
  readonly Variable?: string;
  readonly StringEquals?: string;
  readonly NumericEquals?: number;
  readonly NumericLessThan?: number;
  readonly NumericGreaterThan?: number;
  readonly NumericLessThanPath?: string;
  readonly BooleanEquals?: boolean;
  readonly IsPresent?: boolean;
  readonly And?: readonly ChoiceRule[];
  readonly Or?: readonly ChoiceRule[];
  readonly Not?: ChoiceRule;
}

export interface ChoiceState extends Common {
  readonly Type: 'Choice';
  readonly Choices: readonly (ChoiceRule & { readonly Next: string })[];
  readonly Default: string;
}

export interface WaitState extends Common, Goes {
  readonly Type: 'Wait';
  readonly Seconds?: number;
  readonly SecondsPath?: string;
}

export interface Block {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface MapState extends Common, Goes, Guarded {
  readonly Type: 'Map';
  readonly ItemsPath: string;
  readonly ItemSelector?: JsonObject;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor: Block & { readonly ProcessorConfig: { readonly Mode: 'INLINE' } };
  readonly ResultPath?: string;
}

export interface ParallelState extends Common, Goes, Guarded {
  readonly Type: 'Parallel';
  readonly Branches: readonly Block[];
  readonly ResultPath?: string;
}

export interface SucceedState extends Common {
  readonly Type: 'Succeed';
}

export interface FailState extends Common {
  readonly Type: 'Fail';
  readonly Error: string;
  readonly Cause: string;
}

export type State =
  | TaskState
  | PassState
  | ChoiceState
  | WaitState
  | MapState
  | ParallelState
  | SucceedState
  | FailState;

export interface Definition extends Block {
  readonly Comment?: string;
  readonly TimeoutSeconds: number;
}

/** The suffix of a resource whose task ends when its token comes back. */
export const TOKEN_SUFFIX = '.waitForTaskToken';
