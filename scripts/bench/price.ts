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
  createIncidents,
  createLaneQueue,
  createRecords,
  createStateStore,
} from '../../adapters/aws';
import type { Envelope } from '../../core/contracts/event';
import type { Acceptance } from '../../core/contracts/ledger';
import { indexChains } from '../../core/units/choose-chain';
import { createRunner } from '../../lambdas/execution/runner/core';
import { sweep } from '../../lambdas/monitoring/reconciler/core';
import { s3 } from '../../lambdas/runtime/clients';
import { publish } from '../../lambdas/state/publisher/core';
import { application } from './application';
import { acceptancesOf, BATCH, envelopesOf, inBatches, messageOf, sqsEvent } from './events';
import { Meter, meterDynamo, meterSqs } from './meter';
import { PRICE_LIST, PRICES_AS_OF, type Priced } from './prices';
import { createRivalHandler } from './rival/handler';
import { median, rounded } from './statistics';
import { LANE, NAMES } from './variables';

/** Each arm's share of a round; the arms take turns, so that a busy moment lengthens both arms' invocations. */
const EVENTS_PER_ROUND = 100;
const ROUNDS = 5;
const EVENTS = EVENTS_PER_ROUND * ROUNDS;
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
  const arms = { triage: createTriage(new Bill()), rival: createRival(new Bill()) };
  for (let round = 0; round < ROUNDS; round++) {
    await arms.triage.round();
    await arms.rival.round();
  }
  await arms.triage.close();
  return compare(arms.triage.bill.items(), arms.rival.bill.items());
}

/** Sums and ratio of two arms' items. */
export function compare(triage: readonly PriceItem[], rival: readonly PriceItem[]): PriceFigures {
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

/** What was used, by the event. */
export function itemise(meter: Meter, events: number): PriceItem[] {
  return [...meter.uses].flatMap(([what, use]) =>
    (Object.entries(use) as [Priced, number][]).map(([unit, amount]) => ({
      what,
      unit,
      perEvent: rounded(amount / events, 4),
      dollarsPerMillionEvents: rounded((amount / events) * PRICE_LIST[unit].dollars * 1e6, 4),
    })),
  );
}

/** An arm's requests, and how long its invocations took. */
class Bill {
  readonly meter = new Meter();
  readonly #milliseconds = new Map<string, number[]>();

  /** Runs what one invocation does. */
  async invoke<T>(name: string, work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const answer = await work();
    // Billed by the started millisecond.
    const took = Math.ceil(performance.now() - from);
    this.#milliseconds.set(name, [...(this.#milliseconds.get(name) ?? []), took]);
    await this.meter.settle();
    return answer;
  }

  /** A mapping receives and deletes a batch in one request each. */
  countMapping(queue: string, unit: 'sqsRequest' | 'sqsFairRequest'): void {
    this.meter.add(`SQS receive and delete, ${queue}`, unit, 2);
  }

  /** Each invocation at the median of its kind: one that the machine kept waiting says nothing about a price. */
  items(): PriceItem[] {
    for (const [name, times] of this.#milliseconds) {
      this.meter.add(`Lambda ${name}`, 'lambdaRequest', times.length);
      const seconds = (times.length * median(times)) / 1000;
      this.meter.add(`Lambda ${name}`, 'lambdaGigabyteSecond', seconds * MEMORY_GIGABYTES);
    }
    this.#milliseconds.clear();
    return itemise(this.meter, EVENTS);
  }
}

function meteredClients(meter: Meter) {
  const [dynamo, sqs] = [new DynamoDBClient({}), new SQSClient({})];
  meterDynamo(dynamo, new DynamoDBClient({}), meter);
  meterSqs(sqs, meter);
  return { dynamo, sqs };
}

function createTriage(bill: Bill) {
  const ports = triagePorts(bill.meter);
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
  let open = 0;
  const accept = async (acceptance: Acceptance) => {
    bill.countMapping('intake', 'sqsRequest');
    await bill.invoke('ingest', async () => {
      await ports.acceptances.accept(acceptance);
      await ports.lanes.send(LANE.name, acceptance.envelopes.map(messageOf));
      await ports.acceptances.markHandedOver(acceptance.key);
    });
    open += 1;
  };
  const react = async (batch: readonly Envelope[], sentAtMs: number) => {
    // Its messages have a group, the tenant.
    bill.countMapping('lane', 'sqsFairRequest');
    const deliveries = batch.map((each, index) => ({
      messageId: `m${index}`,
      receiptHandle: `r${index}`,
      receiveCount: 1,
      sentAtMs,
      message: messageOf(each),
    }));
    await bill.invoke('runner', () => run(deliveries));
  };
  return {
    bill,
    round: async () => {
      const nowMs = Date.now();
      const drafts = envelopesOf(randomUUID().slice(0, 8), EVENTS_PER_ROUND, LANE.name, nowMs);
      const acceptances = acceptancesOf(drafts, 1);
      const envelopes = acceptances.flatMap((each) => each.envelopes);
      for (const acceptance of acceptances) await accept(acceptance);
      for (const batch of inBatches(envelopes, BATCH)) await react(batch, nowMs);
      // The stream hands the publisher its images for nothing; here they are read, uncounted.
      const images = (await uncountedRecords().read(envelopes)).filter((each) => each.outcome !== undefined);
      if (images.length !== EVENTS_PER_ROUND)
        throw new Error(`only ${images.length} of ${EVENTS_PER_ROUND} events have an outcome`);
      for (const batch of inBatches(images, PUBLISHER_BATCH))
        await bill.invoke('publisher', () => publish({ ...ports, bus: { publish: async () => [] } }, batch));
    },
    /** One sweep closes them all, as each minute's does. */
    close: async () => {
      const settings = {
        handOffBoundMs: 1,
        parallelAcceptances: 20,
        resendBudget: 5,
        lanePatienceMs: { [LANE.name]: 360_000 },
        sagaAskAfterMs: 60_000,
        sagas: [],
        succession: { lanes: [LANE], poolByWay: {}, defaultClass: LANE.priorityClass },
      };
      const { closed } = await bill.invoke('reconciler', () =>
        sweep(ports, settings, { now: () => Date.now() + 60_000 }),
      );
      if (closed < open) throw new Error(`only ${closed} of ${open} acceptances were closed`);
    },
  };
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
    // Only for sagas, of which there are none here.
    states: createStateStore({ dynamo, table: 'triage-bench-states' }),
    incidents: createIncidents({
      dynamo,
      table: 'triage-bench-incidents',
      controlTable: NAMES.controlTable,
      retentionDays: 15,
    }),
    ledgers: () => ({}),
    wake: async () => undefined,
    executions: { describe: async () => undefined, start: async () => 'exists' as const },
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

function createRival(bill: Bill) {
  const { dynamo } = meteredClients(bill.meter);
  process.env.AWS_LAMBDA_FUNCTION_NAME ??= 'triage-bench-rival';
  const handler = createRivalHandler(dynamo);
  const context = { getRemainingTimeInMillis: () => 10_000, awsRequestId: 'bench' } as Context;
  return {
    bill,
    round: async () => {
      const envelopes = envelopesOf(randomUUID().slice(0, 8), EVENTS_PER_ROUND, LANE.name, Date.now());
      for (const batch of inBatches(envelopes, BATCH)) {
        bill.countMapping('queue', 'sqsRequest');
        const event = sqsEvent(batch.map((each) => JSON.stringify(each.event))) as unknown as SQSEvent;
        const answer = await bill.invoke('handler', () => handler(event, context));
        if (answer.batchItemFailures.length > 0) throw new Error('the rival failed records');
      }
    },
  };
}
