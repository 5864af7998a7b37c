/** Saying of a result that it is wrong or given up: all that a function writes there which makes none itself. */
import { checkMark, type FailedMark, type StaleMark, type StateResult } from '../../core/contracts/state';
import {
  failedChecks,
  isMarkedFailed,
  isMarkedStale,
  type StateCheck,
  staleChecks,
} from '../../core/contracts/state-conditions';
import type { MarkAnswer, StateStore } from '../../core/ports';
import { markUpdate } from './state-items';
import type { StateStoreOptions } from './state-reads';
import { refused, type Updated, updateState } from './state-update';

export function createStateMarks({ dynamo, table }: StateStoreOptions): Pick<StateStore, 'markStale' | 'markFailed'> {
  return {
    markStale: async (mark: StaleMark, atMs) => {
      checkMark(mark);
      const held = { name: 'version' as const, value: mark.ifVersion, freshness: 'current' as const };
      return marked(
        await updateState(dynamo, markUpdate(table, mark, held, 'stale', atMs)),
        (found) => isMarkedStale(found, mark),
        (found) => staleChecks(found, mark),
      );
    },
    markFailed: async (mark: FailedMark, atMs) => {
      checkMark(mark);
      const held = { name: 'token' as const, value: mark.token, freshness: 'pending' as const };
      return marked(
        await updateState(dynamo, markUpdate(table, mark, held, 'failed', atMs)),
        (found) => isMarkedFailed(found, mark),
        (found) => failedChecks(found, mark),
      );
    },
  };
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
