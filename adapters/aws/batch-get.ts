/** BatchGetItem over any number of keys, with what it leaves unprocessed asked for again. */
import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes';
import { jitteredWait, MAX_REPEATS, type Wait } from './retry';

/** DynamoDB's limit for one call. */
const KEYS_PER_CALL = 100;

export interface BatchGetOptions {
  readonly wait?: Wait;
  /** Left out: consistent. Otherwise at half the price, and maybe of a moment ago. */
  readonly consistent?: boolean;
}

/** Throws where keys are left after the repeats: an absent item must not be confused with an unread one. */
export async function batchGet(
  dynamo: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  { wait = jitteredWait, consistent = true }: BatchGetOptions = {},
): Promise<Item[]> {
  const distinct = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
  const calls: Promise<Item[]>[] = [];
  for (let from = 0; from < distinct.length; from += KEYS_PER_CALL)
    calls.push(getAll(dynamo, table, distinct.slice(from, from + KEYS_PER_CALL), wait, consistent));
  return (await Promise.all(calls)).flat();
}

async function getAll(
  dynamo: DynamoDBClient,
  table: string,
  keys: Item[],
  wait: Wait,
  ConsistentRead: boolean,
): Promise<Item[]> {
  const found: Item[] = [];
  let left = keys;
  for (let repeat = 0; ; repeat++) {
    const answer = await dynamo.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead } } }),
    );
    found.push(...(answer.Responses?.[table] ?? []));
    left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (left.length === 0) return found;
    if (repeat === MAX_REPEATS)
      throw new Error(`${left.length} keys of ${table} left unprocessed after ${repeat} repeats`);
    await wait(repeat + 1);
  }
}
