/** What the parts of the runner hand to one another. */
import type { Delivery } from '../../../core/contracts/lane-message';
import type { LedgerRecord } from '../../../core/contracts/ledger';
import type { Claims, ContextStore, Control, LaneQueue, Log, Quarantine, Records } from '../../../core/ports';
import type { ChainIndex } from '../../../core/units/choose-chain';
import type { Candidate } from '../../../core/units/fold';

export interface RunnerPorts {
  readonly records: Records;
  readonly contexts: ContextStore;
  readonly control: Control;
  readonly lanes: LaneQueue;
  readonly quarantine: Quarantine;
  readonly claims: Claims;
  readonly log: Log;
}

export interface RunnerSettings {
  readonly environment: string;
  readonly lane: string;
  readonly ordered: boolean;
  /** The runner of a pool's suspects: moves nothing aside. */
  readonly suspects: boolean;
  readonly chains: ChainIndex;
  /** Commits under way at the same time. */
  readonly parallel: number;
}

/** What is not given by the messages: the clock (epoch ms), chance in [0, 1), and waiting. */
export interface Tools {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

export interface Runner {
  readonly ports: RunnerPorts;
  readonly settings: RunnerSettings;
  readonly tools: Tools;
  /** Tells the monitor of an error that nobody expected: one line for each kind and second, whatever a batch fails on. */
  readonly report: (error: unknown) => void;
}

/** A message with its record, where it was read. */
export interface Work {
  readonly delivery: Delivery;
  readonly record?: LedgerRecord;
}

export type CandidateWork = Candidate & Work;

/** A message with another body than the one accepted before it under the same identity. */
export interface Refused {
  readonly work: Work;
  readonly reason: string;
}

/** What became of one message. `returned` goes back to its queue; everything else is acknowledged. */
export type Settled =
  | { readonly status: 'done' | 'dead' | 'expired'; readonly latencyMs: number }
  | { readonly status: 'continued' | 'repeat' | 'moved-aside' | 'held' }
  | { readonly status: 'quarantined'; readonly refused: Refused }
  | { readonly status: 'returned' };

export interface SettledWork {
  readonly delivery: Delivery;
  readonly settled: Settled;
}

/** Runs `each` over all items, at most `limit` at once, and keeps their order. */
export async function mapLimit<Item, Result>(
  items: readonly Item[],
  limit: number,
  each: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await each(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
