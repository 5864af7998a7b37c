/** Figures about a run: loss at a level, how often the band held, and how wide it was. */
import type { MinuteCount } from '../../../core/contracts/scheduling';
import { pinballLoss } from '../../../core/policies/forecast/aggregation';
import type { JudgedForecast } from './run';

export function lossesAt(judged: readonly JudgedForecast[], level: number, levels: readonly number[]): number[] {
  const index = levels.indexOf(level);
  if (index < 0) throw new Error(`level ${level} was not forecast; it was: ${levels.join(', ')}`);
  return judged.map(({ target, quantiles }) => pinballLoss(target, quantiles[index] ?? 0, level));
}

/** By minute: how steep demand is there. */
export type Steepness = ReadonlyMap<number, number>;

export interface BandScore {
  /** Share of targets between the band's ends, ends included. */
  readonly coverage: number;
  /** The same among the tenth of forecasts that were made when demand had been changing most steeply. */
  readonly steepCoverage: number;
  /** The same among the tenth about which demand turned out to change most steeply, which no forecast could know. */
  readonly turnedOutCoverage: number;
  /** Mean distance between the ends, events per minute, and as a share of the mean target. */
  readonly width: number;
  readonly relativeWidth: number;
}

export function scoreBand(
  judged: readonly JudgedForecast[],
  steepness: { readonly seen: Steepness; readonly turnedOut: Steepness },
  /** Indices of the band's ends among the quantiles. */
  { low, high }: { readonly low: number; readonly high: number },
): BandScore {
  const held = ({ target, quantiles }: JudgedForecast) =>
    target >= (quantiles[low] ?? 0) && target <= (quantiles[high] ?? 0) ? 1 : 0;
  const steepest = (by: Steepness) =>
    judged
      .filter(({ nowMinute }) => by.has(nowMinute))
      .sort((a, b) => (by.get(b.nowMinute) ?? 0) - (by.get(a.nowMinute) ?? 0))
      .slice(0, Math.max(1, Math.round(judged.length / 10)));
  const width = mean(judged.map(({ quantiles }) => (quantiles[high] ?? 0) - (quantiles[low] ?? 0)));
  return {
    coverage: mean(judged.map(held)),
    steepCoverage: mean(steepest(steepness.seen).map(held)),
    turnedOutCoverage: mean(steepest(steepness.turnedOut).map(held)),
    width,
    // One event a minute at least: a function that was never called has a width, but no size.
    relativeWidth: width / Math.max(1, mean(judged.map(({ target }) => target))),
  };
}

/**
 * |ln| of the mean of some minutes over the mean of those before them. Averages, because a single minute's jump is mostly noise: the
 * steepest tenth would be the tenth where noise was greatest. `seen`: the five minutes before now against the ten before them.
 * `turnedOut`: the quarter of an hour from now on against the one before; its first half is what is being forecast.
 */
export function steepnessOf(series: readonly MinuteCount[]): {
  readonly seen: Steepness;
  readonly turnedOut: Steepness;
} {
  return { seen: slopes(series, 10, 5, 5), turnedOut: slopes(series, 15, 15, 0) };
}

/** The `later` minutes against the `earlier` ones before them; the former begin `seen` minutes before the running minute. */
function slopes(series: readonly MinuteCount[], earlier: number, later: number, seen: number): Map<number, number> {
  const found = new Map<number, number>();
  series.forEach(({ minute }, index) => {
    const split = index - seen;
    const before = series.slice(Math.max(0, split - earlier), Math.max(0, split));
    const after = series.slice(Math.max(0, split), split + later);
    if (before.length < earlier || after.length < later) return;
    // One event more on either side: silence is not infinitely far from one event.
    const ratio = (total(after) + 1) / later / ((total(before) + 1) / earlier);
    found.set(minute, Math.abs(Math.log(ratio)));
  });
  return found;
}

const total = (minutes: readonly MinuteCount[]) => minutes.reduce((sum, { count }) => sum + count, 0);

export function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
