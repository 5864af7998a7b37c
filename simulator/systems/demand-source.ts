/** Where Triage's planner gets its forecast from: its own ensemble, the last value, or the future itself. */
import type { DemandForecast, LaneObservation, MinuteCount } from '../../core/contracts/scheduling';
import { type ForecastState, forecastDemand } from '../../core/policies/forecast';
import type { SchedulingParameters } from '../../core/policies/scheduling/parameters';
import { type Scenario, START_MINUTE } from '../evaluation/scenario';

/** Once a minute, for all lanes. */
export type DemandSource = (lanes: readonly LaneObservation[], nowMinute: number) => readonly DemandForecast[];

const LEVELS = [0.05, 0.5, 0.95];
const certain = (lane: string, window: SchedulingParameters['window'], eventsPerMinute: number): DemandForecast => ({
  lane,
  ...window,
  quantiles: LEVELS.map((level) => ({ level, eventsPerMinute })),
  burst: false,
});

/** Triage's own; it has learnt from the past before it starts, as the deployed one does. */
export function ensembleSource(
  { classes, past }: Pick<Scenario, 'classes' | 'past'>,
  parameters: SchedulingParameters,
): DemandSource {
  const states = new Map<string, ForecastState | undefined>();
  const step = (lane: string, arrivals: readonly MinuteCount[], nowMinute: number) => {
    const input = { lane, arrivals, nowMinute, planLevel: parameters.planning.planLevel, ...parameters.window };
    const { forecast, state } = forecastDemand(states.get(lane), input, parameters.forecast);
    states.set(lane, state);
    return forecast;
  };
  classes.forEach((each, index) => void step(each.name, past[index] ?? [], START_MINUTE));
  return (lanes, nowMinute) => lanes.map(({ terms, arrivals }) => step(terms.lane, arrivals, nowMinute));
}

export const lastValueSource =
  ({ window }: SchedulingParameters): DemandSource =>
  (lanes) =>
    lanes.map(({ terms, arrivals }) => certain(terms.lane, window, arrivals.at(-1)?.count ?? 0));

/** The greatest expected demand in the window: the rates themselves, not the arrivals drawn from them. */
export function trueFutureSource({ classes, expected }: Scenario, { window }: SchedulingParameters): DemandSource {
  return (lanes, nowMinute) =>
    lanes.map(({ terms }) => {
      const rates = expected[classes.findIndex((each) => each.name === terms.lane)] ?? [];
      const from = nowMinute - START_MINUTE;
      const ahead = rates.slice(from + window.fromMinutes, from + window.untilMinutes);
      return certain(terms.lane, window, ahead.length === 0 ? (rates.at(-1) ?? 0) : Math.max(...ahead));
    });
}
