import type { EmittedEvent } from '../contracts/ledger';

/** Publishes emitted events on the bus. */
export interface EventBus {
  /** Indexes of the events that were not taken. */
  publish(events: readonly EmittedEvent[]): Promise<readonly number[]>;
}
