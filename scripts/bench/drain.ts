/** How quickly a filled queue drains, to the outcome: Triage's runner (with its publisher at work) and the rival, in turn. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { recordFromItem } from '../../adapters/aws';
import type { Item } from '../../adapters/aws/attributes';
import type { Arena } from './arena';
import { envelopesOf, inBatches, messageOf } from './events';
import { RIVAL_NAMES } from './rival/handler';
import { median, pairedRatios, rateOf, rounded } from './statistics';
import { NAMES } from './variables';

const EVENTS = 600;
/** Odd, so that the median is one of them. */
const ROUNDS = 5;
const LIMIT_MS = 180_000;

export interface DrainFigures {
  readonly events: number;
  readonly rounds: number;
  readonly triagePerSecond: readonly number[];
  readonly rivalPerSecond: readonly number[];
  /** Of each round's two drains, one right after the other. */
  readonly ratios: readonly number[];
  /** The ratios' median. */
  readonly drainRatio: number;
}

export async function measureDrain(arena: Arena, onProgress: (line: string) => void): Promise<DrainFigures> {
  await arena.startPublisher();
  const rates = { triage: [] as number[], rival: [] as number[] };
  const arms = { triage: () => drainTriage(arena), rival: () => drainRival(arena) };
  // The first round warms the workers and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    onProgress(`drain, round ${round} of ${ROUNDS}`);
    // Who goes first changes, so that a machine that gets busier or freer favours neither.
    for (const arm of round % 2 === 0 ? (['triage', 'rival'] as const) : (['rival', 'triage'] as const)) {
      const perSecond = await arms[arm]();
      if (round > 0) rates[arm].push(rounded(perSecond, 1));
    }
  }
  const ratios = pairedRatios(rates.triage, rates.rival);
  return {
    events: EVENTS,
    rounds: ROUNDS,
    triagePerSecond: rates.triage,
    rivalPerSecond: rates.rival,
    ratios,
    drainRatio: median(ratios),
  };
}

async function drainTriage(arena: Arena): Promise<number> {
  const envelopes = envelopesOf(randomUUID().slice(0, 8), EVENTS, 'bench', Date.now());
  const bodies = envelopes.map((each) => JSON.stringify(messageOf(each)));
  await fill(arena, arena.laneUrl, bodies);
  const keys = new Set(envelopes.map((each) => each.key));
  const rate = await drain(arena, 'triage', arena.laneUrl, NAMES.recordsTable, (item) => {
    const { key, outcome } = recordFromItem(item);
    return keys.has(key) ? outcome?.decidedAtMs : undefined;
  });
  // What the publisher still has to apply must not be the rival's burden.
  await untilAll(arena, 'the publisher', NAMES.effectsTable, (item) => (keys.has(item.key?.S ?? '') ? 1 : undefined));
  return rate;
}

async function drainRival(arena: Arena): Promise<number> {
  const prefix = randomUUID().slice(0, 8);
  const bodies = envelopesOf(prefix, EVENTS, 'bench', Date.now()).map((each) => JSON.stringify(each.event));
  await fill(arena, arena.rivalUrl, bodies);
  return drain(arena, 'rival', arena.rivalUrl, RIVAL_NAMES.effectsTable, (item) =>
    item.id?.S?.startsWith(prefix) ? Number(item.atMs?.N) : undefined,
  );
}

async function fill(arena: Arena, QueueUrl: string, bodies: readonly string[]): Promise<void> {
  for (const batch of inBatches(bodies, 10)) {
    const Entries = batch.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    const { Failed = [] } = await arena.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`${Failed.length} messages were not sent`);
  }
}

/** Events per second from the first outcome to the last: when the mapping is switched on is the poller's matter, not the code's. */
async function drain(
  arena: Arena,
  arm: 'triage' | 'rival',
  queueUrl: string,
  table: string,
  timeOf: (item: Item) => number | undefined,
): Promise<number> {
  await arena.setRunning(arm, true);
  try {
    // Looking at a queue's depth is cheap; the tables are read only when it is empty, since that would slow what is measured.
    const endAtMs = Date.now() + LIMIT_MS;
    while ((await depth(arena, queueUrl)) > 0) {
      if (Date.now() > endAtMs) throw new Error(`${arm}: the queue was not drained in ${LIMIT_MS / 1000} s`);
      await delay(500);
    }
    return rateOf(await untilAll(arena, arm, table, timeOf));
  } finally {
    await arena.setRunning(arm, false);
  }
}

/** Waits until as many items as there are events have a time, and answers with the times. */
async function untilAll(
  arena: Arena,
  who: string,
  table: string,
  timeOf: (item: Item) => number | undefined,
): Promise<number[]> {
  const endAtMs = Date.now() + LIMIT_MS;
  for (;;) {
    const times = (await scan(arena, table)).flatMap((item) => timeOf(item) ?? []);
    if (times.length >= EVENTS) return times;
    if (Date.now() > endAtMs) throw new Error(`${who}: only ${times.length} of ${EVENTS} events were done`);
    await delay(1_000);
  }
}

async function depth({ sqs }: Arena, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes ?? {}).reduce((sum, each) => sum + Number(each), 0);
}

async function scan({ dynamo }: Arena, TableName: string): Promise<Item[]> {
  const items: Item[] = [];
  let from: Item | undefined;
  do {
    const page = await dynamo.send(
      new ScanCommand({ TableName, ConsistentRead: true, ...(from === undefined ? {} : { ExclusiveStartKey: from }) }),
    );
    items.push(...(page.Items ?? []));
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return items;
}
