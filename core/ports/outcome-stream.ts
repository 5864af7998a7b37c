import type { LedgerRecord } from '../contracts/ledger';
import type { StreamRange } from '../contracts/stream-failure';

export type OutcomePage =
  | {
      readonly status: 'ok';
      /** New images that hold an outcome, in the order of their writes. */
      readonly records: readonly LedgerRecord[];
      /** Keys of images that should hold one and cannot be read. */
      readonly unreadable: readonly string[];
      /** Where the range goes on; absent at its end. */
      readonly next?: string;
    }
  /** The stream holds the range no more, or no longer from its start. */
  | { readonly status: 'gone' };

/** The stream of the records table, read again: it remembers for 24 hours. */
export interface OutcomeStream {
  /** A part of the range, from its start or from an earlier part's `next`. */
  read(range: StreamRange, from?: string): Promise<OutcomePage>;
}
