/** A commit group as DynamoDB writes, and what DynamoDB's refusals mean. */
import { createHash } from 'node:crypto';
import {
  type DynamoDBClient,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { CommitGroup, CommitResult, ContextWrite, OutcomeCommit } from '../../core/contracts/ledger';
import { DEAD_SHARDS } from '../../core/contracts/names';
import { DAY_SECONDS, epochSeconds, type Item, json, number, shardOf, text } from './attributes';
import { encodeOutcome } from './outcome-codec';
import { recordKeyItem } from './record-items';
import { isConditionFailure, isThrottling } from './retry';

/** A record outlives its acceptance and every queue's retention (14 days at most), whatever the ledger's own retention is. */
export const RECORD_GRACE_DAYS = 15;
/** TransactWriteItems' limit. */
const ITEMS_PER_TRANSACTION = 100;
const TOKEN_CHARACTERS = 36;

export interface CommitTables {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  readonly contextTable: string;
  readonly retentionDays: number;
}

export async function commitGroup(tables: CommitTables, group: CommitGroup, attemptId: string): Promise<CommitResult> {
  const count = group.outcomes.length + group.contexts.length;
  if (count > ITEMS_PER_TRANSACTION) throw new RangeError(`${count} items in one commit; at most 100`);
  if (count === 0) return { status: 'committed' };
  const [only] = group.outcomes;
  return only !== undefined && count === 1
    ? commitOne(tables, only)
    : commitTogether(tables, group, attemptId.length <= TOKEN_CHARACTERS ? attemptId : shortened(attemptId));
}

async function commitOne(tables: CommitTables, commit: OutcomeCommit): Promise<CommitResult> {
  try {
    await tables.dynamo.send(new UpdateItemCommand(outcomeUpdate(tables, commit)));
    return { status: 'committed' };
  } catch (error) {
    if (isConditionFailure(error)) return { status: 'refused', outcomes: [0], contexts: [] };
    return conflictOrThrow(error);
  }
}

async function commitTogether(tables: CommitTables, group: CommitGroup, token: string): Promise<CommitResult> {
  const items: TransactWriteItem[] = [
    ...group.outcomes.map((each) => ({ Update: outcomeUpdate(tables, each) })),
    ...group.contexts.map((each) => ({ Put: contextPut(tables.contextTable, each) })),
  ];
  try {
    await tables.dynamo.send(new TransactWriteItemsCommand({ TransactItems: items, ClientRequestToken: token }));
    return { status: 'committed' };
  } catch (error) {
    return refusalOf(error, group.outcomes.length);
  }
}

/** Progress is dropped with the outcome: nothing reads it any more, and it would cost write units and stream bytes. */
function outcomeUpdate(tables: CommitTables, commit: OutcomeCommit) {
  const { outcome, atMostStage } = commit;
  const dead = outcome.kind === 'DEAD';
  const expires = epochSeconds(outcome.decidedAtMs) + (tables.retentionDays + RECORD_GRACE_DAYS) * DAY_SECONDS;
  return {
    TableName: tables.table,
    Key: recordKeyItem(commit),
    UpdateExpression: `SET outcome = :outcome, kind = :kind, expiresAt = :expires${
      dead ? ', deadShard = :shard, decidedAtMs = :decided' : ''
    } REMOVE progress, branches, stage`,
    ConditionExpression: `attribute_not_exists(outcome)${
      atMostStage === undefined ? '' : ' AND (attribute_not_exists(stage) OR stage <= :stage)'
    }`,
    ExpressionAttributeValues: {
      ':outcome': encodeOutcome(commit.key, outcome),
      ':kind': text(outcome.kind),
      ':expires': number(expires),
      ...(dead ? { ':shard': text(shardOf(commit.key, DEAD_SHARDS)), ':decided': number(outcome.decidedAtMs) } : {}),
      ...(atMostStage === undefined ? {} : { ':stage': number(atMostStage) }),
    } satisfies Item,
  };
}

function contextPut(table: string, { next, expectedVersion }: ContextWrite) {
  const item: Item = {
    key: text(next.key),
    version: number(next.version),
    n: number(next.n),
    value: json(next.value),
    ...(next.sequence === undefined ? {} : { sequence: text(next.sequence) }),
  };
  const names = { '#key': 'key', '#version': 'version' };
  return expectedVersion === 0
    ? {
        TableName: table,
        Item: item,
        ConditionExpression: 'attribute_not_exists(#key)',
        ExpressionAttributeNames: { '#key': names['#key'] },
      }
    : {
        TableName: table,
        Item: item,
        ConditionExpression: '#version = :expected',
        ExpressionAttributeNames: { '#version': names['#version'] },
        ExpressionAttributeValues: { ':expected': number(expectedVersion) } satisfies Item,
      };
}

const BUSY_REASONS = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** A condition that failed comes before a conflict: the caller can act on it, and the rest is tried again anyway. */
function refusalOf(error: unknown, outcomeCount: number): CommitResult {
  if (!(error instanceof Error) || error.name !== 'TransactionCanceledException') return conflictOrThrow(error);
  const codes = ((error as { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? []).map(
    (each) => each.Code ?? 'None',
  );
  const failed = codes.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [index] : []));
  if (failed.length > 0)
    return {
      status: 'refused',
      outcomes: failed.filter((index) => index < outcomeCount),
      contexts: failed.filter((index) => index >= outcomeCount).map((index) => index - outcomeCount),
    };
  if (codes.some((code) => BUSY_REASONS.has(code))) return { status: 'conflict' };
  throw error;
}

const CONFLICTS = new Set(['TransactionConflictException', 'TransactionInProgressException']);

function conflictOrThrow(error: unknown): CommitResult {
  if (isThrottling(error) || (error instanceof Error && CONFLICTS.has(error.name))) return { status: 'conflict' };
  throw error;
}

const shortened = (attemptId: string): string =>
  createHash('sha256').update(attemptId).digest('hex').slice(0, TOKEN_CHARACTERS);
