/** The acceptances table. Open ones are in a sparse sharded index; an open one never expires. */
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Envelope } from '../../core/contracts/event';
import { bodyDigest, recordKey } from '../../core/contracts/identity';
import type { Acceptance } from '../../core/contracts/ledger';
import { OPEN_INDEX, OPEN_SHARDS } from '../../core/contracts/names';
import type { Acceptances } from '../../core/ports/acceptances';
import {
  bytesOf,
  DAY_SECONDS,
  epochSeconds,
  flag,
  type Item,
  number,
  numberOf,
  required,
  shardOf,
  text,
  textOf,
} from './attributes';
import { batchGet } from './batch-get';
import { holds, isConditionFailure, jitteredWait, type Wait } from './retry';

export interface AcceptancesOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  /** Days that a closed acceptance stays. Left out: it gets no expiry (only the reconciler closes). */
  readonly retentionDays?: number;
  readonly wait?: Wait;
}

export function createAcceptances(options: AcceptancesOptions): Acceptances {
  const { dynamo, table } = options;
  const wait = options.wait ?? jitteredWait;
  return {
    accept: (acceptance) => accept(dynamo, table, acceptance),
    markHandedOver: async (key) => {
      await holds(
        dynamo.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { key: text(key) },
            UpdateExpression: 'SET handedOver = :true',
            ConditionExpression: 'attribute_exists(openShard)',
            ExpressionAttributeValues: { ':true': flag(true) },
          }),
        ),
      );
    },
    close: (key, atMs) => close(options, key, atMs),
    moveDue: (key, fromMs, toMs, resentAtMs) =>
      holds(
        dynamo.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { key: text(key) },
            // The condition on the due time makes the addition safe: a repeat of a lost answer fails it.
            UpdateExpression:
              resentAtMs === undefined
                ? 'SET dueAtMs = :to'
                : 'SET dueAtMs = :to, resends = resends + :one, resentAtMs = :resent',
            ConditionExpression: 'attribute_exists(openShard) AND dueAtMs = :from',
            ExpressionAttributeValues: {
              ':to': number(toMs),
              ':from': number(fromMs),
              ...(resentAtMs === undefined ? {} : { ':one': number(1), ':resent': number(resentAtMs) }),
            },
          }),
        ),
      ),
    moveLane: (key, fromMs, toMs, lane, atMs) =>
      holds(
        dynamo.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { key: text(key) },
            UpdateExpression:
              'SET dueAtMs = :to, lane = :lane, handedOver = :false, resends = resends + :one, resentAtMs = :at',
            ConditionExpression: 'attribute_exists(openShard) AND dueAtMs = :from',
            ExpressionAttributeValues: {
              ':to': number(toMs),
              ':from': number(fromMs),
              ':lane': text(lane),
              ':false': flag(false),
              ':one': number(1),
              ':at': number(atMs),
            },
          }),
        ),
      ),
    open: (dueBeforeMs, limit) => open(dynamo, table, dueBeforeMs, limit, wait),
    read: async (key) => {
      const answer = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: { key: text(key) }, ConsistentRead: true }),
      );
      return answer.Item === undefined ? undefined : acceptanceFromItem(answer.Item);
    },
  };
}

