/** Reading what travels in a lane's queue. */
import type { LaneMessage } from './event';

/** A lane's message as a function received it. */
export interface Delivery {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** How often this message was received, this time included. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
  readonly message: LaneMessage;
}

/** `undefined` for a body that no part of Triage wrote. */
export function parseLaneMessage(body: string): LaneMessage | undefined {
  try {
    const value = JSON.parse(body) as Partial<LaneMessage> | null;
    const envelope = value?.envelope;
    const whole =
      value?.v === 1 &&
      typeof envelope?.key === 'string' &&
      typeof envelope.generation === 'number' &&
      typeof envelope.event?.type === 'string';
    return whole ? (value as LaneMessage) : undefined;
  } catch {
    return undefined;
  }
}
