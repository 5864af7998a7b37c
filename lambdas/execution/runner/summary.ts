/** One line's worth of figures about a batch. */
import type { SettledWork } from './types';

export interface Summary {
  readonly records: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Acceptance to outcome, of the outcomes that this batch committed. */
  readonly latenciesMs: readonly number[];
  /** Ids of the messages that go back: the batch item failures. */
  readonly returned: readonly string[];
}

export function summarise(settled: readonly SettledWork[]): Summary {
  const counts: Record<string, number> = {};
  const latenciesMs: number[] = [];
  const returned: string[] = [];
  for (const { delivery, settled: each } of settled) {
    counts[each.status] = (counts[each.status] ?? 0) + 1;
    if ('latencyMs' in each) latenciesMs.push(Math.max(0, each.latencyMs));
    if (each.status === 'returned') returned.push(delivery.messageId);
  }
  return { records: settled.length, counts, latenciesMs, returned };
}
