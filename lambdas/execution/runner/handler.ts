/** Wires the runner to AWS. The entry that a synth generates calls `createHandler` with the applications of its pool. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  createClaims,
  createContextStore,
  createControl,
  createLaneQueue,
  createQuarantine,
  createRecords,
} from '../../../adapters/aws';
import { indexChains } from '../../../core/units/choose-chain';
import type { Application } from '../../../core/units/definitions';
import { dynamo, s3, sqs } from '../../runtime/clients';
import { readDelivery } from '../../runtime/delivery';
import { createLog } from '../../runtime/log';
import { type Metric, metricLine } from '../../runtime/metrics';
import { createInitOnce, serviceMetrics } from '../../runtime/service-metrics';
import { createRunner } from './core';
import { readRunnerEnvironment } from './env';
import { type Summary, summarise } from './summary';

/** Left for the answer when the batch stops beginning commits. */
const RESERVE_MS = 500;

export function createHandler(applications: readonly Application[]) {
  const environment = readRunnerEnvironment(process.env);
  const suspects = environment.SUSPECTS === 'true';
  const log = createLog({ service: suspects ? `suspect-runner-${environment.POOL}` : `runner-${environment.LANE}` });
  const run = createRunner(
    portsOf(environment, suspects, log),
    {
      environment: environment.ENVIRONMENT,
      lane: environment.LANE,
      ordered: environment.ORDERED === 'true',
      suspects,
      chains: indexChains(applications),
      parallel: environment.PARALLEL_RECORDS,
    },
    { now: Date.now, random: Math.random, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  );
  const initOnce = createInitOnce(performance.now());
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const read = event.Records.map((record) => ({ record, delivery: readDelivery(record) }));
    const deliveries = read.flatMap(({ delivery }) => delivery ?? []);
    const unreadable = read.filter(({ delivery }) => delivery === undefined).map(({ record }) => record.messageId);
    const startedMs = performance.now();
    const summary = summarise(await run(deliveries, Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS));
    const busyMs = performance.now() - startedMs;
    writeLine(environment, summary, unreadable.length, [
      ...serviceMetrics(event.Records.length, busyMs),
      ...initOnce(),
    ]);
    return { batchItemFailures: [...summary.returned, ...unreadable].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

type Environment = ReturnType<typeof readRunnerEnvironment>;

function portsOf(environment: Environment, suspects: boolean, log: ReturnType<typeof createLog>) {
  const { RECORDS_TABLE, CONTEXT_TABLE, CONTROL_TABLE, LANES, SUSPECT_QUEUE, LEDGER_RETENTION_DAYS } = environment;
  const lanes = createLaneQueue({ sqs, lanes: LANES, suspectQueue: SUSPECT_QUEUE });
  // A suspect runner's receipts belong to the suspect queue, whatever lane their messages came from.
  const received = LANES.map((lane) => ({ ...lane, queueUrlName: SUSPECT_QUEUE }));
  const waits = suspects ? createLaneQueue({ sqs, lanes: received }) : lanes;
  return {
    records: createRecords({
      dynamo,
      table: RECORDS_TABLE,
      contextTable: CONTEXT_TABLE,
      retentionDays: LEDGER_RETENTION_DAYS,
    }),
    contexts: createContextStore({ dynamo, table: CONTEXT_TABLE }),
    control: createControl({ dynamo, sqs, table: CONTROL_TABLE, queues: LANES }),
    lanes: { send: lanes.send, changeVisibility: waits.changeVisibility },
    quarantine: createQuarantine({ s3, bucket: environment.QUARANTINE_BUCKET }),
    claims: createClaims({ s3, bucket: environment.APP_STORE_BUCKET }),
    log,
  };
}

/** The batch's one line, which carries its metrics as well. */
function writeLine(
  environment: Environment,
  { records, counts, latenciesMs }: Summary,
  unreadable: number,
  service: readonly Metric[],
): void {
  const count = (name: string, value: number | undefined) => ({ name, unit: 'Count' as const, value: value ?? 0 });
  const metrics = [
    ...service,
    count('done', counts.done),
    count('dead', counts.dead),
    count('expired', counts.expired),
    count('retried', (counts.returned ?? 0) + unreadable),
    count('repeats', counts.repeat),
    count('continued', counts.continued),
    ...(latenciesMs.length > 0 ? [{ name: 'latency', unit: 'Milliseconds' as const, value: latenciesMs }] : []),
  ];
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'execution', lane: environment.LANE };
  const properties = { level: 'INFO', message: 'batch', records, ...counts, ...(unreadable > 0 && { unreadable }) };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
