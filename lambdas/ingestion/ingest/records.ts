/** From what a mapping delivers to intake records. */
import type { IntakeRecord } from './intake';

/** The parts of the two mappings' events that ingestion reads. */
interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
}
interface StreamRecord {
  readonly eventSourceARN: string;
  readonly kinesis: { readonly sequenceNumber: string; readonly data: string };
}

export function toIntakeRecords(event: { readonly Records: readonly (QueueRecord | StreamRecord)[] }): {
  readonly records: readonly IntakeRecord[];
  readonly isStream: boolean;
} {
  const records = event.Records.map((record): IntakeRecord => {
    if (!('kinesis' in record)) return { ref: record.messageId, body: record.body };
    const { sequenceNumber, data } = record.kinesis;
    const stream = record.eventSourceARN.slice(record.eventSourceARN.indexOf('/') + 1);
    return { ref: sequenceNumber, body: Buffer.from(data, 'base64'), stream };
  });
  return { records, isStream: records.some((each) => each.stream !== undefined) };
}
