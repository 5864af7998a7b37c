/** Distributions of positive times, each with its exact mean and squared coefficient of variation. */
import { Draws, type Uniforms, type Xoshiro128 } from './random';

export interface Distribution {
  readonly mean: number;
  /** Variance divided by the square of the mean. */
  readonly scv: number;
  sample(uniforms: Uniforms): number;
}

/** The distribution's draws from a sequence, in blocks: the same numbers in law, at a third of the price. */
export function drawsOf(distribution: Distribution, uniforms: Xoshiro128): Draws {
  if (EXPONENTIALS.has(distribution)) return new Draws((block) => uniforms.fillExponential(block, distribution.mean));
  return new Draws((block) => {
    for (let index = 0; index < block.length; index++) block[index] = distribution.sample(uniforms);
  });
}
const EXPONENTIALS = new WeakSet<Distribution>();

/** Whether it was made by `exponential`: what is left of it does not depend on how much has passed. */
export const isExponential = (distribution: Distribution): boolean => EXPONENTIALS.has(distribution);

export const deterministic = (value: number): Distribution => ({ mean: value, scv: 0, sample: () => value });

export function exponential(mean: number): Distribution {
  const made = { mean, scv: 1, sample: (uniforms: Uniforms) => mean * uniforms.exponential() };
  EXPONENTIALS.add(made);
  return made;
}

/** The sum of `stages` exponentials. */
export function erlang(mean: number, stages: number): Distribution {
  if (!Number.isInteger(stages) || stages < 1) throw new RangeError(`an Erlang distribution of ${stages} stages`);
  const sample = (uniforms: Uniforms) => {
    let product = 1;
    for (let stage = 0; stage < stages; stage++) product *= uniforms.next();
    return (-mean / stages) * Math.log(product);
  };
  return { mean, scv: 1 / stages, sample };
}

/** Two exponentials with balanced means, for an scv above 1. */
export function hyperexponential(mean: number, scv: number): Distribution {
  if (!(scv >= 1)) throw new RangeError(`a hyperexponential distribution has an scv of at least 1, not ${scv}`);
  const share = (1 + Math.sqrt((scv - 1) / (scv + 1))) / 2;
  const first = mean / (2 * share);
  const second = mean / (2 * (1 - share));
  const sample = (uniforms: Uniforms) => (uniforms.next() < share ? first : second) * uniforms.exponential();
  return { mean, scv, sample };
}

export function lognormal(mean: number, scv: number): Distribution {
  const variance = Math.log(1 + scv);
  const location = Math.log(mean) - variance / 2;
  const scale = Math.sqrt(variance);
  return { mean, scv, sample: (uniforms) => Math.exp(location + scale * standardNormalQuantile(uniforms.next())) };
}

/** The usual way to say "this mean, that scv": constant, Erlang, exponential or hyperexponential, whichever fits. */
export function byMoments(mean: number, scv: number): Distribution {
  if (scv === 0) return deterministic(mean);
  if (scv === 1) return exponential(mean);
  if (scv > 1) return hyperexponential(mean, scv);
  const stages = 1 / scv;
  return Math.abs(stages - Math.round(stages)) < 1e-9 ? erlang(mean, Math.round(stages)) : lognormal(mean, scv);
}

export interface QuantilePoint {
  readonly level: number;
  readonly value: number;
}

/** Through measured quantiles, from level 0 to level 1; the logarithm of the value is linear in the level between two of them. */
export function quantileTable(points: readonly QuantilePoint[], scale = 1): Distribution {
  const levels = Float64Array.from(points, (point) => point.level);
  const logs = Float64Array.from(points, (point) => Math.log(point.value * scale));
  const last = levels.length - 1;
  if (last < 1 || levels[0] !== 0 || levels[last] !== 1) throw new RangeError('quantiles go from level 0 to level 1');
  for (let index = 0; index < last; index++)
    if (!(at(levels, index) < at(levels, index + 1) && at(logs, index) <= at(logs, index + 1)))
      throw new RangeError('quantiles rise with their level');
  const sample = (uniforms: Uniforms) => {
    const level = uniforms.next();
    let index = 0;
    while (level > at(levels, index + 1)) index++;
    const share = (level - at(levels, index)) / (at(levels, index + 1) - at(levels, index));
    return Math.exp(at(logs, index) + share * (at(logs, index + 1) - at(logs, index)));
  };
  const mean = moment(levels, logs, 1);
  return { mean, scv: moment(levels, logs, 2) / mean ** 2 - 1, sample };
}

/** The integral of exp(order × log value) over the levels. */
function moment(levels: Float64Array, logs: Float64Array, order: number): number {
  let sum = 0;
  for (let index = 0; index + 1 < levels.length; index++) {
    const [low, high] = [order * at(logs, index), order * at(logs, index + 1)];
    const average = high - low < 1e-12 ? Math.exp(low) : (Math.exp(high) - Math.exp(low)) / (high - low);
    sum += (at(levels, index + 1) - at(levels, index)) * average;
  }
  return sum;
}

const at = (values: Float64Array, index: number): number => values[index] as number;

const CENTRE = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716];
const CENTRE_BELOW = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572];
const TAIL = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968];
const TAIL_BELOW = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
const polynomial = (coefficients: readonly number[], x: number) =>
  coefficients.reduce((sum, each) => sum * x + each, 0);

/** Acklam's rational approximation, relative error below 1.2e-9. */
export function standardNormalQuantile(level: number): number {
  const edge = 0.02425;
  if (level > 1 - edge) return -standardNormalQuantile(1 - level);
  if (level >= edge) {
    const q = level - 0.5;
    const r = q * q;
    return (polynomial([...CENTRE, 2.506628277459239], r) * q) / polynomial([...CENTRE_BELOW, 1], r);
  }
  const q = Math.sqrt(-2 * Math.log(level));
  return polynomial([...TAIL, 2.938163982698783], q) / polynomial([...TAIL_BELOW, 1], q);
}
