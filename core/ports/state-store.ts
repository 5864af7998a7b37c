import type {
  FailedMark,
  StaleMark,
  StateBegin,
  StateCommit,
  StateKey,
  StateResult,
  StateWrite,
} from '../contracts/state';
import type { StateRefusal } from '../contracts/state-conditions';

/** Nothing was written. `found`: what was there at that moment, `undefined` where nothing was. */
export interface StateRefused {
  readonly status: 'refused';
  readonly why: StateRefusal;
  readonly found: StateResult | undefined;
}

/** Another transaction was in the way, or the store was busy: the same call may be repeated. */
export interface StateConflict {
  readonly status: 'conflict';
}

export type BeginAnswer =
  /** It is pending for this claim, now or since an earlier call. `result.version` is what a put names. */
  | { readonly status: 'begun'; readonly result: StateResult }
  /** This claim has put its value already: there is nothing left to do. */
  | { readonly status: 'done'; readonly result: StateResult }
  | StateRefused
  | StateConflict;

/** `version`: the one that the put made. */
export type PutAnswer = { readonly status: 'written'; readonly version: number } | StateRefused | StateConflict;

export type MarkAnswer = { readonly status: 'marked' } | StateRefused | StateConflict;

/** One condition of a commit that did not hold. */
export interface StateCommitRefusal {
  readonly of: 'read' | 'write';
  /** Into `reads` or `writes`. */
  readonly index: number;
  readonly why: StateRefusal;
  readonly found: StateResult | undefined;
}

export type StateCommitAnswer =
  | { readonly status: 'committed' }
  /** Every condition that failed; nothing was written. */
  | { readonly status: 'refused'; readonly refusals: readonly StateCommitRefusal[] }
  | StateConflict;

/**
 * Versioned results of steps. A repeat of a call whose answer was lost gives the same answer, as long as nobody else has begun since:
 * what was written says by whose claim it was. `atMs` is the caller's clock.
 */
export interface StateStore {
  /** Consistent. `undefined` where nothing was ever begun. */
  read(key: StateKey): Promise<StateResult | undefined>;
  /** All results of one instance, consistent each by itself, in order of their names. */
  list(application: string, instance: string): Promise<readonly StateResult[]>;
  /** Makes it pending for this claim, where it names no version or the last one. From then on no earlier token can write it, and nobody can act on the version before. */
  begin(claim: StateBegin, atMs: number): Promise<BeginAnswer>;
  /** Ends what this claim began: the value is current, at the next version. */
  put(write: StateWrite, atMs: number): Promise<PutAnswer>;
  /** Says that a current version is wrong. Its dependents are told by the table's stream. */
  markStale(mark: StaleMark, atMs: number): Promise<MarkAnswer>;
  /** Gives up a pending attempt: its own step does, or a recovery for it. Its put is refused from then on. */
  markFailed(mark: FailedMark, atMs: number): Promise<MarkAnswer>;
  /** Puts all the writes while all the reads are current, or nothing. The reads become the writes' basis. */
  commitIfCurrent(commit: StateCommit, atMs: number): Promise<StateCommitAnswer>;
}
