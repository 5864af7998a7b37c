import type { LaneMessage } from '../contracts/event';

/** Sends to lanes. Receiving is the event source mapping's work. */
export interface LaneQueue {
  /** Indexes of the messages that were not sent; a batch API answers 200 and fails entry by entry. */
  send(
    lane: string,
    messages: readonly LaneMessage[],
    options?: { readonly delaySeconds?: number; readonly suspect?: boolean },
  ): Promise<readonly number[]>;
  /** Shortens or lengthens the wait of a received message (0–43,200 s). */
  changeVisibility(lane: string, receiptHandle: string, seconds: number): Promise<void>;
}
