/** Holt's level and trend (1957), with Gardner and McKenzie's damping (1985): a trend that fades, so that a long lead does not run away. */
import type { DemandModel } from './types';

export interface DampedHoltState {
  readonly minute: number;
  readonly level: number;
  /** Change per minute. */
  readonly trend: number;
}

export interface DampedHoltParameters {
  /** Weight of the newest minute in the level, in (0, 1]. */
  readonly alpha: number;
  /** Weight of the newest change in the trend, in [0, 1]. */
  readonly beta: number;
  /** What is left of the trend after each minute, in [0, 1). */
  readonly phi: number;
}

export function dampedHolt({ alpha, beta, phi }: DampedHoltParameters): DemandModel<DampedHoltState> {
  const ahead = ({ level, trend }: DampedHoltState, minutes: number) => level + trend * dampedSum(phi, minutes);
  return {
    name: 'damped Holt',
    start: (minute, value) => ({ minute, level: value, trend: 0 }),
    update: (state, minute, value) => {
      const passed = minute - state.minute;
      const expected = ahead(state, passed);
      const trend = state.trend * phi ** passed;
      const error = value - expected;
      return { minute, level: expected + alpha * error, trend: trend + alpha * beta * error };
    },
    path: (state, fromMinute, untilMinute) =>
      Array.from({ length: untilMinute - fromMinute }, (_, index) => ahead(state, fromMinute + index - state.minute)),
  };
}

/** φ + φ² + … + φⁿ. */
export function dampedSum(phi: number, minutes: number): number {
  return (phi * (1 - phi ** minutes)) / (1 - phi);
}
