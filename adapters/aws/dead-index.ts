/** The sparse index of DEAD outcomes: what `dlq list` and the reconciler look through. */
import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { LedgerRecord, RecordKey } from '../../core/contracts/ledger';
import { DEAD_INDEX, DEAD_SHARDS } from '../../core/contracts/names';
import { number, numberOf, required, text, textOf } from './attributes';
import { batchGet } from './batch-get';
import { recordFromItem, recordKeyItem } from './record-items';

export interface DeadQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** Newest first. The index holds keys only, so that the records are read from the table itself, consistently. */
export async function listDead(
  { dynamo, table }: { readonly dynamo: DynamoDBClient; readonly table: string },
  query: DeadQuery,
): Promise<readonly LedgerRecord[]> {
  const shards = Array.from({ length: DEAD_SHARDS }, (_, shard) => shardKeys(dynamo, table, String(shard), query));
  const keys = (await Promise.all(shards))
    .flat()
    .sort((a, b) => b.decidedAtMs - a.decidedAtMs)
    .slice(0, query.limit);
  const records = (await batchGet(dynamo, table, keys.map(recordKeyItem))).map(recordFromItem);
  return records.sort((a, b) => (b.outcome?.decidedAtMs ?? 0) - (a.outcome?.decidedAtMs ?? 0));
}

async function shardKeys(dynamo: DynamoDBClient, table: string, shard: string, query: DeadQuery) {
  const keys: (RecordKey & { decidedAtMs: number })[] = [];
  const pages = paginateQuery(
    { client: dynamo },
    {
      TableName: table,
      IndexName: DEAD_INDEX,
      KeyConditionExpression: 'deadShard = :shard AND decidedAtMs BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':shard': text(shard), ':from': number(query.fromMs), ':to': number(query.toMs) },
      ScanIndexForward: false,
    },
  );
  for await (const page of pages) {
    for (const item of page.Items ?? [])
      keys.push({
        key: required(textOf(item, 'key'), 'key'),
        generation: required(numberOf(item, 'generation'), 'generation'),
        decidedAtMs: required(numberOf(item, 'decidedAtMs'), 'decidedAtMs'),
      });
    if (keys.length >= query.limit) break;
  }
  return keys;
}
