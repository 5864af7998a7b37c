/** Runs a forecaster over a series as a controller would, and keeps what it said beside what came. */
import type { MinuteCount } from '../../../core/contracts/scheduling';
import type { Forecaster, ForecastWindow } from '../../../core/policies/forecast/types';

export interface JudgedForecast {
  readonly nowMinute: number;
  /** The greatest demand per minute in [now + from, now + until). */
  readonly target: number;
  /** One per level. */
  readonly quantiles: readonly number[];
}

/** One forecast at the beginning of each minute from `fromMinute` on; none where a minute before it or in its window is missing. */
export function runForecaster<State>(
  forecaster: Forecaster<State>,
  series: readonly MinuteCount[],
  window: ForecastWindow,
  { fromMinute, levels }: { readonly fromMinute: number; readonly levels: readonly number[] },
): JudgedForecast[] {
  const targets = windowMaxima(series, window);
  const judged: JudgedForecast[] = [];
  let state: State | undefined;
  for (const minute of series) {
    state = forecaster.update(state, minute);
    const nowMinute = minute.minute + 1;
    const target = targets.get(nowMinute);
    if (nowMinute < fromMinute || target === undefined) continue;
    judged.push({ nowMinute, target, quantiles: forecaster.predict(state, { ...window, nowMinute, levels }) });
  }
  return judged;
}

/** By the minute at whose beginning a forecast is made: the target, where the whole window was observed. */
export function windowMaxima(series: readonly MinuteCount[], window: ForecastWindow): Map<number, number> {
  const span = window.untilMinutes - window.fromMinutes;
  const maxima = new Map<number, number>();
  series.forEach((last, index) => {
    const first = series[index - span + 1];
    if (first === undefined || last.minute - first.minute !== span - 1) return;
    const counts = series.slice(index - span + 1, index + 1).map(({ count }) => count);
    maxima.set(first.minute - window.fromMinutes, Math.max(...counts));
  });
  return maxima;
}
