/** Makes a forecaster out of a model: its point is the greatest value on the model's path, its quantiles come from its own errors. */
import type { MinuteCount } from '../../contracts/scheduling';
import { type ErrorParameters, type ErrorState, errorSize, quantilesAbout, startErrors, updateErrors } from './errors';
import { fromScale, toScale } from './scale';
import { issueTarget, NO_TARGETS, observeTarget, type TargetState } from './targets';
import type { DemandModel, Forecaster, ForecastWindow } from './types';

export interface ForecasterState<ModelState> {
  readonly model: ModelState;
  readonly errors: ErrorState;
  readonly targets: TargetState<{ readonly point: number; readonly size: number }>;
}

/** The greatest value that the model expects in the window. */
export function pointForecast<State>(
  model: DemandModel<State>,
  state: State,
  nowMinute: number,
  { fromMinutes, untilMinutes }: ForecastWindow,
): number {
  return Math.max(...model.path(state, nowMinute + fromMinutes, nowMinute + untilMinutes));
}

/** `window`: the one whose errors are followed; quantiles are meant for it. */
export function createForecaster<ModelState>(
  model: DemandModel<ModelState>,
  window: ForecastWindow,
  parameters: ErrorParameters,
): Forecaster<ForecasterState<ModelState>> {
  return {
    name: model.name,
    update: (before, { minute, count }: MinuteCount) => {
      const value = toScale(count);
      const { state: targets, due } = observeTarget(before?.targets ?? NO_TARGETS, minute, value, window);
      const errors = before?.errors ?? startErrors();
      const state = {
        model: before === undefined ? model.start(minute, value) : model.update(before.model, minute, value),
        errors: due
          ? updateErrors(errors, { error: due.target - due.issued.point, size: due.issued.size }, parameters)
          : errors,
      };
      const point = pointForecast(model, state.model, minute + 1, window);
      const issued = { point, size: errorSize(state.errors, point) };
      return { ...state, targets: issueTarget(targets, minute + 1, issued) };
    },
    predict: (state, { nowMinute, levels, ...asked }) => {
      if (state === undefined) return levels.map(() => 0);
      const point = pointForecast(model, state.model, nowMinute, asked);
      return quantilesAbout(point, state.errors, levels).map(fromScale);
    },
  };
}
