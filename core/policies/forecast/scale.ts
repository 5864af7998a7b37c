/**
 * The scale on which forecasters work. A count's noise grows with the count: like its square root while counts are small (Poisson),
 * in proportion to it when they are great. On g(x) = 2 asinh(√(x / k)), the variance-stabilising transformation of the negative
 * binomial distribution, it is the same everywhere: g is like 2 √(x / k) below k and like ln x + a constant above it.
 */

/** k: where the square root passes into the logarithm, events per minute. At 25 a Poisson count's own noise is a fifth. */
const CROSSOVER_EVENTS = 25;

export function toScale(eventsPerMinute: number): number {
  return 2 * Math.asinh(Math.sqrt(Math.max(0, eventsPerMinute) / CROSSOVER_EVENTS));
}

/** The inverse; what lies below zero events is zero. */
export function fromScale(value: number): number {
  return value <= 0 ? 0 : CROSSOVER_EVENTS * Math.sinh(value / 2) ** 2;
}

/** Standard deviation, on the scale, of a Poisson count whose mean is at `value`. */
export function poissonDeviation(value: number): number {
  return 1 / Math.sqrt(CROSSOVER_EVENTS + fromScale(value));
}

/** Four decimals (a hundredth of a per cent of the demand): what a stored season keeps, so that its JSON is small. */
export function compact(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** In a stored season: no value. (Values on the scale are never negative, and a `null` among numbers would make copies slow.) */
export const UNSEEN = -1;
