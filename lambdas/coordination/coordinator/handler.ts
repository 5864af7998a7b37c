/** Wires the coordinator to AWS. The entry that a synth generates calls `createHandler` with the sagas of its pool's applications. */
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import {
  createClaims,
  createControl,
  createLaneQueue,
  createQuarantine,
  createRecords,
  createSagaRuns,
} from '../../../adapters/aws';
import type { Saga } from '../../../core/sagas';
import { dynamo, s3, sfn, sqs } from '../../runtime/clients';
import { readDelivery } from '../../runtime/delivery';
import { createLog } from '../../runtime/log';
import { type Metric, metricLine } from '../../runtime/metrics';
import { createInitOnce, serviceMetrics } from '../../runtime/service-metrics';
import { type BeginEnd, createCoordinator } from './core';
import { readCoordinatorEnvironment } from './env';

/** Left for the answer when the batch stops beginning sagas. */
const RESERVE_MS = 500;

export function createHandler(sagas: readonly Saga[]) {
  const environment = readCoordinatorEnvironment(process.env);
  const { LANE, LANES, RECORDS_TABLE, CONTROL_TABLE, LEDGER_RETENTION_DAYS } = environment;
  const coordinate = createCoordinator(
    {
      records: createRecords({
        dynamo,
        table: RECORDS_TABLE,
        contextTable: '',
        retentionDays: LEDGER_RETENTION_DAYS,
      }),
      executions: createSagaRuns({ sfn, machinePrefix: environment.MACHINE_PREFIX }),
      control: createControl({ dynamo, sqs, table: CONTROL_TABLE, queues: LANES }),
      lanes: createLaneQueue({ sqs, lanes: LANES }),
      quarantine: createQuarantine({ s3, bucket: environment.QUARANTINE_BUCKET }),
      claims: createClaims({ s3, bucket: environment.APP_STORE_BUCKET }),
      log: createLog({ service: `coordinator-${LANE}` }),
    },
    {
      lane: LANE,
      sagas,
      parallel: environment.PARALLEL_RECORDS,
      startEveryMs: environment.START_EVERY_MILLISECONDS,
      askAfterMs: environment.SAGA_ASK_AFTER_SECONDS * 1000,
    },
    { now: Date.now, random: Math.random, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
  );
  const initOnce = createInitOnce(performance.now());
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const read = event.Records.map((record) => ({ record, delivery: readDelivery(record) }));
    const unreadable = read.flatMap(({ record, delivery }) => (delivery === undefined ? [record.messageId] : []));
    const startedMs = performance.now();
    const { ended, pacedMs } = await coordinate(
      read.flatMap(({ delivery }) => delivery ?? []),
      Date.now() + context.getRemainingTimeInMillis() - RESERVE_MS,
    );
    const busyMs = Math.max(0, performance.now() - startedMs - pacedMs);
    const counts: Partial<Record<BeginEnd, number>> = {};
    for (const { end } of ended) counts[end] = (counts[end] ?? 0) + 1;
    writeLine(environment, counts, unreadable.length, pacedMs, [
      ...serviceMetrics(event.Records.length, busyMs),
      ...initOnce(),
    ]);
    const returned = ended.flatMap(({ delivery, end }) => (end === 'returned' ? [delivery.messageId] : []));
    return { batchItemFailures: [...returned, ...unreadable].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** The batch's one line, which carries its metrics as well. */
function writeLine(
  { ENVIRONMENT, LANE }: ReturnType<typeof readCoordinatorEnvironment>,
  counts: Partial<Record<BeginEnd, number>>,
  unreadable: number,
  pacedMs: number,
  service: readonly Metric[],
): void {
  const count = (name: string, value: number | undefined) => ({ name, unit: 'Count' as const, value: value ?? 0 });
  const metrics = [
    ...service,
    count('started', counts.started),
    count('dead', counts.dead),
    count('expired', counts.expired),
    count('retried', (counts.returned ?? 0) + unreadable),
    count('repeats', (counts.repeat ?? 0) + (counts.exists ?? 0)),
  ];
  // The stage of a lane's function, whatever it runs: a controller reads the figures of all lanes alike.
  const dimensions = { environment: ENVIRONMENT, stage: 'execution', lane: LANE };
  const properties = { level: 'INFO', message: 'batch', ...counts, pacedMs, ...(unreadable > 0 && { unreadable }) };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
