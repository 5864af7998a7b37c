/** Wires ingestion to AWS. The intake queues and the streams share this function and differ only in how a failure is reported. */
import type { KinesisStreamEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  createAcceptances,
  createClaims,
  createControl,
  createLaneQueue,
  createQuarantine,
  createRecords,
} from '../../../adapters/aws';
import { dynamo, s3, sqs } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { metricLine } from '../../runtime/metrics';
import { createIngest } from './core';
import { readIngestEnvironment, toSettings } from './env';
import { toIntakeRecords } from './records';
import type { IngestSummary } from './summary';

const environment = readIngestEnvironment(process.env);
const ingest = createIngest(
  {
    acceptances: createAcceptances({ dynamo, table: environment.ACCEPTANCES_TABLE }),
    lanes: createLaneQueue({ sqs, lanes: environment.LANES }),
    records: createRecords({
      dynamo,
      table: environment.RECORDS_TABLE,
      contextTable: '',
      retentionDays: environment.LEDGER_RETENTION_DAYS,
    }),
    control: createControl({ dynamo, sqs, table: environment.CONTROL_TABLE, queues: environment.LANES }),
    quarantine: createQuarantine({ s3, bucket: environment.QUARANTINE_BUCKET }),
    claims: createClaims({ s3, bucket: environment.APP_STORE_BUCKET }),
    log: createLog({ service: 'ingest' }),
  },
  toSettings(environment),
  { now: Date.now, random: Math.random },
);

export async function handler(event: SQSEvent | KinesisStreamEvent): Promise<SQSBatchResponse> {
  const { records, isStream } = toIntakeRecords(event);
  const summary = await ingest(records);
  writeLines(summary);
  // A stream comes again as a whole: what was accepted of it is a duplicate then. Not every endpoint heeds a partial answer.
  if (isStream && summary.failed.length > 0)
    throw new Error(`${summary.failed.length} of ${records.length} records could not be taken in`);
  return { batchItemFailures: summary.failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** The batch's one line, which carries its metrics; a lane's own counts are a line more, since they have a dimension more. */
function writeLines({ lanes, refused, failed, ...total }: IngestSummary): void {
  const count = (name: string, value: number) => ({ name, unit: 'Count' as const, value });
  const nowMs = Date.now();
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'ingestion' };
  const refusals = Object.values(refused).reduce((sum, each) => sum + each, 0);
  const metrics = [
    ...(['accepted', 'duplicates', 'resent', 'unsent', 'shed', 'late'] as const).map((name) =>
      count(name, total[name]),
    ),
    count('refused', refusals),
    count('failed', failed.length),
  ];
  const properties = { level: 'INFO', message: 'batch', records: total.records, refusedBy: refused };
  const lines = [metricLine(dimensions, metrics, nowMs, properties)];
  for (const [lane, counts] of Object.entries(lanes)) {
    const route = environment.LANES.find((each) => each.name === lane);
    const own = [
      count('accepted', counts.accepted),
      count('duplicates', counts.duplicates),
      count('unsent', counts.unsent),
      count('shed', counts.shed),
    ];
    lines.push(
      metricLine({ ...dimensions, lane }, own, nowMs, { level: 'INFO', message: 'lane', class: route?.priorityClass }),
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
