/**
 * Notes on DEAD outcomes that a person has given up. The outcome stays as it is, since a record only moves forward: the note stands
 * beside it, in the control table, once.
 */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  ConditionalCheckFailedException,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { RecordKey } from '../core/contracts/ledger';
import type { Connection } from './connection';

export interface Discard extends RecordKey {
  readonly reason: string;
  readonly atMs: number;
}

const BATCH = 100;
const idOf = ({ key, generation }: RecordKey) => `discard#${key}#${generation}`;

/** False: it was discarded before, and that reason stays. */
export async function putDiscard({ clients, names }: Connection, discard: Discard): Promise<boolean> {
  try {
    await clients.dynamo.send(
      new PutItemCommand({
        TableName: names.controlTable,
        Item: { id: { S: idOf(discard) }, reason: { S: discard.reason }, atMs: { N: String(discard.atMs) } },
        ConditionExpression: 'attribute_not_exists(id)',
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

export async function discardsOf({ clients, names }: Connection, keys: readonly RecordKey[]): Promise<Discard[]> {
  const byId = new Map(keys.map((each) => [idOf(each), each]));
  const ids = [...byId.keys()];
  const found: Discard[] = [];
  for (let from = 0; from < ids.length; from += BATCH) {
    let request: BatchGetItemCommandInput['RequestItems'] = {
      [names.controlTable]: { Keys: ids.slice(from, from + BATCH).map((id) => ({ id: { S: id } })) },
    };
    while (request && Object.keys(request).length > 0) {
      const answer: {
        Responses?: Record<string, Record<string, { S?: string; N?: string }>[]>;
        UnprocessedKeys?: typeof request;
      } = (await clients.dynamo.send(new BatchGetItemCommand({ RequestItems: request }))) as never;
      for (const { id, reason, atMs } of answer.Responses?.[names.controlTable] ?? []) {
        const key = byId.get(id?.S ?? '');
        if (key) found.push({ ...key, reason: reason?.S ?? '', atMs: Number(atMs?.N ?? 0) });
      }
      request = answer.UnprocessedKeys;
    }
  }
  return found;
}
