/**
 * How many priority classes ingestion sheds, from the lowest up. The signal is delay, not length: a queue that empties within its
 * objective is doing its work however long it is. The control law is CoDel's (Nichols and Jacobson, ACM Queue 10(5), 2012): delay
 * above its target for a whole interval sheds one class more, and while that does not help the next comes after interval / √n.
 */

export interface OverloadSettings {
  /** Share of a lane's objective above which its delay counts as too long. (0, 1]. */
  readonly targetShareOfObjective: number;
  /** How long delay must stand above its target. */
  readonly intervalSeconds: number;
}

export const DEFAULT_OVERLOAD: OverloadSettings = { targetShareOfObjective: 1, intervalSeconds: 10 };

/** Plain data. `level` classes are shed; `steps` is CoDel's count since delay was last good. */
export interface OverloadState {
  readonly level: number;
  readonly steps: number;
  /** Since when delay is on the side that it is on; moved forward by each step. */
  readonly sinceMs: number;
  readonly isLong: boolean;
}

export interface LaneDelay {
  readonly lane: string;
  /** 0 for the most urgent class. */
  readonly rank: number;
  /** Age of the oldest message that the lane's runner has met. */
  readonly delaySeconds: number;
  readonly objectiveSeconds: number;
}

export interface Overload {
  /** Classes with rank ≥ `classes` − level are shed. The most urgent never is. */
  readonly decision: { readonly level: number };
  readonly reason: string;
  readonly state: OverloadState;
}

export function firstOverload(nowMs: number): OverloadState {
  return { level: 0, steps: 0, sinceMs: nowMs, isLong: false };
}

/** Looks at the lanes that are not shed: the delay of a class that is given up on says nothing about the others. */
export function decideOverload(
  state: OverloadState,
  input: { readonly classes: number; readonly delays: readonly LaneDelay[]; readonly settings?: OverloadSettings },
  { nowMs }: { readonly nowMs: number },
): Overload {
  const settings = input.settings ?? DEFAULT_OVERLOAD;
  const kept = input.delays.filter(({ rank }) => rank < input.classes - state.level);
  const late = kept.find((each) => each.delaySeconds > settings.targetShareOfObjective * each.objectiveSeconds);
  const isLong = late !== undefined;
  if (isLong !== state.isLong)
    return answer({ ...state, isLong, sinceMs: nowMs, steps: 0 }, isLong ? 'delay rose' : 'delay is good again');
  const intervalMs = (1000 * settings.intervalSeconds) / Math.sqrt(state.steps + 1);
  if (nowMs - state.sinceMs < intervalMs) return answer(state, isLong ? 'delay is long' : 'delay is good');
  const next = { ...state, sinceMs: nowMs, steps: state.steps + 1 };
  if (isLong && state.level < input.classes - 1)
    return answer({ ...next, level: state.level + 1 }, `lane ${late.lane} is ${late.delaySeconds} s behind`);
  if (!isLong && state.level > 0) return answer({ ...next, level: state.level - 1 }, 'delay stayed good');
  return answer(state, isLong ? 'nothing more may be shed' : 'delay is good');
}

const answer = (state: OverloadState, reason: string): Overload => ({
  decision: { level: state.level },
  reason,
  state,
});
