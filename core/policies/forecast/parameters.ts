/** The knobs of the forecast. The defaults were chosen on training data only; docs/scheduling.md says how. */
import type { AggregationParameters } from './aggregation';
import type { AutoregressionParameters } from './autoregression';
import type { BurstParameters } from './burst';
import type { DampedHoltParameters } from './damped-holt';
import type { ErrorParameters } from './errors';
import type { EwmaParameters } from './ewma';
import type { HoltWintersParameters } from './holt-winters';
import type { LeastSquaresParameters } from './least-squares';
import type { SeasonalParameters } from './seasonal';

export interface ForecastParameters {
  readonly ewma: EwmaParameters;
  readonly dampedHolt: DampedHoltParameters;
  readonly autoregression: AutoregressionParameters;
  readonly day: SeasonalParameters;
  readonly hour: SeasonalParameters;
  readonly holtWinters: HoltWintersParameters;
  readonly stacking: LeastSquaresParameters;
  readonly errors: ErrorParameters;
  /** Share of demand's momentum (on the scale) that is added to the size of error to expect; see `unrest.ts`. */
  readonly unrestShare: number;
  readonly aggregation: AggregationParameters;
  readonly burst: BurstParameters;
}

export const DEFAULT_FORECAST_PARAMETERS: ForecastParameters = {
  ewma: { alpha: 0.2 },
  dampedHolt: { alpha: 0.15, beta: 0.05, phi: 0.95 },
  autoregression: { order: 16, forgetting: 0.9998, priorVariance: 1 },
  day: { periodMinutes: 1440, gamma: 0.5, alpha: 0.05 },
  hour: { periodMinutes: 60, gamma: 0.3, alpha: 0.2 },
  holtWinters: { periodMinutes: 60, alpha: 0.3, beta: 0.01, phi: 0.9, gamma: 0.2 },
  stacking: { forgetting: 0.9998, priorVariance: 0.1 },
  errors: { sizeAlpha: 0.02, shapeAlpha: 0.0005 },
  unrestShare: 0.2,
  aggregation: { lossAlpha: 0.001, learningRate: 40 },
  burst: { allowance: 2.5, threshold: 8 },
};
