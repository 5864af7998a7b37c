/**
 * AR(p): a minute as a weighted sum of the p before it, the weights fitted by recursive least squares; later minutes by feeding it
 * its own predictions. A constant is among the inputs, so the mean is fitted too.
 */
import {
  applyWeights,
  type LeastSquaresParameters,
  type LeastSquaresState,
  startLeastSquares,
  updateLeastSquares,
} from './least-squares';
import type { DemandModel } from './types';

export interface AutoregressionState {
  readonly minute: number;
  /** The last p values, newest first. */
  readonly lags: readonly number[];
  readonly fit: LeastSquaresState;
}

export interface AutoregressionParameters extends LeastSquaresParameters {
  /** p. */
  readonly order: number;
}

/** A fit that is not stable yet may run away; demand is not expected to grow by more than e^1.5 within a window. */
const MOST_CHANGE = 1.5;

export function autoregression(parameters: AutoregressionParameters): DemandModel<AutoregressionState> {
  const { order } = parameters;
  return {
    name: `AR(${order})`,
    start: (minute, value) => ({
      minute,
      lags: new Array<number>(order).fill(value),
      // Last value, until something better is known.
      fit: startLeastSquares([0, 1, ...new Array<number>(order - 1).fill(0)], parameters),
    }),
    update: (state, minute, value) => {
      const gap = minute - state.minute - 1;
      if (gap > 0) return { ...state, minute, lags: [value, ...bridged(state, Math.min(gap, order))].slice(0, order) };
      const fit = updateLeastSquares(state.fit, [1, ...state.lags], value, parameters);
      return { minute, lags: [value, ...state.lags.slice(0, order - 1)], fit };
    },
    path: (state, fromMinute, untilMinute) => {
      const ahead = Math.min(untilMinute - state.minute - 1, MOST_AHEAD);
      const values = bridged(state, ahead).slice(0, ahead).reverse();
      const last = values.at(-1) ?? state.lags[0] ?? 0;
      return Array.from(
        { length: untilMinute - fromMinute },
        (_, index) => values[fromMinute + index - state.minute - 1] ?? last,
      );
    },
  };
}

/** Beyond two hours the path has long become flat. */
const MOST_AHEAD = 120;

/** The lags after so many minutes that were not seen, newest first: what was not seen is what the model expects. */
function bridged({ lags, fit }: AutoregressionState, minutes: number): number[] {
  const last = lags[0] ?? 0;
  const values = [...lags].reverse();
  const order = lags.length;
  for (let step = 0; step < minutes; step++) {
    const inputs = [1];
    for (let lag = 1; lag <= order; lag++) inputs.push(values[values.length - lag] ?? 0);
    const expected = applyWeights(fit.weights, inputs);
    values.push(Math.max(last - MOST_CHANGE, Math.min(last + MOST_CHANGE, expected)));
  }
  return values.reverse();
}
