/**
 * What a million events cost, itemised: requests and write units that the adapters make, by AWS's price list. Both arms begin with
 * the event in the queue that its entry fills (Triage's intake, the rival's own) and end with its effect applied. The entry itself
 * (bus, rule, first send) is the same for both and left out, and so are logs, alarms, storage and idle polling.
 */
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import {
  createAcceptances,
  createClaims,
  createContextStore,
  createControl,
  createEffects,
  createLaneQueue,
  createRecords,
} from '../../adapters/aws';
import { indexChains } from '../../core/units/choose-chain';
import { createRunner } from '../../lambdas/execution/runner/core';
import { sweep } from '../../lambdas/monitoring/reconciler/core';
import { s3 } from '../../lambdas/runtime/clients';
import { publish } from '../../lambdas/state/publisher/core';
import { application } from './application';
import { acceptancesOf, BATCH, envelopesOf, inBatches, messageOf, sqsEvent } from './events';
import { Meter, meterDynamo, meterSqs } from './meter';
import { PRICES, PRICES_AS_OF, type Priced } from './prices';
import { createRivalHandler } from './rival/handler';
import { rounded } from './statistics';
import { LANE, NAMES } from './variables';

const EVENTS = 500;
const MEMORY_GIGABYTES = 0.25;
/** Records that the publisher gets in one invocation. */
const PUBLISHER_BATCH = 100;
const silent = { info: () => {}, warn: () => {}, error: console.error };

export interface PriceItem {
  readonly what: string;
  readonly unit: Priced;
  readonly perEvent: number;
  readonly dollarsPerMillionEvents: number;
}
export interface PriceFigures {
  readonly pricesAsOf: string;
  readonly events: number;
  readonly triage: readonly PriceItem[];
  readonly rival: readonly PriceItem[];
  readonly triageDollarsPerMillionEvents: number;
  readonly rivalDollarsPerMillionEvents: number;
  readonly priceRatio: number;
}

export async function measurePrice(): Promise<PriceFigures> {
  const triage = itemise(await meterTriage());
  const rival = itemise(await meterRival());
  const sum = (items: readonly PriceItem[]) => items.reduce((total, each) => total + each.dollarsPerMillionEvents, 0);
  return {
    pricesAsOf: PRICES_AS_OF,
    events: EVENTS,
    triage,
    rival,
    triageDollarsPerMillionEvents: rounded(sum(triage)),
    rivalDollarsPerMillionEvents: rounded(sum(rival)),
    priceRatio: rounded(sum(triage) / sum(rival)),
  };
}

function itemise(meter: Meter): PriceItem[] {
  return [...meter.uses].flatMap(([what, use]) =>
    (Object.entries(use) as [Priced, number][]).map(([unit, amount]) => ({
      what,
      unit,
      perEvent: rounded(amount / EVENTS, 4),
      dollarsPerMillionEvents: rounded((amount / EVENTS) * PRICES[unit] * 1e6),
    })),
  );
}

function meteredClients(meter: Meter) {
  const [dynamo, sqs] = [new DynamoDBClient({}), new SQSClient({})];
  meterDynamo(dynamo, new DynamoDBClient({}), meter);
  meterSqs(sqs, meter);
  return { dynamo, sqs };
}

/** Runs what one invocation does, and counts the invocation with the time that it took here. */
async function invoke<T>(meter: Meter, name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const answer = await work();
  meter.add(`Lambda ${name}`, 'lambdaRequest', 1);
  // Billed by the started millisecond.
  const seconds = Math.ceil(performance.now() - from) / 1000;
  meter.add(`Lambda ${name}`, 'lambdaGigabyteSecond', seconds * MEMORY_GIGABYTES);
  return answer;
}

/** A mapping receives and deletes a batch in one request each. */
function countMapping(meter: Meter, queue: string): void {
  meter.add(`SQS receive and delete, ${queue}`, 'sqsRequest', 2);
}

