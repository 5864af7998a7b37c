import type { CommitGroup, CommitResult, LedgerRecord, NodeOutput, Progress, RecordKey } from '../contracts/ledger';

/** The records of the ledger: one per event and generation, forward only, exactly one outcome. */
export interface Records {
  /** Consistent reads. Absent records are left out. */
  read(keys: readonly RecordKey[]): Promise<readonly LedgerRecord[]>;
  /**
   * At half the price, but maybe of a moment ago: an outcome in the answer is there for good, since none is ever taken away;
   * what the answer lacks may be there all the same.
   */
  readEventually(keys: readonly RecordKey[]): Promise<readonly LedgerRecord[]>;
  /** Those that ended DEAD within the time, the newest first; each as it is in the table. May lack those of the last moments. */
  dead(query: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly limit: number;
  }): Promise<readonly LedgerRecord[]>;
  /** Greatest generation that has a record; undefined where there is none. */
  latest(key: string): Promise<LedgerRecord | undefined>;
  /** `attemptId` guards one attempt's lost answer (ClientRequestToken), nothing more. */
  commit(group: CommitGroup, attemptId: string): Promise<CommitResult>;
  /** On the condition: no outcome, and stored progress at an earlier stage. `refused`: read what is there. */
  putProgress(key: RecordKey, progress: Progress): Promise<'written' | 'refused'>;
  /**
   * Adds a finished branch on the condition: no outcome, progress at this stage, and this branch not in the set.
   * Answers with the record as it is afterwards, so that whoever completes the set can tell.
   */
  addBranch(
    key: RecordKey,
    stage: number,
    branch: string,
    output: NodeOutput,
  ): Promise<{ status: 'written'; record: LedgerRecord } | { status: 'refused' }>;
  /** Adds an attempt and its error, on the condition that there is no outcome and that `attempts` is still what was read. */
  noteError(key: RecordKey, error: string, attemptsRead: number): Promise<void>;
}
