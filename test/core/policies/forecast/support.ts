/** Series of minutes, and what is forecast after them. */
import type { MinuteCount } from '../../../../core/contracts/scheduling';
import { createEnsemble } from '../../../../core/policies/forecast/ensemble';
import { createForecaster } from '../../../../core/policies/forecast/forecaster';
import {
  DEFAULT_FORECAST_PARAMETERS,
  type ForecastInput,
  forecastDemand,
} from '../../../../core/policies/forecast/index';
import { lastValue } from '../../../../core/policies/forecast/last-value';
import type { Forecaster } from '../../../../core/policies/forecast/types';

export const WINDOW = { fromMinutes: 3, untilMinutes: 8 };
export const START = 29_000_000;
export const FORECASTERS = [
  createForecaster(lastValue, WINDOW, DEFAULT_FORECAST_PARAMETERS.errors),
  createEnsemble(DEFAULT_FORECAST_PARAMETERS, WINDOW),
] as Forecaster<unknown>[];

export function minutes(counts: readonly number[], from = START): MinuteCount[] {
  return counts.map((count, index) => ({ minute: from + index, count }));
}

export function input(arrivals: readonly MinuteCount[], changes: Partial<ForecastInput> = {}): ForecastInput {
  const nowMinute = (arrivals.at(-1)?.minute ?? START) + 1;
  return { lane: 'high', ...WINDOW, planLevel: 0.9, arrivals, nowMinute, ...changes };
}

export const codes = (outcome: ReturnType<typeof forecastDemand>) => outcome.reasons.map(({ code }) => code);
export const at = (outcome: ReturnType<typeof forecastDemand>, level: number) =>
  outcome.forecast.quantiles.find((each) => each.level === level)?.eventsPerMinute ?? Number.NaN;
export const after = (counts: readonly number[]) => forecastDemand(undefined, input(minutes(counts)));

/** The quantiles at these levels for the window after these minutes. */
export function predictAfter(
  forecaster: Forecaster<unknown>,
  counts: readonly MinuteCount[],
  levels: readonly number[],
) {
  let state: unknown;
  for (const each of counts) state = forecaster.update(state, each);
  return forecaster.predict(state, { ...WINDOW, nowMinute: (counts.at(-1)?.minute ?? START) + 1, levels });
}
