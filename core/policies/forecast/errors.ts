/**
 * How far a forecaster has lately been off, as a distribution: errors are divided by their usual size of the last hour or so, and
 * counted in bins whose weight fades over days. So the band is wide where errors are great now, and its shape is the one that was
 * really seen, skewed and heavy-tailed as it may be.
 */
import { poissonDeviation } from './scale';

export interface ErrorState {
  /** Moving average of the absolute error, on the scale; less Poisson noise is not believed. */
  readonly size: number;
  /** Weight of errors by bin of error / size. */
  readonly bins: readonly number[];
}

export interface ErrorParameters {
  /** Weight of the newest error in `size`. */
  readonly sizeAlpha: number;
  /** Weight of the newest error in the distribution. */
  readonly shapeAlpha: number;
}

const BINS = 61;
const MIDDLE = (BINS - 1) / 2;
/** Bins are even in asinh(sharpness × error / size): fine in the middle, coarse in the tails. */
const BIN_WIDTH = 0.12;
const SHARPNESS = 1.5;
/** Size of the first error, before any is known: a third of the demand. */
const FIRST_SIZE = 0.3;
/** A quantile is at most this far from the point: a factor of seven up or down. */
const MOST_DISTANCE = 2;
/** Share of a Poisson count's deviation that errors are taken to have at least. */
const LEAST_POISSON_SHARE = 0.4;

/** Before any error is known: a normal distribution (bins by its density, mean absolute error 1). */
export function startErrors(): ErrorState {
  const density = Array.from({ length: BINS }, (_, bin) => {
    const error = atPosition(bin);
    return Math.exp(-(error ** 2) / Math.PI) * Math.hypot(1, SHARPNESS * error);
  });
  const total = density.reduce((sum, each) => sum + each, 0);
  return { size: FIRST_SIZE, bins: density.map((each) => each / total) };
}

/** `error`: what was, less the point forecast `point`, which was issued when the usual size was `size`. */
export function updateErrors(
  state: ErrorState,
  { error, size }: { readonly error: number; readonly size: number },
  { sizeAlpha, shapeAlpha }: ErrorParameters,
): ErrorState {
  const position = MIDDLE + Math.asinh((SHARPNESS * error) / size) / BIN_WIDTH;
  const bin = Math.max(0, Math.min(BINS - 1, Math.round(position)));
  return {
    size: state.size + sizeAlpha * (Math.abs(error) - state.size),
    bins: state.bins.map((weight, index) => (1 - shapeAlpha) * weight + (index === bin ? shapeAlpha : 0)),
  };
}

/** The size of error to expect about a point forecast: the usual one, and more by `unrest`, where demand is on the move. */
export function errorSize(state: ErrorState, point: number, unrest = 0): number {
  return Math.max(state.size, LEAST_POISSON_SHARE * poissonDeviation(point)) + unrest;
}

/** Values at rising levels about a point forecast. */
export function quantilesAbout(point: number, state: ErrorState, levels: readonly number[], unrest = 0): number[] {
  const size = errorSize(state, point, unrest);
  return errorQuantiles(state, levels).map(
    (error) => point + Math.max(-MOST_DISTANCE, Math.min(MOST_DISTANCE, size * error)),
  );
}

/** Quantiles of error / size, at rising levels. */
export function errorQuantiles({ bins }: ErrorState, levels: readonly number[]): number[] {
  const total = bins.reduce((sum, each) => sum + each, 0);
  let bin = 0;
  let below = 0;
  return levels.map((level) => {
    const wanted = level * total;
    while (bin < BINS - 1 && below + (bins[bin] ?? 0) < wanted) below += bins[bin++] ?? 0;
    const weight = bins[bin] ?? 0;
    const share = weight > 0 ? Math.max(0, Math.min(1, (wanted - below) / weight)) : 0.5;
    return atPosition(bin - 0.5 + share);
  });
}

function atPosition(position: number): number {
  return Math.sinh((position - MIDDLE) * BIN_WIDTH) / SHARPNESS;
}
