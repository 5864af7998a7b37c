/** Wires the dead-letter function to AWS: it consumes the dead-letter queue of every lane and of every pool's suspects. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createLaneQueue, createQuarantine, createRecords } from '../../../adapters/aws';
import { parseLaneMessage } from '../../../core/contracts/lane-message';
import { inParallel } from '../../runtime/batch';
import { dynamo, s3, sqs } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { metricLine } from '../../runtime/metrics';
import { bury, type DeadLetterEnd, keepUnreadable } from './core';
import { readDeadLetterEnvironment } from './env';

const environment = readDeadLetterEnvironment(process.env);
const log = createLog({ service: 'dead-letter' });
const ports = {
  records: createRecords({
    dynamo,
    table: environment.RECORDS_TABLE,
    contextTable: '',
    retentionDays: environment.LEDGER_RETENTION_DAYS,
  }),
  lanes: createLaneQueue({ sqs, lanes: environment.LANES }),
  quarantine: createQuarantine({ s3, bucket: environment.QUARANTINE_BUCKET }),
  log,
};
const PARALLEL = 10;

export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const counts: Partial<Record<DeadLetterEnd, number>> = {};
  const returned: string[] = [];
  const read = event.Records.map((record) => ({ record, message: parseLaneMessage(record.body) }));
  const unreadable = read.filter(({ message }) => message === undefined).map(({ record }) => record);
  try {
    await keepUnreadable(
      ports,
      unreadable.map(({ body }) => body),
      Date.now(),
    );
  } catch (error) {
    log.error('unreadable messages were not kept', { error });
    returned.push(...unreadable.map(({ messageId }) => messageId));
  }
  await inParallel(read, PARALLEL, async ({ record, message }) => {
    if (message === undefined) return;
    const { messageId, receiptHandle, attributes } = record;
    const receiveCount = Number(attributes.ApproximateReceiveCount);
    const sentAtMs = Number(attributes.SentTimestamp);
    const end = await bury(ports, { messageId, receiptHandle, receiveCount, sentAtMs, message }, { now: Date.now });
    counts[end] = (counts[end] ?? 0) + 1;
    if (end === 'returned') returned.push(messageId);
  });
  writeLine(event.Records.length, counts, unreadable.length);
  return { batchItemFailures: returned.map((itemIdentifier) => ({ itemIdentifier })) };
}

function writeLine(records: number, counts: Partial<Record<DeadLetterEnd, number>>, unreadable: number): void {
  const metrics = [
    { name: 'dead', unit: 'Count' as const, value: counts.dead ?? 0 },
    { name: 'sentOn', unit: 'Count' as const, value: (counts['sent-on'] ?? 0) + (counts['sent-again'] ?? 0) },
    { name: 'quarantined', unit: 'Count' as const, value: (counts.quarantined ?? 0) + unreadable },
  ];
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'lanes' };
  const properties = { level: 'INFO', message: 'batch', service: 'dead-letter', records, ...counts };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
