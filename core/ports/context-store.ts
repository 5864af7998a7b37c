import type { ContextItem } from '../contracts/ledger';

/** Read side of the contexts; they are written only in a commit (see `Records.commit`). */
export interface ContextStore {
  /** Consistent, batched. Absent ones are left out. */
  read(keys: readonly string[]): Promise<readonly ContextItem[]>;
}
