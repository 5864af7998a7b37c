/**
 * The same minute of former seasons, adjusted to the present level: the profile of a day (or an hour) as an average of the former
 * ones, plus a fading share of what demand has lately been above or below it.
 */
import { compact, UNSEEN } from './scale';
import type { DemandModel } from './types';

export interface SeasonalState {
  readonly minute: number;
  /** Average of the slot in former seasons, by minute modulo the period; `UNSEEN` where none was. */
  readonly profile: readonly number[];
  /** Moving average of value: the forecast for a slot that was never seen. */
  readonly level: number;
  /** Moving average of value less profile. */
  readonly offset: number;
}

export interface SeasonalParameters {
  readonly periodMinutes: number;
  /** Weight of the newest season in the profile, in (0, 1]. */
  readonly gamma: number;
  /** Weight of the newest minute in the level and the offset, in (0, 1]. */
  readonly alpha: number;
}

/** One surge does not become a habit: a slot is corrected as if it had missed by a factor of e at most. */
const MOST_CORRECTION = 1;

export function seasonal({ periodMinutes, gamma, alpha }: SeasonalParameters): DemandModel<SeasonalState> {
  return {
    name: `season of ${periodMinutes} min`,
    start: (minute, value) => ({
      minute,
      profile: new Array<number>(periodMinutes).fill(UNSEEN).with(minute % periodMinutes, compact(value)),
      level: value,
      offset: 0,
    }),
    update: ({ profile, level, offset }, minute, value) => {
      const slot = minute % periodMinutes;
      const former = profile[slot] ?? UNSEEN;
      return {
        minute,
        profile: profile.with(slot, compact(former === UNSEEN ? value : former + gamma * bounded(value - former))),
        level: level + alpha * (value - level),
        offset: former === UNSEEN ? offset : offset + alpha * (value - former - offset),
      };
    },
    path: ({ profile, level, offset }, fromMinute, untilMinute) =>
      Array.from({ length: untilMinute - fromMinute }, (_, index) => {
        const former = profile[(fromMinute + index) % periodMinutes] ?? UNSEEN;
        return former === UNSEEN ? level : former + offset;
      }),
  };
}

function bounded(error: number): number {
  return Math.max(-MOST_CORRECTION, Math.min(MOST_CORRECTION, error));
}
