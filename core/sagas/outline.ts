/** What is known of a saga where none of its steps runs. */
import type { Agreement } from './definitions';

export interface StepOutline {
  readonly name: string;
  /** Some commit of it ends the saga. */
  readonly mayEnd: boolean;
  /** Name of the step that it takes back; absent for a step forward. */
  readonly compensates?: string | undefined;
}

/** Plain data: a synth writes it into the entries of the functions that watch over sagas, which so hold no step's code. */
export interface SagaOutline {
  readonly name: string;
  readonly application: string;
  readonly timeoutSeconds: number;
  readonly steps: readonly StepOutline[];
}

/** What the reconciler and recovery have of a saga. Every `Saga` is one too. */
export interface WatchedSaga extends SagaOutline {
  /** Left out: nothing outside is compared with what became of its events. */
  readonly agreements?: readonly Agreement[];
}

/** Nothing but the outline of a saga that has more. */
export const outlineOf = ({ name, application, timeoutSeconds, steps }: SagaOutline): SagaOutline => ({
  name,
  application,
  timeoutSeconds,
  steps: steps.map(({ name, mayEnd, compensates }) => ({
    name,
    mayEnd,
    ...(compensates === undefined ? {} : { compensates }),
  })),
});
