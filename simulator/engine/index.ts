export { Calendar } from './calendar';
export {
  byMoments,
  type Distribution,
  deterministic,
  drawsOf,
  erlang,
  exponential,
  hyperexponential,
  isExponential,
  lognormal,
  type QuantilePoint,
  quantileTable,
  standardNormalQuantile,
} from './distributions';
export { Draws, KeyedUniforms, keyedBits, keyedUniform, type Uniforms, Xoshiro128 } from './random';
export { Ring } from './ring';
export { BatchMeans, LogHistogram, TimeAverage, tQuantile975 } from './statistics';
