/** The capacity of lanes: what the provider says of it, and changes to it. Each change is one call, and is repeated without harm. */
import type { AccountObservation, LaneCapacity } from '../contracts/scheduling';

export interface Capacity {
  read(lane: string): Promise<Omit<LaneCapacity, 'form'>>;
  account(): Promise<AccountObservation>;
  /** Asks for this many provisioned environments on `live`, instead of those before. At least 1. */
  provision(lane: string, environments: number): Promise<void>;
  /** Gives all provisioned environments back; nothing where there are none. */
  release(lane: string): Promise<void>;
  updateMapping(
    lane: string,
    settings: Pick<LaneCapacity, 'maximumConcurrency' | 'batchSize' | 'batchWindowSeconds'>,
  ): Promise<void>;
}
