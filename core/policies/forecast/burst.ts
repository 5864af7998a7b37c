/**
 * A one-sided CUSUM (Page 1954) on how far each minute exceeds a moving average, in units of the usual deviation: two minutes far
 * out or several that are high are a burst; a single one never is. While it lasts, the quantiles above the median are not below the
 * demand of the last two minutes.
 */
import { poissonDeviation } from './scale';

export interface BurstState {
  readonly level: number;
  /** Moving average of the absolute deviation from `level`. */
  readonly deviation: number;
  /** Sum of excesses above the allowance, not below 0. */
  readonly score: number;
}

export interface BurstParameters {
  /** Usual deviations that a minute may exceed the average without adding to the score. */
  readonly allowance: number;
  /** The score from which a burst is under way. */
  readonly threshold: number;
}

const LEVEL_ALPHA = 0.1;
const DEVIATION_ALPHA = 0.02;
/** Before any deviation is known: a third of the demand. */
const FIRST_DEVIATION = 0.3;
/** The score is at most this many thresholds, so that a burst ends soon after the demand has fallen. */
const MOST_THRESHOLDS = 2;
/** A minute's excess counts at most this many usual deviations in the score. */
const MOST_EXCESS = 10;
/** A deviation counts at most this many times the usual one in what is usual. */
const MOST_DEVIATIONS = 3;

/** One minute that is far out is no floor. */
const FLOOR_MINUTES = 2;

export function startBurst(value: number): BurstState {
  return { level: value, deviation: FIRST_DEVIATION, score: 0 };
}

export function updateBurst(state: BurstState, value: number, { allowance, threshold }: BurstParameters): BurstState {
  const usual = Math.max(state.deviation, poissonDeviation(state.level));
  const excess = value - state.level;
  const added = Math.min(excess / usual, MOST_EXCESS);
  const counted = Math.min(Math.abs(excess), MOST_DEVIATIONS * usual);
  return {
    level: state.level + LEVEL_ALPHA * excess,
    deviation: state.deviation + DEVIATION_ALPHA * (counted - state.deviation),
    score: Math.max(0, Math.min(MOST_THRESHOLDS * threshold, state.score + added - allowance)),
  };
}

export function isBurst({ score }: BurstState, { threshold }: BurstParameters): boolean {
  return score >= threshold;
}

/** Lifts quantiles on the scale, at rising levels; `recent`: the last values, newest last. */
export function liftQuantiles(
  quantiles: readonly number[],
  levels: readonly number[],
  recent: readonly number[],
): number[] {
  const floor = Math.min(...recent.slice(-FLOOR_MINUTES));
  return quantiles.map((each, index) => ((levels[index] ?? 0) > 0.5 ? Math.max(each, floor) : each));
}
