/**
 * The state store on DynamoDB, whole: for whoever makes results. What is read of it is in state-reads.ts, what is said of a result in
 * state-marks.ts, so that functions that do no more have no more in their bundles.
 */
import { createHash } from 'node:crypto';
import {
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { canonicalJson } from '../../core/contracts/identity';
import { checkClaim, checkCommit, type StateCommit } from '../../core/contracts/state';
import { beginChecks, isBegun, isPut, isWritten, putChecks } from '../../core/contracts/state-conditions';
import type { StateStore } from '../../core/ports';
import { commitAnswerOf } from './state-cancellation';
import { beginUpdate, currentCheck, putUpdate, stateFromItem } from './state-items';
import { createStateMarks } from './state-marks';
import { createStateReads, type StateStoreOptions } from './state-reads';
import { refused, updateState } from './state-update';

export function createStateStore(options: StateStoreOptions): StateStore {
  const { dynamo, table } = options;
  const update = (input: UpdateItemCommandInput) => updateState(dynamo, input);
  return {
    ...createStateReads(options),
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
    ...createStateMarks(options),
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
