/** What a cancelled transaction of the state store means: which conditions failed, a repeat of one that succeeded, or "later". */
import type { StateCommit, StateResult } from '../../core/contracts/state';
import { isWritten, putChecks, readChecks, refusalOf } from '../../core/contracts/state-conditions';
import type { StateCommitAnswer, StateCommitRefusal } from '../../core/ports';
import type { Item } from './attributes';
import { isThrottling } from './retry';
import { stateFromItem } from './state-items';

interface Reason {
  readonly Code?: string;
  readonly Item?: Item;
}

const LATER = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);
const LATER_ERRORS = new Set(['TransactionConflictException', 'TransactionInProgressException']);

/** The reasons are in the order of the transaction's items: the reads, then the writes. */
export function commitAnswerOf(error: unknown, commit: StateCommit): StateCommitAnswer {
  if (!(error instanceof Error)) throw error;
  if (isThrottling(error) || LATER_ERRORS.has(error.name)) return { status: 'conflict' };
  if (error.name !== 'TransactionCanceledException') throw error;
  const reasons = (error as { CancellationReasons?: readonly Reason[] }).CancellationReasons ?? [];
  const busy = reasons.some(({ Code }) => Code !== undefined && LATER.has(Code));
  const refusals = reasons.flatMap((reason, index) =>
    reason.Code === 'ConditionalCheckFailed' ? [refusalAt(commit, index, reason.Item)] : [],
  );
  const written = refusals.filter((each) => isRepeat(commit, each)).length;
  if (commit.writes.length > 0 && written === commit.writes.length) return { status: 'committed' };
  // Some of a repeat's items were not looked at: the next try will tell whether it is one.
  if (busy && (written > 0 || refusals.length === 0)) return { status: 'conflict' };
  if (refusals.length > 0) return { status: 'refused', refusals };
  throw error;
}

function refusalAt(commit: StateCommit, at: number, item: Item | undefined): StateCommitRefusal {
  const found: StateResult | undefined = item === undefined ? undefined : stateFromItem(item);
  const ofRead = at < commit.reads.length;
  const index = ofRead ? at : at - commit.reads.length;
  const [read, write] = [commit.reads[at], commit.writes[index]];
  const checks = found === undefined ? [] : ofRead ? read && readChecks(found, read) : write && putChecks(found, write);
  return { of: ofRead ? 'read' : 'write', index, why: refusalOf(checks ?? []) ?? 'absent', found };
}

function isRepeat(commit: StateCommit, { of, index, found }: StateCommitRefusal): boolean {
  const write = commit.writes[index];
  return of === 'write' && found !== undefined && write !== undefined && isWritten(found, write);
}
