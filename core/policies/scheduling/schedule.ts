/** One step of a lane's controller: observe, forecast, plan, act. Pure: the Lambda and the simulator both call it. */
import type {
  AccountObservation,
  DemandForecast,
  LaneObservation,
  LanePlan,
  Reason,
  ScalingAction,
} from '../../contracts/scheduling';
import { type Acted, chooseActions, type HysteresisState, NO_HYSTERESIS } from './act';
import type { PlanningParameters } from './parameters';
import { planCapacity } from './plan';

export interface ScheduleState {
  readonly hysteresis: HysteresisState;
  /** The last plan that was made from fresh inputs. */
  readonly lastPlan?: LanePlan | undefined;
}

export const FIRST_STATE: ScheduleState = { hysteresis: NO_HYSTERESIS };

export interface ScheduleInput {
  /** The controller's own lane, which is the only one that it acts on. */
  readonly lane: string;
  readonly lanes: readonly LaneObservation[];
  readonly forecasts: readonly DemandForecast[];
  readonly account: AccountObservation;
  readonly parameters: PlanningParameters;
}

export interface Scheduled {
  readonly decision: { readonly plan: LanePlan | undefined; readonly actions: readonly ScalingAction[] };
  readonly reasons: readonly Reason[];
  readonly state: ScheduleState;
}

/** Holds the last good plan, and acts on nothing, where the lane is not among the observations or its inputs are stale. */
export function schedule(state: ScheduleState, input: ScheduleInput, { nowMs }: { readonly nowMs: number }): Scheduled {
  const lane = input.lanes.find(({ terms }) => terms.lane === input.lane);
  const held = holdReason(lane, input, nowMs);
  if (lane === undefined || held !== undefined)
    return {
      decision: { plan: state.lastPlan, actions: [] },
      reasons: [held ?? { code: 'not-observed', args: {} }],
      state,
    };
  const { plans, reasons } = planCapacity(input);
  const plan = plans.find((each) => each.lane === input.lane);
  const own = reasons.filter((each) => each.lane === input.lane).map(({ code, args }) => ({ code, args }));
  const acted: Acted =
    plan === undefined
      ? { actions: [], reasons: [], state: state.hysteresis }
      : chooseActions(state.hysteresis, { lane, plan }, input.parameters);
  return {
    decision: { plan, actions: acted.actions },
    reasons: [...own, ...acted.reasons],
    state: { hysteresis: acted.state, lastPlan: plan },
  };
}

function holdReason(
  lane: LaneObservation | undefined,
  { parameters }: ScheduleInput,
  nowMs: number,
): Reason | undefined {
  if (lane === undefined) return { code: 'not-observed', args: {} };
  const ageSeconds = Math.round((nowMs - lane.observedAtMs) / 1000);
  return ageSeconds > parameters.staleAfterSeconds ? { code: 'stale-inputs', args: { ageSeconds } } : undefined;
}
