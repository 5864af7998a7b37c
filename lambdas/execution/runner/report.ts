/** Errors that nobody expected, for the monitor: a flood of one kind is one line each second, since the ledger has each event's own. */
import type { Log } from '../../../core/ports';

const EVERY_MS = 1_000;
/** Names are classes' names; should somebody make them up, the oldest are forgotten. */
const MOST_NAMES = 50;

export function createReport(log: Log, lane: string, now: () => number): (error: unknown) => void {
  const saidAtMs = new Map<string, number>();
  return (error) => {
    const name = error instanceof Error ? error.name : typeof error;
    const nowMs = now();
    const before = saidAtMs.get(name);
    if (before !== undefined && nowMs - before < EVERY_MS) return;
    if (saidAtMs.size >= MOST_NAMES) saidAtMs.clear();
    saidAtMs.set(name, nowMs);
    log.error('an event failed', { lane, error });
  };
}