async function meterTriage(): Promise<Meter> {
  const meter = new Meter();
  const ports = triagePorts(meter);
  const nowMs = Date.now();
  const acceptances = acceptancesOf(envelopesOf(randomUUID().slice(0, 8), EVENTS, LANE.name, nowMs), 1);
  const envelopes = acceptances.flatMap((each) => each.envelopes);
  for (const acceptance of acceptances) {
    countMapping(meter, 'intake');
    await invoke(meter, 'ingest', async () => {
      await ports.acceptances.accept(acceptance);
      await ports.lanes.send(LANE.name, acceptance.envelopes.map(messageOf));
      await ports.acceptances.markHandedOver(acceptance.key);
    });
  }
  const run = createRunner(
    ports,
    {
      environment: 'bench',
      lane: LANE.name,
      ordered: false,
      suspects: false,
      chains: indexChains([application]),
      parallel: BATCH,
    },
    { now: Date.now, random: Math.random, sleep: async () => {} },
  );
  for (const batch of inBatches(envelopes, BATCH)) {
    countMapping(meter, 'lane');
    await invoke(meter, 'runner', () =>
      run(
        batch.map((each, index) => ({
          messageId: `m${index}`,
          receiptHandle: `r${index}`,
          receiveCount: 1,
          sentAtMs: nowMs,
          message: messageOf(each),
        })),
      ),
    );
  }
  // The stream hands the publisher its images for nothing; here they are read, uncounted.
  const images = await uncountedRecords().read(envelopes);
  if (images.length !== EVENTS) throw new Error(`only ${images.length} of ${EVENTS} events have an outcome`);
  for (const batch of inBatches(images, PUBLISHER_BATCH))
    await invoke(meter, 'publisher', () => publish({ ...ports, bus: { publish: async () => [] } }, batch));
  const closed = await invoke(meter, 'reconciler', () =>
    sweep(
      ports,
      { handOffBoundMs: 1, resendBudget: 5, lanePatienceMs: { [LANE.name]: 360_000 } },
      { now: () => Date.now() + 60_000 },
    ),
  );
  if (closed.closed < acceptances.length) throw new Error(`only ${closed.closed} acceptances were closed`);
  return meter;
}

function triagePorts(meter: Meter) {
  const { dynamo, sqs } = meteredClients(meter);
  return {
    acceptances: createAcceptances({ dynamo, table: NAMES.acceptancesTable, retentionDays: 15 }),
    records: createRecords({ dynamo, table: NAMES.recordsTable, contextTable: NAMES.contextTable, retentionDays: 15 }),
    contexts: createContextStore({ dynamo, table: NAMES.contextTable }),
    effects: createEffects({ dynamo, table: NAMES.effectsTable }),
    control: createControl({ dynamo, sqs, table: NAMES.controlTable, queues: [LANE] }),
    lanes: createLaneQueue({ sqs, lanes: [LANE] }),
    claims: createClaims({ s3, bucket: 'bench-app-store' }),
    quarantine: { keep: async () => '' },
    log: silent,
  };
}

const uncountedRecords = () =>
  createRecords({
    dynamo: new DynamoDBClient({}),
    table: NAMES.recordsTable,
    contextTable: NAMES.contextTable,
    retentionDays: 15,
  });

async function meterRival(): Promise<Meter> {
  const meter = new Meter();
  const { dynamo } = meteredClients(meter);
  process.env.AWS_LAMBDA_FUNCTION_NAME ??= 'triage-bench-rival';
  const handler = createRivalHandler(dynamo);
  const context = { getRemainingTimeInMillis: () => 10_000, awsRequestId: 'bench' } as Context;
  for (const batch of inBatches(envelopesOf(randomUUID().slice(0, 8), EVENTS, LANE.name, Date.now()), BATCH)) {
    countMapping(meter, 'queue');
    const event = sqsEvent(batch.map((each) => JSON.stringify(each.event))) as unknown as SQSEvent;
    const answer = await invoke(meter, 'handler', () => handler(event, context));
    if (answer.batchItemFailures.length > 0) throw new Error('the rival failed records');
  }
  return meter;
}
