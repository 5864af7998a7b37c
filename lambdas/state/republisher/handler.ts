/** Wires the republisher to AWS: it consumes the queue of batches that the publisher's mapping gave up. */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createEffects, createEventBus, createOutcomeStream } from '../../../adapters/aws';
import { runBatch } from '../../runtime/batch';
import { dynamo, dynamoStreams, eventBridge } from '../../runtime/clients';
import { createLog } from '../../runtime/log';
import { metricLine } from '../../runtime/metrics';
import { type Republished, republish } from './core';
import { readRepublisherEnvironment } from './env';

const environment = readRepublisherEnvironment(process.env);
const log = createLog({ service: 'republisher' });
const ports = {
  effects: createEffects({ dynamo, table: environment.EFFECTS_TABLE }),
  bus: createEventBus({ eventBridge, bus: environment.BUS }),
  stream: createOutcomeStream({ streams: dynamoStreams }),
  log,
};

/** A message stays until all of its batch is published; after its last receive it is a dead letter, with an alarm. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const mended: Republished[] = [];
  const response = await runBatch(
    event.Records,
    async ({ body }) => {
      mended.push(await republish(ports, body));
    },
    {
      identify: ({ messageId }) => messageId,
      onFailure: ({ messageId, body }, error) => log.error('a batch was not republished', { messageId, body, error }),
    },
  );
  writeLine(event.Records.length, mended);
  return response;
}

function writeLine(records: number, mended: readonly Republished[]): void {
  const total = (count: (each: Republished) => number) => mended.reduce((sum, each) => sum + count(each), 0);
  const metrics = [
    { name: 'batchesRepublished', unit: 'Count' as const, value: mended.length },
    { name: 'effectsApplied', unit: 'Count' as const, value: total(({ applied }) => applied) },
    { name: 'effectsStale', unit: 'Count' as const, value: total(({ stale }) => stale) },
    { name: 'eventsEmitted', unit: 'Count' as const, value: total(({ emitted }) => emitted) },
  ];
  const dimensions = { environment: environment.ENVIRONMENT, stage: 'state' };
  const outcomes = total((each) => each.outcomes);
  const properties = { level: 'INFO', message: 'batch', service: 'republisher', records, outcomes };
  process.stdout.write(`${metricLine(dimensions, metrics, Date.now(), properties)}\n`);
}
