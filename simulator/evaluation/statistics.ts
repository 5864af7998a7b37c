/** Intervals and tests (D11). */
import { tQuantile975, type Uniforms } from '../engine';

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Mean and its 95 % t interval. Of one value: that value, with an interval that says nothing. */
export function meanInterval(values: readonly number[]): Interval & { readonly p: number } {
  const n = values.length;
  const mean = values.reduce((sum, each) => sum + each, 0) / n;
  if (n < 2) return { estimate: mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, p: 1 };
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1);
  const error = Math.sqrt(variance / n);
  const half = tQuantile975(n - 1) * error;
  const p = error === 0 ? (mean === 0 ? 1 : 0) : twoSidedT(mean / error, n - 1);
  return { estimate: mean, low: mean - half, high: mean + half, p };
}

/** P(|T| > |t|) of Student's t: the regularised incomplete beta function at ν / (ν + t²). */
export function twoSidedT(t: number, degreesOfFreedom: number): number {
  return incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
}

/** By its continued fraction (Numerical Recipes, section 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const least = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / least(1 - ((a + b) * x) / (a + 1));
  let answer = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / least(1 + even * d);
    c = least(1 + even / c);
    answer *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / least(1 + odd * d);
    c = least(1 + odd / c);
    answer *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return answer;
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];
function logGamma(x: number): number {
  const z = x - 1;
  const series = LANCZOS.reduce((sum, each, index) => sum + each / (z + index + 1), 0.9999999999998099);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/** Holm's step-down correction, in the order of the values given. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const corrected = new Array<number>(values.length).fill(1);
  let highest = 0;
  order.forEach(({ p, index }, rank) => {
    highest = Math.max(highest, Math.min(1, (values.length - rank) * p));
    corrected[index] = highest;
  });
  return corrected;
}

/** Percentile bootstrap of a statistic over blocks drawn with replacement. */
export function bootstrap<Block>(
  blocks: readonly Block[],
  statistic: (drawn: readonly Block[]) => number,
  uniforms: Uniforms,
  rounds = 1000,
): Interval {
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const drawn = blocks.map(() => blocks[Math.floor(uniforms.next() * blocks.length)] as Block);
    const value = statistic(drawn);
    if (Number.isFinite(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  const at = (level: number) => values[Math.min(values.length - 1, Math.floor(level * values.length))] ?? Number.NaN;
  return { estimate: statistic(blocks), low: at(0.025), high: at(0.975) };
}

export interface Improvement {
  /** In %; `null` where the reference has nothing to improve on, or an end of the interval is not known. */
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly p: number | null;
  readonly undefinedBecause?: string;
}

/** Why there is no figure where nothing was run. */
export const NO_RUN = 'no run';

/** An end of an interval that says nothing stays unknown: as a share it would look like a bound. */
const percentOf = (value: number, of: (finite: number) => number): number | null => {
  const percent = Number.isFinite(value) ? 100 * of(value) : Number.NaN;
  return Number.isFinite(percent) ? percent : null;
};

/** 1 - T/R in %, from log-ratios that are paired by seed. */
export function reduction(logRatios: readonly number[]): Improvement {
  if (logRatios.length === 0) return nothing(NO_RUN);
  const { estimate, low, high, p } = meanInterval(logRatios);
  const percent = (value: number) => percentOf(value, (ratio) => 1 - Math.exp(ratio));
  return { estimate: percent(estimate), low: percent(high), high: percent(low), p };
}

/** T/R - 1 in %. */
export function gain(logRatios: readonly number[]): Improvement {
  if (logRatios.length === 0) return nothing(NO_RUN);
  const { estimate, low, high, p } = meanInterval(logRatios);
  const percent = (value: number) => percentOf(value, (ratio) => Math.exp(ratio) - 1);
  return { estimate: percent(estimate), low: percent(low), high: percent(high), p };
}

export const nothing = (undefinedBecause: string): Improvement => ({
  estimate: null,
  low: null,
  high: null,
  p: null,
  undefinedBecause,
});
