/** Waits until events have what came of them: an outcome, or a place in quarantine. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerRecord, Outcome } from '../core/contracts/ledger';
import type { Connection } from './connection';
import { recordsOf } from './readers/ledger';
import { readQuarantine } from './readers/quarantine';

export interface Fate {
  readonly key: string;
  readonly outcome?: Outcome;
  /** Why it was refused. */
  readonly quarantined?: string;
}
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 2_000;

/** Answers when all have a fate, or when the time is over: then some have none. */
export async function awaitOutcomes(
  connection: Connection,
  keys: readonly string[],
  options: {
    readonly seconds: number;
    readonly sinceMs: number;
    readonly signal?: AbortSignal;
    /** The key of a refused event that had no identity for the platform; left out: such a one stays without a fate. */
    readonly keyOfRaw?: (raw: string) => string | undefined;
  },
): Promise<Fate[]> {
  const records = recordsOf(connection);
  const fates = new Map<string, Fate>();
  const endMs = Date.now() + options.seconds * 1000;
  let waitMs = FIRST_WAIT_MS;
  while (true) {
    const open = [...new Set(keys)].filter((key) => !fates.has(key));
    const found = await records.read(open.map((key) => ({ key, generation: 1 })));
    for (const each of found.filter(decided)) fates.set(each.key, { key: each.key, outcome: each.outcome });
    // A second-best look, so a rare one: the bucket is listed whole.
    if (fates.size < open.length && waitMs >= LONGEST_WAIT_MS)
      for (const { entries } of await readQuarantine(connection, options.sinceMs))
        for (const { key: named, raw, reason } of entries) {
          const key = named ?? options.keyOfRaw?.(raw);
          if (key && open.includes(key)) fates.set(key, { key, quarantined: reason });
        }
    const left = open.some((key) => !fates.has(key));
    if (!left || Date.now() >= endMs || options.signal?.aborted) break;
    await sleep(waitMs, undefined, { signal: options.signal }).catch(() => undefined);
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 1.5);
  }
  return keys.map((key) => fates.get(key) ?? { key });
}

const decided = (record: LedgerRecord): record is LedgerRecord & { outcome: Outcome } => record.outcome !== undefined;
