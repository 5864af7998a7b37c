/** How much demand is on the move: where it climbs or falls, it is less certain where it will be. */

const NEWEST_MINUTES = 5;
const FORMER_MINUTES = 15;

/** Distance, on the scale, between the mean of the last five minutes and that of the ten before; `recent`: newest last. */
export function unrestOf(recent: readonly number[]): number {
  const newest = recent.slice(-NEWEST_MINUTES);
  const former = recent.slice(-FORMER_MINUTES, -NEWEST_MINUTES);
  return former.length === 0 ? 0 : Math.abs(mean(newest) - mean(former));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
