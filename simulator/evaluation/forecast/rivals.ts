/** The forecasters that ours has to beat, each with a grid of its own parameters; the best on the training part is the rival. */
import { autoregression } from '../../../core/policies/forecast/autoregression';
import { dampedHolt } from '../../../core/policies/forecast/damped-holt';
import type { ErrorParameters } from '../../../core/policies/forecast/errors';
import { ewma } from '../../../core/policies/forecast/ewma';
import { createForecaster } from '../../../core/policies/forecast/forecaster';
import { holtWinters } from '../../../core/policies/forecast/holt-winters';
import { lastValue } from '../../../core/policies/forecast/last-value';
import type { DemandModel, Forecaster, ForecastWindow } from '../../../core/policies/forecast/types';

export interface Rival {
  readonly name: string;
  readonly forecaster: Forecaster<unknown>;
}

const DAY_MINUTES = 1440;

/**
 * Each model with the same quantiles of its own errors as ours has, so that what is compared is what it knows of demand.
 * `days`: Holt–Winters takes part where there are two seasons to learn from.
 */
export function rivalsFor(window: ForecastWindow, errors: ErrorParameters, days: number): Rival[] {
  const rival = <State>(name: string, model: DemandModel<State>): Rival => ({
    name,
    forecaster: createForecaster(model, window, errors) as Forecaster<unknown>,
  });
  return [
    rival('last value', lastValue),
    ...[0.05, 0.1, 0.2, 0.3, 0.5].map((alpha) => rival(`EWMA α=${alpha}`, ewma({ alpha }))),
    ...[0.1, 0.2, 0.4].flatMap((alpha) =>
      [0.03, 0.1].flatMap((beta) =>
        [0.8, 0.95].map((phi) => rival(`damped Holt α=${alpha} β=${beta} φ=${phi}`, dampedHolt({ alpha, beta, phi }))),
      ),
    ),
    ...[2, 4, 8, 16, 30].flatMap((order) =>
      [0.9998, 1].map((forgetting) =>
        rival(`AR(${order}) λ=${forgetting}`, autoregression({ order, forgetting, priorVariance: 1 })),
      ),
    ),
    ...(days < 2 ? [] : [0.05, 0.1, 0.2]).flatMap((alpha) =>
      [0.1, 0.3, 0.6].map((gamma) =>
        rival(
          `Holt–Winters α=${alpha} γ=${gamma}`,
          holtWinters({ periodMinutes: DAY_MINUTES, alpha, beta: 0.03, phi: 0.9, gamma }),
        ),
      ),
    ),
  ];
}
