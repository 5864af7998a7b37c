/**
 * How many environments to keep provisioned. Level k is busy while k or more invocations run at once. At a steady demand of a
 * erlangs with as many environments as are asked for (M/G/∞), the number running is Poisson with mean a, so level k's busy share is
 * P(Poisson(a) ≥ k). The forecast is a distribution of a, and the share is averaged over it.
 */
import type { DemandForecast } from '../../contracts/scheduling';
import { poissonTail } from '../../queueing/poisson';

/** Points of the demand's distribution, equally likely: the middles of equal slices of its quantile function. */
const SLICES = 10;

/** The demand at evenly spread levels, read off the forecast by linear interpolation between its quantiles. */
export function demandSlices(forecast: Pick<DemandForecast, 'quantiles'>): number[] {
  return Array.from({ length: SLICES }, (_, index) => demandAt(forecast, (index + 0.5) / SLICES));
}

/** Events per minute at a level; constant beyond the outermost quantiles that the forecast has. 0 for an empty forecast. */
export function demandAt({ quantiles }: Pick<DemandForecast, 'quantiles'>, level: number): number {
  const above = quantiles.findIndex((each) => each.level >= level);
  const upper = above === -1 ? quantiles.at(-1) : quantiles[above];
  const lower = above > 0 ? quantiles[above - 1] : upper;
  if (upper === undefined || lower === undefined) return 0;
  if (upper.level <= lower.level || upper.level < level) return upper.eventsPerMinute;
  const part = (level - lower.level) / (upper.level - lower.level);
  return lower.eventsPerMinute + part * (upper.eventsPerMinute - lower.eventsPerMinute);
}

/** The busy share of level k, 1 or more, averaged over slices of demand in erlangs. */
export function busyShare(erlangs: readonly number[], level: number): number {
  if (erlangs.length === 0) return 0;
  return erlangs.reduce((sum, each) => sum + poissonTail(level, each), 0) / erlangs.length;
}

/** The highest level that is busy for at least the share; 0 where not even the first is. `share` in (0, 1). */
export function levelsBusyAtLeast(erlangs: readonly number[], share: number): number {
  let low = 0;
  let high = 1;
  while (busyShare(erlangs, high) >= share) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (busyShare(erlangs, middle) >= share) low = middle;
    else high = middle;
  }
  return low;
}
