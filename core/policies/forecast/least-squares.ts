/** Recursive least squares with forgetting: a linear regression that is corrected by each new pair, in constant time and space. */

export interface LeastSquaresState {
  readonly weights: readonly number[];
  /** Inverse of the inputs' weighted covariance, by rows. */
  readonly inverse: readonly number[];
  /** Moving average of the absolute error, to tell an outlier. */
  readonly error: number;
  /** Pairs seen, counted until there are enough to tell one. */
  readonly pairs: number;
}

export interface LeastSquaresParameters {
  /** What is left of a pair's weight after each later one, in (0, 1]. */
  readonly forgetting: number;
  /** Variance of the weights before anything is known: how far they may go on little evidence. */
  readonly priorVariance: number;
}

/** An error counts at most this many times the usual one, so that one burst does not bend the weights. */
const MOST_ERRORS = 4;
const ERROR_MEMORY = 0.02;
/** From so many pairs on: before, a great error is mostly that of weights which have still to be learnt. */
const ENOUGH_PAIRS = 60;

export function startLeastSquares(weights: readonly number[], parameters: LeastSquaresParameters): LeastSquaresState {
  const size = weights.length;
  const inverse = Array.from({ length: size * size }, (_, index) =>
    index % (size + 1) === 0 ? parameters.priorVariance : 0,
  );
  return { weights, inverse, error: 0, pairs: 0 };
}

export function applyWeights(weights: readonly number[], inputs: readonly number[]): number {
  let sum = 0;
  for (let index = 0; index < weights.length; index++) sum += (weights[index] ?? 0) * (inputs[index] ?? 0);
  return sum;
}

export function updateLeastSquares(
  state: LeastSquaresState,
  inputs: readonly number[],
  output: number,
  { forgetting, priorVariance }: LeastSquaresParameters,
): LeastSquaresState {
  const size = state.weights.length;
  const projected = new Array<number>(size).fill(0);
  for (let row = 0; row < size; row++) {
    let sum = 0;
    for (let column = 0; column < size; column++)
      sum += (state.inverse[row * size + column] ?? 0) * (inputs[column] ?? 0);
    projected[row] = sum;
  }
  const variance = applyWeights(projected, inputs);
  // Rounding can leave an inverse that is none any more. What it knew is in the weights; it starts again from them.
  if (!(variance >= 0))
    return {
      ...startLeastSquares(state.weights, { forgetting, priorVariance }),
      error: state.error,
      pairs: state.pairs,
    };
  const gain = 1 / (forgetting + variance);
  const error = output - applyWeights(state.weights, inputs);
  const bound = state.pairs < ENOUGH_PAIRS ? Math.abs(error) : MOST_ERRORS * state.error;
  const bounded = Math.max(-bound, Math.min(bound, error));
  return {
    weights: state.weights.map((weight, index) => weight + (projected[index] ?? 0) * gain * bounded),
    inverse: forget(shrink(state.inverse, projected, gain), size, forgetting, priorVariance),
    error: state.error + Math.max(ERROR_MEMORY, 1 / (state.pairs + 1)) * (Math.abs(bounded) - state.error),
    pairs: Math.min(ENOUGH_PAIRS, state.pairs + 1),
  };
}

function shrink(inverse: readonly number[], projected: readonly number[], gain: number): number[] {
  const size = projected.length;
  const next = new Array<number>(inverse.length).fill(0);
  for (let row = 0; row < size; row++) {
    const share = (projected[row] ?? 0) * gain;
    for (let column = 0; column < size; column++)
      next[row * size + column] = (inverse[row * size + column] ?? 0) - share * (projected[column] ?? 0);
  }
  return next;
}

/** Without new evidence in some direction forgetting would grow it for ever: no direction grows beyond what was assumed at first. */
function forget(inverse: number[], size: number, forgetting: number, priorVariance: number): number[] {
  let greatest = 0;
  for (let index = 0; index < size; index++) greatest = Math.max(greatest, inverse[index * (size + 1)] ?? 0);
  if (greatest / forgetting > priorVariance) return inverse;
  return inverse.map((each) => each / forgetting);
}
