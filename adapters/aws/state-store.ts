/**
 * The state store on DynamoDB: one item for each result. Partition key: the instance, so that one query shows how far an instance has
 * come, and many instances spread over the table. Sort key: the step's name.
 */
import { createHash } from 'node:crypto';
import {
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { canonicalJson } from '../../core/contracts/identity';
import {
  checkClaim,
  checkCommit,
  checkMark,
  type FailedMark,
  type StaleMark,
  type StateCommit,
  type StateResult,
} from '../../core/contracts/state';
import {
  beginChecks,
  failedChecks,
  isBegun,
  isMarkedFailed,
  isMarkedStale,
  isPut,
  isWritten,
  putChecks,
  refusalOf,
  type StateCheck,
  staleChecks,
} from '../../core/contracts/state-conditions';
import type { MarkAnswer, StateConflict, StateRefused, StateStore } from '../../core/ports';
import { type Item, text } from './attributes';
import { isConditionFailure, isThrottling } from './retry';
import { commitAnswerOf } from './state-cancellation';
import {
  beginUpdate,
  currentCheck,
  instanceText,
  markUpdate,
  putUpdate,
  stateFromItem,
  stateKeyItem,
} from './state-items';

export interface StateStoreOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}

export function createStateStore({ dynamo, table }: StateStoreOptions): StateStore {
  const update = (input: UpdateItemCommandInput) => conditional(dynamo, input);
  return {
    read: async (key) => {
      const { Item } = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: stateKeyItem(key), ConsistentRead: true }),
      );
      return Item === undefined ? undefined : stateFromItem(Item);
    },
    list: async (application, instance) => {
      const results: StateResult[] = [];
      const pages = paginateQuery(
        { client: dynamo },
        {
          TableName: table,
          KeyConditionExpression: '#instance = :instance',
          ExpressionAttributeNames: { '#instance': 'instance' },
          ExpressionAttributeValues: { ':instance': text(instanceText(application, instance)) },
          ConsistentRead: true,
        },
      );
      for await (const { Items = [] } of pages) results.push(...Items.map(stateFromItem));
      return results;
    },
    begin: async (claim, atMs) => {
      checkClaim(claim);
      const answer = await update({ ...beginUpdate(table, claim, atMs), ReturnValues: 'ALL_NEW' });
      if (answer.status === 'conflict') return answer;
      if (answer.status === 'updated') return { status: 'begun', result: stateFromItem(answer.item) };
      const { found } = answer;
      if (found && isBegun(found, claim)) return { status: 'begun', result: found };
      if (found && isPut(found, claim)) return { status: 'done', result: found };
      return refused(found, (each) => beginChecks(each, claim));
    },
    put: async (write, atMs) => {
      checkCommit({ reads: [], writes: [write] });
      const answer = await update(putUpdate(table, write, [], atMs));
      if (answer.status === 'conflict') return answer;
      const written = { status: 'written' as const, version: write.ifVersion + 1 };
      if (answer.status === 'updated') return written;
      const { found } = answer;
      return found && isWritten(found, write) ? written : refused(found, (each) => putChecks(each, write));
    },
    markStale: async (mark: StaleMark, atMs) => {
      checkMark(mark);
      const held = { name: 'version' as const, value: mark.ifVersion, freshness: 'current' as const };
      return marked(
        await update(markUpdate(table, mark, held, 'stale', atMs)),
        (found) => isMarkedStale(found, mark),
        (found) => staleChecks(found, mark),
      );
    },
    markFailed: async (mark: FailedMark, atMs) => {
      checkMark(mark);
      const held = { name: 'token' as const, value: mark.token, freshness: 'pending' as const };
      return marked(
        await update(markUpdate(table, mark, held, 'failed', atMs)),
        (found) => isMarkedFailed(found, mark),
        (found) => failedChecks(found, mark),
      );
    },
    commitIfCurrent: async (commit, atMs) => {
      checkCommit(commit);
      const { reads, writes } = commit;
      if (reads.length + writes.length === 0) return { status: 'committed' };
      const items: TransactWriteItem[] = [
        ...reads.map((each) => ({ ConditionCheck: currentCheck(table, each) })),
        ...writes.map((each) => ({ Update: putUpdate(table, each, reads, atMs) })),
      ];
      try {
        await dynamo.send(new TransactWriteItemsCommand({ TransactItems: items, ...requestToken(commit, atMs) }));
        return { status: 'committed' };
      } catch (error) {
        return commitAnswerOf(error, commit);
      }
    },
  };
}

/**
 * For the SDK's own repeats and the caller's, within ten minutes. A commit that writes nothing has none: for it DynamoDB would answer
 * with what was true the last time. The time is in it, since DynamoDB refuses another content under the same token.
 */
function requestToken(commit: StateCommit, atMs: number): { ClientRequestToken?: string } {
  if (commit.writes.length === 0) return {};
  const digest = createHash('sha256').update(canonicalJson([commit.reads, commit.writes, atMs]));
  return { ClientRequestToken: digest.digest('hex').slice(0, 36) };
}

type Updated =
  | { readonly status: 'updated'; readonly item: Item }
  | { readonly status: 'failed'; readonly found: StateResult | undefined }
  | StateConflict;

async function conditional(dynamo: DynamoDBClient, input: UpdateItemCommandInput): Promise<Updated> {
  try {
    return { status: 'updated', item: (await dynamo.send(new UpdateItemCommand(input))).Attributes ?? {} };
  } catch (error) {
    if (isConditionFailure(error)) {
      const { Item } = error as { Item?: Item };
      return { status: 'failed', found: Item === undefined ? undefined : stateFromItem(Item) };
    }
    if (isThrottling(error) || (error as Error).name === 'TransactionConflictException') return { status: 'conflict' };
    throw error;
  }
}

function marked(
  answer: Updated,
  isRepeat: (found: StateResult) => boolean,
  checks: (found: StateResult) => readonly StateCheck[],
): MarkAnswer {
  if (answer.status === 'conflict') return answer;
  if (answer.status === 'updated') return { status: 'marked' };
  const { found } = answer;
  return found && isRepeat(found) ? { status: 'marked' } : refused(found, checks);
}

function refused(
  found: StateResult | undefined,
  checks: (found: StateResult) => readonly StateCheck[],
): StateRefused | StateConflict {
  if (found === undefined) return { status: 'refused', why: 'absent', found };
  const why = refusalOf(checks(found));
  // The item holds what the database says it does not: its answer belongs to no one moment, so the call is to be repeated.
  return why === undefined ? { status: 'conflict' } : { status: 'refused', why, found };
}
