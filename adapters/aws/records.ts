/** The records table. */
import { type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { NodeOutput, Progress, RecordKey } from '../../core/contracts/ledger';
import type { Records } from '../../core/ports/records';
import { DAY_SECONDS, epochSeconds, type Item, number, text } from './attributes';
import { batchGet } from './batch-get';
import { commitGroup, RECORD_GRACE_DAYS } from './commit';
import { listDead } from './dead-index';
import { encodeOutput } from './outcome-codec';
import { encodeProgress, recordFromItem, recordKeyItem } from './record-items';
import { holds, isConditionFailure, jitteredWait, type Wait } from './retry';

export { recordFromItem } from './record-items';

export interface RecordsOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  readonly contextTable: string;
  /** The ledger's retention; records stay some days longer than acceptances. */
  readonly retentionDays: number;
  readonly wait?: Wait;
}

export function createRecords(options: RecordsOptions): Records {
  const { dynamo, table } = options;
  const wait = options.wait ?? jitteredWait;
  return {
    read: async (keys) => (await batchGet(dynamo, table, keys.map(recordKeyItem), { wait })).map(recordFromItem),
    readEventually: async (keys) =>
      (await batchGet(dynamo, table, keys.map(recordKeyItem), { wait, consistent: false })).map(recordFromItem),
    dead: (query) => listDead({ dynamo, table }, query),
    latest: async (key) => {
      const answer = await dynamo.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': 'key' },
          ExpressionAttributeValues: { ':key': text(key) },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: 1,
        }),
      );
      const [item] = answer.Items ?? [];
      return item === undefined ? undefined : recordFromItem(item);
    },
    commit: (group, attemptId) => commitGroup(options, group, attemptId),
    putProgress: (key, progress) => putProgress(options, key, progress),
    addBranch: (key, stage, branch, output) => addBranch(options, key, stage, branch, output),
    noteError: (key, error, attemptsRead) => noteError(options, key, error, attemptsRead),
  };
}

/** A record without an outcome expires by when it was last touched. */
const expiry = (retentionDays: number) =>
  number(epochSeconds(Date.now()) + (retentionDays + RECORD_GRACE_DAYS) * DAY_SECONDS);

async function putProgress(options: RecordsOptions, key: RecordKey, progress: Progress) {
  const branches: Item = Object.fromEntries(
    Object.entries(progress.branches).map(([name, output]) => [name, encodeOutput(key.key, output)]),
  );
  const written = await holds(
    options.dynamo.send(
      new UpdateItemCommand({
        TableName: options.table,
        Key: recordKeyItem(key),
        UpdateExpression: 'SET stage = :stage, progress = :progress, branches = :branches, expiresAt = :expires',
        ConditionExpression: 'attribute_not_exists(outcome) AND (attribute_not_exists(stage) OR stage < :stage)',
        ExpressionAttributeValues: {
          ':stage': number(progress.position.stage),
          ':progress': encodeProgress(key.key, progress),
          ':branches': { M: branches },
          ':expires': expiry(options.retentionDays),
        },
      }),
    ),
  );
  return written ? 'written' : 'refused';
}

async function addBranch(options: RecordsOptions, key: RecordKey, stage: number, branch: string, output: NodeOutput) {
  try {
    const answer = await options.dynamo.send(
      new UpdateItemCommand({
        TableName: options.table,
        Key: recordKeyItem(key),
        UpdateExpression: 'SET branches.#branch = :output',
        ConditionExpression:
          'attribute_not_exists(outcome) AND stage = :stage AND attribute_not_exists(branches.#branch)',
        ExpressionAttributeNames: { '#branch': branch },
        ExpressionAttributeValues: { ':output': encodeOutput(key.key, output), ':stage': number(stage) },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return { status: 'written' as const, record: recordFromItem(answer.Attributes ?? {}) };
  } catch (error) {
    if (isConditionFailure(error)) return { status: 'refused' as const };
    throw error;
  }
}

/** Another worker's note or outcome coming first is no fault: the error is then theirs to tell. */
async function noteError(options: RecordsOptions, key: RecordKey, error: string, attemptsRead: number): Promise<void> {
  await holds(
    options.dynamo.send(
      new UpdateItemCommand({
        TableName: options.table,
        Key: recordKeyItem(key),
        UpdateExpression: 'SET attempts = :next, lastError = :error, expiresAt = :expires',
        ConditionExpression:
          attemptsRead === 0
            ? 'attribute_not_exists(outcome) AND (attribute_not_exists(attempts) OR attempts = :read)'
            : 'attribute_not_exists(outcome) AND attempts = :read',
        ExpressionAttributeValues: {
          ':next': number(attemptsRead + 1),
          ':read': number(attemptsRead),
          ':error': text(error),
          ':expires': expiry(options.retentionDays),
        },
      }),
    ),
  );
}
