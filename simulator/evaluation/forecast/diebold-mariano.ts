/**
 * Whether one forecaster's losses are lower than another's by more than chance (Diebold and Mariano 1995). Losses of neighbouring
 * minutes are alike, since their windows overlap and a surge troubles many of them; so the variance of their mean is Newey and
 * West's (1987), with 1.3 √n lags (Lazarus, Lewis, Stock and Watson 2018).
 */
import { mean } from './scores';

export interface DieboldMariano {
  /** Mean difference over its standard error; above 0 where `ours` are lower. */
  readonly statistic: number;
  /** Two-sided, from the normal distribution. 1 where the losses do not differ. */
  readonly pValue: number;
  readonly lags: number;
}

export function dieboldMariano(ours: readonly number[], theirs: readonly number[]): DieboldMariano {
  const differences = theirs.map((each, index) => each - (ours[index] ?? Number.NaN));
  const lags = Math.min(differences.length - 1, Math.ceil(1.3 * Math.sqrt(differences.length)));
  const average = mean(differences);
  const variance = longRunVariance(
    differences.map((each) => each - average),
    lags,
  );
  if (variance <= 0) return { statistic: 0, pValue: 1, lags };
  const statistic = average / Math.sqrt(variance / differences.length);
  return { statistic, pValue: 2 * upperNormal(Math.abs(statistic)), lags };
}

/** Of values whose mean is 0, with Bartlett's weights. */
export function longRunVariance(values: readonly number[], lags: number): number {
  const autocovariance = (lag: number) => {
    let sum = 0;
    for (let index = lag; index < values.length; index++) sum += (values[index] ?? 0) * (values[index - lag] ?? 0);
    return sum / values.length;
  };
  let variance = autocovariance(0);
  for (let lag = 1; lag <= lags; lag++) variance += 2 * (1 - lag / (lags + 1)) * autocovariance(lag);
  return variance;
}

/** P(Z > z) for z ≥ 0, to 1.5e-7 (Abramowitz and Stegun 7.1.26). */
export function upperNormal(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 0.5 * polynomial * Math.exp(-(x ** 2));
}
