import type { KeyedWrite } from '../contracts/ledger';

/** The state store, where keyed writes take effect. Only the publisher writes it. */
export interface Effects {
  /** Put if absent or newer. `stale`: an equal or newer version is there already. */
  apply(write: KeyedWrite): Promise<'applied' | 'stale'>;
  read(collection: string, key: string): Promise<KeyedWrite | undefined>;
}
