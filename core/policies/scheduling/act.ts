/**
 * From a plan to the few changes that are worth making now. Raising is at once, since late capacity is no capacity; lowering waits
 * until several steps agree. Nothing is begun while AWS still works on the last change, and nothing is touched that a deploy owns.
 */
import type { LaneObservation, LanePlan, Reason, ScalingAction } from '../../contracts/scheduling';
import type { PlanningParameters } from './parameters';

/** Plain data, kept between steps. */
export interface HysteresisState {
  /** Consecutive steps whose plan was below what is provisioned by a change that is worth a call, and the highest of them. */
  readonly lowerSteps: number;
  readonly highestLower: number;
}

export const NO_HYSTERESIS: HysteresisState = { lowerSteps: 0, highestLower: 0 };

export interface Acted {
  readonly actions: readonly ScalingAction[];
  readonly reasons: readonly Reason[];
  readonly state: HysteresisState;
}

type Bounds = Pick<PlanningParameters, 'changeAtLeast' | 'lowerAfterSteps'>;

export function chooseActions(
  state: HysteresisState,
  { lane, plan }: { readonly lane: LaneObservation; readonly plan: LanePlan },
  parameters: Bounds,
): Acted {
  const { capacity } = lane;
  const mapping = mappingAction(lane, plan, parameters);
  const form: ScalingAction[] = plan.form === capacity.form ? [] : [{ kind: 'form', form: plan.form }];
  if (capacity.deploying) return { actions: [...mapping, ...form], reasons: [{ code: 'deploying', args: {} }], state };
  if (capacity.provisionedStatus === 'in-progress')
    return {
      actions: [...mapping, ...form],
      reasons: [{ code: 'change-in-progress', args: { requested: capacity.provisionedRequested } }],
      state,
    };
  const warm = provisionAction(state, capacity.provisionedRequested, plan.provisioned, parameters);
  return { ...warm, actions: [...warm.actions, ...mapping, ...form] };
}

function provisionAction(state: HysteresisState, from: number, wanted: number, parameters: Bounds): Acted {
  if (wanted >= from) {
    const isRise = wanted > from && (from === 0 || wanted - from >= parameters.changeAtLeast * from);
    return {
      actions: isRise ? [{ kind: 'provision', environments: wanted, from }] : [],
      reasons: isRise ? [{ code: 'raise', args: { from, to: wanted } }] : [],
      state: NO_HYSTERESIS,
    };
  }
  // A plan that is hardly lower does not agree to lowering; counted, it would be the highest for as long as lower ones follow.
  if (from - wanted < parameters.changeAtLeast * from) return { actions: [], reasons: [], state: NO_HYSTERESIS };
  const lowerSteps = state.lowerSteps + 1;
  const highestLower = Math.max(state.highestLower, wanted);
  if (lowerSteps < parameters.lowerAfterSteps)
    return {
      actions: [],
      reasons: [{ code: 'lower-later', args: { lowerSteps } }],
      state: { lowerSteps, highestLower },
    };
  return {
    actions: [highestLower === 0 ? { kind: 'release', from } : { kind: 'provision', environments: highestLower, from }],
    reasons: [{ code: 'lower', args: { from, to: highestLower } }],
    state: NO_HYSTERESIS,
  };
}

/** The mapping's cap rises at once and falls only by a change that is worth a call; a batch's shape changes with it. */
function mappingAction({ capacity }: LaneObservation, plan: LanePlan, { changeAtLeast }: Bounds): ScalingAction[] {
  const { maximumConcurrency, batchSize, batchWindowSeconds } = plan;
  const fall = capacity.maximumConcurrency - maximumConcurrency;
  const isSameCap = fall >= 0 && fall <= changeAtLeast * capacity.maximumConcurrency;
  const isSameBatch = batchSize === capacity.batchSize && batchWindowSeconds === capacity.batchWindowSeconds;
  if (isSameCap && isSameBatch) return [];
  return [{ kind: 'mapping', maximumConcurrency, batchSize, batchWindowSeconds }];
}