async function accept(dynamo: DynamoDBClient, table: string, acceptance: Acceptance) {
  try {
    await dynamo.send(
      new PutItemCommand({
        TableName: table,
        Item: acceptanceItem(acceptance),
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': 'key' },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return { status: 'accepted' as const };
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    const stored = (error as { Item?: Item }).Item;
    return { status: 'exists' as const, stored: stored === undefined ? undefined : acceptanceFromItem(stored) };
  }
}

async function close(options: AcceptancesOptions, key: string, atMs: number): Promise<void> {
  const { retentionDays } = options;
  const expires = retentionDays === undefined ? undefined : epochSeconds(atMs) + retentionDays * DAY_SECONDS;
  await holds(
    options.dynamo.send(
      new UpdateItemCommand({
        TableName: options.table,
        Key: { key: text(key) },
        UpdateExpression: `SET closedAtMs = :at${expires === undefined ? '' : ', expiresAt = :expires'} REMOVE openShard`,
        ConditionExpression: 'attribute_exists(openShard)',
        ExpressionAttributeValues: {
          ':at': number(atMs),
          ...(expires === undefined ? {} : { ':expires': number(expires) }),
        },
      }),
    ),
  );
}

async function open(dynamo: DynamoDBClient, table: string, dueBeforeMs: number, limit: number, wait: Wait) {
  const shards = Array.from({ length: OPEN_SHARDS }, (_, shard) =>
    shardKeys(dynamo, table, String(shard), dueBeforeMs, limit),
  );
  const keys = (await Promise.all(shards))
    .flat()
    .sort((a, b) => a.dueAtMs - b.dueAtMs)
    .slice(0, limit)
    .map(({ key }) => ({ key: text(key) }));
  const items = await batchGet(dynamo, table, keys, { wait });
  // The index lags behind the table: what was closed or moved since is not due.
  return items
    .filter((item) => item.openShard !== undefined)
    .map(acceptanceFromItem)
    .filter((each) => each.dueAtMs < dueBeforeMs)
    .sort((a, b) => a.dueAtMs - b.dueAtMs);
}

async function shardKeys(dynamo: DynamoDBClient, table: string, shard: string, dueBeforeMs: number, limit: number) {
  const found: { key: string; dueAtMs: number }[] = [];
  let from: Item | undefined;
  do {
    const page = await dynamo.send(
      new QueryCommand({
        TableName: table,
        IndexName: OPEN_INDEX,
        KeyConditionExpression: 'openShard = :shard AND dueAtMs < :before',
        ExpressionAttributeValues: { ':shard': text(shard), ':before': number(dueBeforeMs) },
        Limit: limit - found.length,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    for (const item of page.Items ?? [])
      found.push({
        key: required(textOf(item, 'key'), 'key'),
        dueAtMs: required(numberOf(item, 'dueAtMs'), 'dueAtMs'),
      });
    from = page.LastEvaluatedKey;
  } while (from !== undefined && found.length < limit);
  return found;
}

/** What all envelopes share is stored once, and what follows from the event not at all: digests do not compress. */
type StoredEnvelope = Omit<Envelope, 'lane' | 'acceptanceKey' | 'key' | 'bodyDigest'> &
  Partial<Pick<Envelope, 'key' | 'bodyDigest'>>;

function toStored({ lane: _lane, acceptanceKey: _key, key, bodyDigest: digest, ...rest }: Envelope): StoredEnvelope {
  return {
    ...rest,
    // Kept where they are made in another way, so that what is read is always what was put.
    ...(key === recordKey(rest.tenant, rest.event.source, rest.event.id) ? {} : { key }),
    ...(digest === bodyDigest(rest.event) ? {} : { bodyDigest: digest }),
  };
}

function fromStored(stored: StoredEnvelope, lane: string, acceptanceKey: string): Envelope {
  const { tenant, event } = stored;
  return {
    ...stored,
    key: stored.key ?? recordKey(tenant, event.source, event.id),
    bodyDigest: stored.bodyDigest ?? bodyDigest(event),
    lane,
    acceptanceKey,
  };
}

/** The stored form of an acceptance that is open. */
export function acceptanceItem(acceptance: Acceptance): Item {
  return {
    key: text(acceptance.key),
    lane: text(acceptance.lane),
    acceptedAtMs: number(acceptance.acceptedAtMs),
    dueAtMs: number(acceptance.dueAtMs),
    handedOver: flag(acceptance.handedOver),
    resends: number(acceptance.resends),
    openShard: text(shardOf(acceptance.key, OPEN_SHARDS)),
    body: { B: gzipSync(JSON.stringify(acceptance.envelopes.map(toStored))) },
  };
}

/** Reads an acceptance from its stored item. */
export function acceptanceFromItem(item: Item): Acceptance {
  const key = required(textOf(item, 'key'), 'key');
  const lane = required(textOf(item, 'lane'), 'lane');
  const body = gunzipSync(required(bytesOf(item.body), 'body')).toString();
  return {
    key,
    lane,
    envelopes: (JSON.parse(body) as StoredEnvelope[]).map((each) => fromStored(each, lane, key)),
    acceptedAtMs: required(numberOf(item, 'acceptedAtMs'), 'acceptedAtMs'),
    dueAtMs: required(numberOf(item, 'dueAtMs'), 'dueAtMs'),
    handedOver: item.handedOver?.BOOL ?? false,
    resends: numberOf(item, 'resends') ?? 0,
    ...(item.resentAtMs === undefined ? {} : { resentAtMs: required(numberOf(item, 'resentAtMs'), 'resentAtMs') }),
  };
}
