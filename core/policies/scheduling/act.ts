/**
 * From a plan to the few changes that are worth making now. Raising is at once, since late capacity is no capacity; lowering waits
 * until several steps agree. Nothing is begun while AWS still works on the last change, and nothing is touched that a deploy owns. What
 * AWS gave up allocating is not there: it is asked for again.
 */
import {
  CONCURRENCY_PER_POLLER,
  type LaneCapacity,
  type LaneObservation,
  type LanePlan,
  type LaneTerms,
  type Reason,
  type ScalingAction,
} from '../../contracts/scheduling';
import type { PlanningParameters } from './parameters';

/** Plain data, kept between steps. */
export interface HysteresisState {
  /** What the last consecutive steps wanted that wanted less than is provisioned, newest last; no more than it takes to lower. */
  readonly lower: readonly number[];
}

export const NO_HYSTERESIS: HysteresisState = { lower: [] };

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
  const mapping = mappingAction(lane, plan, capacity.provisionedAllocated, parameters);
  const form: ScalingAction[] = plan.form === capacity.form ? [] : [{ kind: 'form', form: plan.form }];
  const failed = failureOf(lane);
  if (capacity.deploying)
    return { actions: [...mapping, ...form], reasons: [...failed, { code: 'deploying', args: {} }], state };
  if (capacity.provisionedStatus === 'in-progress')
    return {
      actions: [...mapping, ...form],
      reasons: [{ code: 'change-in-progress', args: { requested: capacity.provisionedRequested } }],
      state,
    };
  const chosen =
    failed.length > 0 && plan.provisioned >= capacity.provisionedAllocated
      ? askAgain(capacity, plan.provisioned)
      : provisionAction(state, standingLevel(capacity), plan.provisioned, parameters);
  const warm: Warm = { ...chosen, reasons: [...failed, ...chosen.reasons] };
  if (warm.to === undefined) return { ...warm, actions: [...warm.actions, ...mapping, ...form] };
  // The cap falls a step before the warm level, and all the way where no more is wanted than what stays warm: what is above the new
  // level would start environments of its own.
  const isAllWarm = plan.maximumConcurrency <= warm.to;
  const first = mappingAction(lane, plan, warm.to, isAllWarm ? { ...parameters, changeAtLeast: 0 } : parameters);
  const cap = capWith(lane, plan, warm.to);
  if (first.length > 0 && cap < capacity.maximumConcurrency)
    return { actions: [...first, ...form], reasons: [...failed, { code: 'lower-cap-first', args: { cap } }], state };
  return { ...warm, actions: [...warm.actions, ...first, ...form] };
}

/**
 * A request that AWS took and gave up, for instance because the version's init fails: the number that was asked for is still on record, and
 * does not stand.
 */
const isGivenUp = ({ provisionedStatus, provisionedRequested, provisionedAllocated }: LaneCapacity) =>
  provisionedStatus === 'failed' && provisionedRequested !== provisionedAllocated;

const standingLevel = (capacity: LaneCapacity) =>
  isGivenUp(capacity) ? capacity.provisionedAllocated : capacity.provisionedRequested;

function failureOf({ capacity }: LaneObservation): Reason[] {
  const { provisionedRequested: requested, provisionedAllocated: allocated } = capacity;
  return isGivenUp(capacity) ? [{ code: 'warm-failed', args: { requested, allocated } }] : [];
}

/** By whatever difference: a smaller number may fit, and none takes the failed request off the record. */
function askAgain({ provisionedAllocated: from }: LaneCapacity, wanted: number): Warm {
  return {
    actions: [wanted === 0 ? { kind: 'release', from } : { kind: 'provision', environments: wanted, from }],
    reasons: [{ code: 'ask-again', args: { wanted } }],
    state: NO_HYSTERESIS,
  };
}

/** `to`: the level that the actions lower to. */
type Warm = Acted & { readonly to?: number };

function provisionAction(state: HysteresisState, from: number, wanted: number, parameters: Bounds): Warm {
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
  // Only the last steps count: in a slow fall the first of them wanted nearly all, and would hold the rest up for ever.
  const lower = [...state.lower, wanted].slice(-parameters.lowerAfterSteps);
  const to = Math.max(...lower);
  if (lower.length < parameters.lowerAfterSteps)
    return { actions: [], reasons: [{ code: 'lower-later', args: { lowerSteps: lower.length } }], state: { lower } };
  if (to > 0 && from - to < parameters.changeAtLeast * from) return { actions: [], reasons: [], state: { lower } };
  return {
    actions: [to === 0 ? { kind: 'release', from } : { kind: 'provision', environments: to, from }],
    reasons: [{ code: 'lower', args: { from, to } }],
    state: NO_HYSTERESIS,
    to,
  };
}

/** Never below what is warm, which is paid for and of use to no other lane; never above what a person allows. */
const capWith = ({ terms }: LaneObservation, plan: LanePlan, warm: number) =>
  Math.min(terms.mostConcurrency, possibleCap(terms, Math.max(plan.maximumConcurrency, warm)));

/** The least cap that the mapping can have and that is not below this. */
function possibleCap({ leastPollers }: LaneTerms, cap: number): number {
  if (leastPollers === undefined) return cap;
  return CONCURRENCY_PER_POLLER * Math.max(leastPollers, Math.ceil(cap / CONCURRENCY_PER_POLLER));
}

/** The mapping's cap rises at once and falls only by a change that is worth a call; a batch's shape changes with it. */
function mappingAction(
  lane: LaneObservation,
  plan: LanePlan,
  warm: number,
  { changeAtLeast }: Bounds,
): ScalingAction[] {
  const { capacity } = lane;
  const { batchSize, batchWindowSeconds } = plan;
  const maximumConcurrency = capWith(lane, plan, warm);
  const fall = capacity.maximumConcurrency - maximumConcurrency;
  const isSameCap = fall >= 0 && fall <= changeAtLeast * capacity.maximumConcurrency;
  const isSameBatch = batchSize === capacity.batchSize && batchWindowSeconds === capacity.batchWindowSeconds;
  if (isSameCap && isSameBatch) return [];
  return [{ kind: 'mapping', maximumConcurrency, batchSize, batchWindowSeconds }];
}
