import type { Acceptance } from '../contracts/ledger';

/** The acceptances of the ledger: the outbox between ingestion and the lanes. */
export interface Acceptances {
  /** Puts it where there is none. On `exists`, the stored one is returned: it tells whether the hand-off is still owed. */
  accept(
    acceptance: Acceptance,
  ): Promise<{ status: 'accepted' } | { status: 'exists'; stored: Acceptance | undefined }>;
  /** Only after every send has succeeded. No effect on a closed one. */
  markHandedOver(key: string): Promise<void>;
  /** Takes it out of the open index; the item stays until its retention ends. */
  close(key: string, atMs: number): Promise<void>;
  /**
   * Moves the due time on the condition that it is still `fromMs`; false: another sweep was first. With `resentAtMs` it also
   * counts a re-send and keeps its time; without, it only looks again later.
   */
  moveDue(key: string, fromMs: number, toMs: number, resentAtMs?: number): Promise<boolean>;
  /**
   * Gives it to another lane, as a re-send that is not handed over yet, on the same condition as `moveDue`. Its envelopes name the
   * new lane from then on.
   */
  moveLane(key: string, fromMs: number, toMs: number, lane: string, atMs: number): Promise<boolean>;
  /** Open acceptances that were due before then, over all shards, oldest first within a shard. */
  open(dueBeforeMs: number, limit: number): Promise<readonly Acceptance[]>;
  read(key: string): Promise<Acceptance | undefined>;
}
