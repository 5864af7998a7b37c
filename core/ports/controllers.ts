/** What lanes' controllers keep between steps: a lease with a fencing token, their state, their decisions, and the switch. */
import type { DecisionRecord, SchedulingMode } from '../contracts/scheduling';

export interface HeldLease {
  /** Rises with every holder; each write of a holder is on the condition that it is still the highest. */
  readonly token: number;
  /** What the last step left, as JSON; `undefined` before the first. */
  readonly state: string | undefined;
}

export interface Controllers {
  /** The stricter of the lane's own and everybody's. */
  mode(lane: string): Promise<SchedulingMode>;
  /** Of one lane, or of all where `lane` is undefined. */
  setMode(lane: string | undefined, mode: SchedulingMode): Promise<void>;
  /** `undefined` where another holds the lease and it has not expired. */
  acquire(lane: string, nowMs: number, untilMs: number): Promise<HeldLease | undefined>;
  /** Stores the decision before anything is done. `false`: the lease is another's by now, so nothing may be done. */
  begin(token: number, decision: DecisionRecord): Promise<boolean>;
  /** Stores what became of the decision, and the state; gives the lease back. `false` where it is another's by now. */
  finish(token: number, decision: DecisionRecord, state: string): Promise<boolean>;
  /** The youngest first, at most `limit`, none younger than `untilMs`. */
  decisions(
    lane: string,
    options: { readonly limit: number; readonly untilMs?: number },
  ): Promise<readonly DecisionRecord[]>;
}
