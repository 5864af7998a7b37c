/** The Poisson distribution's upper tail: the busy share of a level of capacity where nothing waits (M/G/∞). */
import { InvalidValueError } from '../contracts/errors';

/** Above this mean, Wilson and Hilferty's cube-root approximation (PNAS 17, 1931) is closer than 1e-4 and costs the same for any mean. */
const SUMMED_UP_TO = 200;

/** P(N ≥ k) for N Poisson with the mean given. `k` whole, 0 or more; `mean` 0 or more. */
export function poissonTail(k: number, mean: number): number {
  const faults = [
    ...(Number.isInteger(k) && k >= 0 ? [] : [{ path: 'k', value: k, allowed: 'a whole number, 0 or more' }]),
    ...(Number.isFinite(mean) && mean >= 0 ? [] : [{ path: 'mean', value: mean, allowed: 'a number, 0 or more' }]),
  ];
  if (faults.length > 0) throw new InvalidValueError('poissonTail', faults);
  if (k === 0) return 1;
  if (mean === 0) return 0;
  return mean <= SUMMED_UP_TO ? 1 - summedBelow(k, mean) : wilsonHilferty(k, mean);
}

function summedBelow(k: number, mean: number): number {
  let term = Math.exp(-mean);
  let sum = 0;
  for (let n = 0; n < k; n += 1) {
    sum += term;
    term *= mean / (n + 1);
    if (n > mean && term < 1e-17) break;
  }
  return Math.min(1, sum);
}

/** P(N ≥ k) = P(Gamma(k) ≤ mean), and the cube root of a gamma variable is close to normal. */
function wilsonHilferty(k: number, mean: number): number {
  const spread = 1 / (9 * k);
  return normalBelow((Math.cbrt(mean / k) - (1 - spread)) / Math.sqrt(spread));
}

/** Φ(z), absolute error below 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const below = 1 - series * Math.exp(-x * x);
  return z >= 0 ? (1 + below) / 2 : (1 - below) / 2;
}
