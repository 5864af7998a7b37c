/** How quickly a filled queue drains, to the outcome: Triage's runner (with its publisher at work) and the rival, in turn. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { recordFromItem } from '../../adapters/aws';
import type { Item } from '../../adapters/aws/attributes';
import type { Arena } from './arena';
import { envelopesOf, inBatches, messageOf } from './events';
import { RIVAL_NAMES } from './rival/handler';
import { median, rounded } from './statistics';
import { NAMES } from './variables';

const EVENTS = 1_000;
const ROUNDS = 3;
const LIMIT_MS = 90_000;

export interface DrainFigures {
  readonly events: number;
  readonly rounds: number;
  readonly triagePerSecond: readonly number[];
  readonly rivalPerSecond: readonly number[];
  readonly drainRatio: number;
}

export async function measureDrain(arena: Arena, onProgress: (line: string) => void): Promise<DrainFigures> {
  await arena.startPublisher();
  const triage: number[] = [];
  const rival: number[] = [];
  // The first round warms the workers and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    onProgress(`drain, round ${round} of ${ROUNDS}`);
    const rates = { triage: await drainTriage(arena), rival: await drainRival(arena) };
    if (round === 0) continue;
    triage.push(rounded(rates.triage, 1));
    rival.push(rounded(rates.rival, 1));
  }
  return {
    events: EVENTS,
    rounds: ROUNDS,
    triagePerSecond: triage,
    rivalPerSecond: rival,
    drainRatio: rounded(median(triage) / median(rival)),
  };
}

async function drainTriage(arena: Arena): Promise<number> {
  const envelopes = envelopesOf(randomUUID().slice(0, 8), EVENTS, 'bench', Date.now());
  await fill(
    arena,
    arena.laneUrl,
    envelopes.map((each) => JSON.stringify(messageOf(each))),
  );
  const keys = new Set(envelopes.map((each) => each.key));
  return drain(arena, 'triage', NAMES.recordsTable, (item) => {
    const { key, outcome } = recordFromItem(item);
    return keys.has(key) ? outcome?.decidedAtMs : undefined;
  });
}

async function drainRival(arena: Arena): Promise<number> {
  const prefix = randomUUID().slice(0, 8);
  const envelopes = envelopesOf(prefix, EVENTS, 'bench', Date.now());
  await fill(
    arena,
    arena.rivalUrl,
    envelopes.map((each) => JSON.stringify(each.event)),
  );
  return drain(arena, 'rival', RIVAL_NAMES.effectsTable, (item) =>
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
  table: string,
  timeOf: (item: Item) => number | undefined,
): Promise<number> {
  await arena.setRunning(arm, true);
  const endAtMs = Date.now() + LIMIT_MS;
  try {
    for (;;) {
      await delay(1_000);
      const times = (await scan(arena, table)).flatMap((item) => timeOf(item) ?? []);
      if (times.length >= EVENTS) return (EVENTS * 1000) / Math.max(1, Math.max(...times) - Math.min(...times));
      if (Date.now() > endAtMs) throw new Error(`${arm}: only ${times.length} of ${EVENTS} events were done`);
    }
  } finally {
    await arena.setRunning(arm, false);
    await delay(1_000);
  }
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
