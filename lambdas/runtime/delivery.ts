/** A queue's record as a lane's function works on it. */
import { type Delivery, parseLaneMessage } from '../../core/contracts/lane-message';

/** What is read of a record: `SQSRecord` of the event, as Lambda gives it. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp: string };
  readonly body: string;
}

/** `undefined` for what no part of Triage wrote: it goes to the dead-letter queue, whose function keeps it in quarantine. */
export function readDelivery({ messageId, receiptHandle, attributes, body }: QueueRecord): Delivery | undefined {
  const message = parseLaneMessage(body);
  return message === undefined
    ? undefined
    : {
        messageId,
        receiptHandle,
        receiveCount: Number(attributes.ApproximateReceiveCount),
        sentAtMs: Number(attributes.SentTimestamp),
        message,
      };
}
