/** What a scaling system plugs into the model: Triage's own policy and its rivals alike. */
import type { AccountObservation, LaneObservation, ScalingAction } from '../../core/contracts/scheduling';

export const ADMIT = 0;
/** Accepted and then given up. */
export const SHED = 1;
/** Not accepted: the producer is told to come again later. */
export const REFUSE = 2;
export type Admission = typeof ADMIT | typeof SHED | typeof REFUSE;

/** A lane as it is at this moment. The same object is handed out every time: look, do not keep. */
export interface LaneView {
  readonly index: number;
  /** Messages that can be received, and those that are being worked on. */
  readonly queued: number;
  readonly inFlight: number;
  /** Invocations that run, and environments that exist. */
  readonly invocations: number;
  readonly environments: number;
  /** Since when the oldest message that can be received is so; NaN if none is. */
  readonly oldestSinceSeconds: number;
  /** How long messages may wait for others to share an invocation with. */
  readonly batchWindowSeconds: number;
}

export interface ScalingPolicy {
  readonly name: string;
  /** What one step of one lane costs: its invocation, the metrics it reads, the records it writes. */
  readonly dollarsPerStep?: number;
  /** Each minute, for each lane: `observation` is the lane's own, one of `all`. */
  decide(
    observation: LaneObservation,
    all: readonly LaneObservation[],
    account: AccountObservation,
    nowMs: number,
  ): readonly ScalingAction[];
  /** For each arrival. Left out: all are admitted. */
  admit?(lane: LaneView, all: readonly LaneView[], nowSeconds: number): Admission;
}
