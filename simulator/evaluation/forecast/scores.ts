/** Figures about a run: loss at a level, how often the band held, and how wide it was. */
import type { MinuteCount } from '../../../core/contracts/scheduling';
import { pinballLoss } from '../../../core/policies/forecast/aggregation';
import type { JudgedForecast } from './run';

export function lossesAt(judged: readonly JudgedForecast[], level: number, levels: readonly number[]): number[] {
  const index = levels.indexOf(level);
  if (index < 0) throw new Error(`level ${level} was not forecast; it was: ${levels.join(', ')}`);
  return judged.map(({ target, quantiles }) => pinballLoss(target, quantiles[index] ?? 0, level));
}

export interface BandScore {
  /** Share of targets between the band's ends, ends included. */
  readonly coverage: number;
  /** The same among the tenth of forecasts where demand changed most steeply. */
  readonly steepCoverage: number;
  /** Mean distance between the ends, events per minute, and as a share of the mean target. */
  readonly width: number;
  readonly relativeWidth: number;
}

export function scoreBand(
  judged: readonly JudgedForecast[],
  steepness: ReadonlyMap<number, number>,
  /** Indices of the band's ends among the quantiles. */
  { low, high }: { readonly low: number; readonly high: number },
): BandScore {
  const held = ({ target, quantiles }: JudgedForecast) =>
    target >= (quantiles[low] ?? 0) && target <= (quantiles[high] ?? 0) ? 1 : 0;
  const steepest = [...judged]
    .filter(({ nowMinute }) => steepness.has(nowMinute))
    .sort((a, b) => (steepness.get(b.nowMinute) ?? 0) - (steepness.get(a.nowMinute) ?? 0))
    .slice(0, Math.max(1, Math.round(judged.length / 10)));
  const width = mean(judged.map(({ quantiles }) => (quantiles[high] ?? 0) - (quantiles[low] ?? 0)));
  return {
    coverage: mean(judged.map(held)),
    steepCoverage: mean(steepest.map(held)),
    width,
    // One event a minute at least: a function that was never called has a width, but no size.
    relativeWidth: width / Math.max(1, mean(judged.map(({ target }) => target))),
  };
}

/**
 * How steep demand is about each minute: |ln| of the mean of the quarter of an hour that begins with it over the mean of the one
 * before. Averages, because a single minute's jump is mostly noise: the steepest tenth would be the tenth where noise was greatest.
 */
export function steepnessOf(series: readonly MinuteCount[], spanMinutes = 15): Map<number, number> {
  const steepness = new Map<number, number>();
  series.forEach(({ minute }, index) => {
    const before = series.slice(Math.max(0, index - spanMinutes), index);
    const after = series.slice(index, index + spanMinutes);
    if (before.length < spanMinutes || after.length < spanMinutes) return;
    // One event more on either side: silence is not infinitely far from one event.
    const ratio = (total(after) + 1) / (total(before) + 1);
    steepness.set(minute, Math.abs(Math.log(ratio)));
  });
  return steepness;
}

const total = (minutes: readonly MinuteCount[]) => minutes.reduce((sum, { count }) => sum + count, 0);

export function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
