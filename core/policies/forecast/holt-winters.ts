/**
 * Holt–Winters (Winters 1960): damped level and trend plus a season, added on the scale and so multiplied in demand. The first
 * season is only watched; from the second on it is used, and each slot is corrected by what it missed.
 */
import { dampedSum } from './damped-holt';
import { compact, UNSEEN } from './scale';
import type { DemandModel } from './types';

export interface HoltWintersState {
  readonly minute: number;
  readonly level: number;
  readonly trend: number;
  /** By minute modulo the period. In the first season: the values as they came, `UNSEEN` where none has. */
  readonly season: readonly number[];
  /** The minute in which the first season ends, and `season` becomes deviations from its mean. */
  readonly readyMinute: number;
  readonly ready: boolean;
}

export interface HoltWintersParameters {
  /** Length of the season, e.g. 1,440 for a day. */
  readonly periodMinutes: number;
  readonly alpha: number;
  readonly beta: number;
  readonly phi: number;
  /** Weight of the newest season in a slot, in (0, 1]. */
  readonly gamma: number;
}

export function holtWinters(parameters: HoltWintersParameters): DemandModel<HoltWintersState> {
  const { periodMinutes, alpha, beta, phi, gamma } = parameters;
  const seasonal = (state: HoltWintersState, minute: number) =>
    state.ready ? (state.season[minute % periodMinutes] ?? 0) : 0;
  const level = (state: HoltWintersState, minute: number) =>
    state.level + state.trend * dampedSum(phi, minute - state.minute);
  return {
    name: 'Holt–Winters',
    start: (minute, value) => ({
      minute,
      level: value,
      trend: 0,
      season: new Array<number>(periodMinutes).fill(UNSEEN).with(minute % periodMinutes, compact(value)),
      readyMinute: minute + periodMinutes,
      ready: false,
    }),
    update: (before, minute, value) => {
      const state = !before.ready && minute >= before.readyMinute ? startSeason(before) : before;
      const slot = minute % periodMinutes;
      const now = seasonal(state, minute);
      const expected = level(state, minute);
      const error = value - now - expected;
      const next = expected + alpha * error;
      const kept = state.ready ? now + gamma * (value - next - now) : value;
      return {
        ...state,
        minute,
        level: next,
        trend: state.trend * phi ** (minute - state.minute) + alpha * beta * error,
        season: state.season.with(slot, compact(kept)),
      };
    },
    path: (state, fromMinute, untilMinute) =>
      Array.from(
        { length: untilMinute - fromMinute },
        (_, index) => level(state, fromMinute + index) + seasonal(state, fromMinute + index),
      ),
  };
}

/** The watched season as deviations from its mean, which is the level to begin with; a slot that was never seen deviates as the one before it. */
function startSeason(state: HoltWintersState): HoltWintersState {
  const seen = state.season.filter((each) => each !== UNSEEN);
  const mean = seen.reduce((sum, each) => sum + each, 0) / seen.length;
  let former = 0;
  const season = state.season.map((each) => {
    former = each === UNSEEN ? former : compact(each - mean);
    return former;
  });
  return { ...state, season, ready: true, level: mean, trend: 0 };
}
