/** The forecast of a lane's demand: takes the completed minutes in, and says quantiles of the greatest demand in the plan's window. */
import type { DemandForecast, MinuteCount, Reason } from '../../contracts/scheduling';
import { createEnsemble, type Ensemble, type EnsembleState } from './ensemble';
import { DEFAULT_FORECAST_PARAMETERS, type ForecastParameters } from './parameters';
import type { ForecastWindow } from './types';

export { DEFAULT_FORECAST_PARAMETERS, type ForecastParameters } from './parameters';

/** Plain JSON data of bounded size (some 60 KB). */
export interface ForecastState {
  /** The window whose errors have been followed. */
  readonly window: ForecastWindow;
  readonly lastMinute: number;
  readonly ensemble: EnsembleState;
}

export interface ForecastInput extends ForecastWindow {
  readonly lane: string;
  /** Completed minutes, oldest first. Those known already, or not completed before `nowMinute`, are left out, and so is what is no count. */
  readonly arrivals: readonly MinuteCount[];
  /** The running minute, epoch milliseconds / 60,000. */
  readonly nowMinute: number;
  /** The quantile that the plan is made for, in (0, 1). */
  readonly planLevel: number;
}

/** The ends of the 90 % band and the median are always there. */
const SHOWN_LEVELS = [0.05, 0.5, 0.95];

/** `state` undefined: nothing was seen before. */
export function forecastDemand(
  state: ForecastState | undefined,
  input: ForecastInput,
  parameters: ForecastParameters = DEFAULT_FORECAST_PARAMETERS,
): {
  readonly forecast: DemandForecast;
  readonly reasons: readonly Reason[];
  readonly state: ForecastState | undefined;
} {
  const window = { fromMinutes: input.fromMinutes, untilMinutes: input.untilMinutes };
  const ensemble = createEnsemble(parameters, window);
  const restarted = state !== undefined && !isSame(state.window, window);
  const taken = takeIn(ensemble, restarted ? undefined : state, input, window);
  const levels = [...new Set([...SHOWN_LEVELS, input.planLevel])].sort((a, b) => a - b);
  const eventsPerMinute = ensemble.predict(taken.state?.ensemble, { ...window, nowMinute: input.nowMinute, levels });
  const burst = taken.state !== undefined && ensemble.isBurst(taken.state.ensemble);
  return {
    forecast: {
      lane: input.lane,
      ...window,
      quantiles: levels.map((level, index) => ({ level, eventsPerMinute: eventsPerMinute[index] ?? 0 })),
      burst,
    },
    reasons: [
      ...(restarted ? [{ code: 'forecast-window-changed', args: { ...window } }] : []),
      ...taken.reasons,
      ...(taken.state === undefined ? [{ code: 'forecast-nothing-seen', args: {} }] : [leader(ensemble, taken.state)]),
      ...(burst && taken.state !== undefined
        ? [{ code: 'forecast-burst', args: { score: taken.state.ensemble.burst.score } }]
        : []),
    ],
    state: taken.state,
  };
}

function takeIn(ensemble: Ensemble, before: ForecastState | undefined, input: ForecastInput, window: ForecastWindow) {
  let state = before;
  let missed = 0;
  let refused = 0;
  for (const arrival of input.arrivals) {
    const isCount = Number.isSafeInteger(arrival.minute) && Number.isFinite(arrival.count) && arrival.count >= 0;
    const isNew = arrival.minute > (state?.lastMinute ?? Number.NEGATIVE_INFINITY);
    if (!isCount || !isNew || arrival.minute >= input.nowMinute) {
      refused++;
      continue;
    }
    missed += state === undefined ? 0 : arrival.minute - state.lastMinute - 1;
    state = { window, lastMinute: arrival.minute, ensemble: ensemble.update(state?.ensemble, arrival) };
  }
  missed += state === undefined ? 0 : input.nowMinute - state.lastMinute - 1;
  const reasons: Reason[] = [
    ...(missed > 0 ? [{ code: 'forecast-minutes-missing', args: { minutes: missed } }] : []),
    ...(refused > 0 ? [{ code: 'forecast-minutes-refused', args: { minutes: refused } }] : []),
  ];
  return { state, reasons };
}

/** Who has most say, and how much. */
function leader(ensemble: Ensemble, state: ForecastState): Reason {
  const weights = ensemble.weights(state.ensemble);
  const weight = Math.max(...weights);
  return { code: 'forecast-leader', args: { model: ensemble.experts[weights.indexOf(weight)] ?? '', weight } };
}

function isSame(a: ForecastWindow, b: ForecastWindow): boolean {
  return a.fromMinutes === b.fromMinutes && a.untilMinutes === b.untilMinutes;
}
