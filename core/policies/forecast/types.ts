/** What all forecasters have in common. */
import type { MinuteCount } from '../../contracts/scheduling';

/** The minutes that a plan stands for: [now + from, now + until), where `now` is the running minute. */
export interface ForecastWindow {
  readonly fromMinutes: number;
  /** Above `fromMinutes`. */
  readonly untilMinutes: number;
}

/**
 * A model of demand per minute on the scale of `scale.ts`. Its state is plain JSON data. A minute that is never reported is
 * unknown, not zero: models look at `minute`, not at how often they were called.
 */
export interface DemandModel<State> {
  readonly name: string;
  /** State after the first minute ever seen. */
  readonly start: (minute: number, value: number) => State;
  /** `minute` is later than any before it. */
  readonly update: (state: State, minute: number, value: number) => State;
  /** Expected values from `fromMinute` to before `untilMinute`, all later than the last one seen. */
  readonly path: (state: State, fromMinute: number, untilMinute: number) => number[];
}

export interface PredictInput extends ForecastWindow {
  /** The running minute; the last completed one is the one before. */
  readonly nowMinute: number;
  /** Probabilities in (0, 1), rising. */
  readonly levels: readonly number[];
}

/** Predicts quantiles of the greatest demand per minute in a window. */
export interface Forecaster<State> {
  readonly name: string;
  readonly update: (state: State | undefined, minute: MinuteCount) => State;
  /** One per level, events per minute, not falling; zeros before the first minute was seen. */
  readonly predict: (state: State | undefined, input: PredictInput) => number[];
}
