/**
 * Whether an event that could be accepted is given up at once (outcome SHED). Better said at the door than an hour later: what is
 * shed costs nothing, and its producer can know.
 */

/** Events offered and admitted of one class since it began to be shed. Plain data. */
export interface ShedState {
  readonly offered: number;
  readonly admitted: number;
}

/**
 * A lane that is less behind than this, and than half of what counts as too long for it, keeps up with what it is given: to shed from it would
 * only leave idle what the plan grants it, and its class would get less than its weight's share of capacity.
 */
export const KEEPS_UP_SECONDS = 10;

export const NOTHING_SHED: ShedState = { offered: 0, admitted: 0 };

export interface ShedInput {
  /** 0 for the most urgent. */
  readonly rank: number;
  readonly classes: number;
  /** From the overload policy: this many classes are shed, from the lowest. */
  readonly level: number;
  /** w / Σw of the event's lane: the share of its class that is admitted all the same, so that no class starves. */
  readonly weightShare: number;
  /** Time until the event's deadline; absent where it has none. */
  readonly slackSeconds?: number | undefined;
  /** Delay that the event's own lane has now. */
  readonly delaySeconds: number;
  /** Delay that counts as too long for it. */
  readonly tooLongSeconds: number;
}

/**
 * Deterministic: an event of a shed class is admitted while its own lane keeps up, and the n-th one of those after it where that keeps the admitted
 * share at its bound or below.
 */
export function decideShed(
  state: ShedState,
  input: ShedInput,
): { readonly decision: 'admit' | 'shed'; readonly reason: string; readonly state: ShedState } {
  const { slackSeconds, delaySeconds } = input;
  if (slackSeconds !== undefined && slackSeconds > 0 && delaySeconds > slackSeconds)
    return {
      decision: 'shed',
      reason: `the lane is ${delaySeconds} s behind and the deadline is in ${slackSeconds} s`,
      state,
    };
  if (input.rank < input.classes - input.level)
    return { decision: 'admit', reason: 'its class is not shed', state: NOTHING_SHED };
  if (delaySeconds < Math.min(KEEPS_UP_SECONDS, input.tooLongSeconds / 2))
    return { decision: 'admit', reason: 'its own lane keeps up', state };
  const offered = state.offered + 1;
  if (state.admitted + 1 <= input.weightShare * offered)
    return {
      decision: 'admit',
      reason: 'its class keeps its least share',
      state: { offered, admitted: state.admitted + 1 },
    };
  return {
    decision: 'shed',
    reason: `overload: the lowest ${input.level} classes are shed`,
    state: { ...state, offered },
  };
}
