/**
 * What a forecast is about, and when it can be judged: the greatest demand per minute in its window is known only when the window's
 * last minute is. Until then what was issued waits here.
 */
import type { ForecastWindow } from './types';

export interface TargetState<Issued> {
  /** The last minutes seen, oldest first, as [minute, value]; as many as a window is long. */
  readonly recent: readonly (readonly [minute: number, value: number])[];
  /** Forecasts whose window is not over, oldest first. */
  readonly issued: readonly { readonly nowMinute: number; readonly issued: Issued }[];
}

export const NO_TARGETS: TargetState<never> = { recent: [], issued: [] };

/** Takes a completed minute in. `due`: the forecast whose window ends with it, where every minute of that window was seen. */
export function observeTarget<Issued>(
  state: TargetState<Issued>,
  minute: number,
  value: number,
  window: ForecastWindow,
): { readonly state: TargetState<Issued>; readonly due: { issued: Issued; target: number } | undefined } {
  const span = window.untilMinutes - window.fromMinutes;
  const recent = [...state.recent.filter(([seen]) => seen > minute - span), [minute, value] as const];
  const nowMinute = minute + 1 - window.untilMinutes;
  const found = recent.length === span ? state.issued.find((each) => each.nowMinute === nowMinute) : undefined;
  return {
    state: { recent, issued: state.issued.filter((each) => each.nowMinute > nowMinute) },
    due: found && { issued: found.issued, target: Math.max(...recent.map(([, seen]) => seen)) },
  };
}

/** Remembers a forecast issued at the beginning of `nowMinute`. */
export function issueTarget<Issued>(
  state: TargetState<Issued>,
  nowMinute: number,
  issued: Issued,
): TargetState<Issued> {
  return { ...state, issued: [...state.issued, { nowMinute, issued }] };
}
