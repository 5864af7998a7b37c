/** Sends a workload by its schedule, and keeps the journal: an event is in it whether or not the source took it. */

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '../../core/contracts/journal';
import type { Connection } from '../connection';
import { journalEntry, type PlannedEvent } from './generator';
import { createSender, type Send } from './senders';

export interface DriveOptions {
  readonly connection: Connection;
  readonly schedule: Iterable<number>;
  readonly next: (nowMs: number) => PlannedEvent;
  /** Stops after so many events, or so many seconds, whichever comes first. */
  readonly count?: number;
  readonly seconds?: number;
  readonly journal?: string;
  readonly signal?: AbortSignal;
  readonly onSent?: (sent: number, offsetMs: number) => void;
}

const TICK_MS = 50;
/** Events of one call to a source at the most: an object or a put should not wait for its neighbours. */
const MOST_AT_ONCE = 500;

export async function drive(options: DriveOptions): Promise<readonly JournalEntry[]> {
  const { connection, signal } = options;
  const journal = options.journal === undefined ? undefined : createWriteStream(options.journal);
  if (journal) await once(journal, 'open');
  const senders = new Map<string, Send>();
  const lanes = new Map<string, Promise<void>>();
  const entries: JournalEntry[] = [];
  const failures: unknown[] = [];
  const due = schedule(options);
  const startMs = Date.now();
  let upcoming = due.next();
  while (!upcoming.done && !signal?.aborted && failures.length === 0) {
    const offsetMs = Date.now() - startMs;
    if (options.seconds !== undefined && offsetMs >= options.seconds * 1000) break;
    const batch: PlannedEvent[] = [];
    while (!upcoming.done && upcoming.value <= offsetMs && batch.length < MOST_AT_ONCE) {
      batch.push(options.next(Date.now()));
      upcoming = due.next();
    }
    for (const [name, planned] of bySource(batch)) {
      const send = senders.get(name) ?? createSender(connection, (planned[0] as PlannedEvent).source);
      senders.set(name, send);
      // One call at a time for each source: the order of a key must not depend on which call is quicker.
      const before = lanes.get(name) ?? Promise.resolve();
      lanes.set(
        name,
        before.then(() => deliver(planned, send)).catch((error: unknown) => void failures.push(error)),
      );
    }
    // A source that cannot keep up holds the schedule back rather than filling this process.
    if (batch.length >= MOST_AT_ONCE) await Promise.all(lanes.values());
    else await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
  }
  await Promise.all(lanes.values());
  if (journal) await closed(journal);
  if (failures.length > 0) throw failures[0];
  return entries;

  async function deliver(planned: readonly PlannedEvent[], send: Send): Promise<void> {
    const atMs = Date.now();
    const note = (taken: readonly boolean[]) => {
      const noted = planned.map((each, index) => journalEntry(each, atMs, taken[index] ?? false));
      entries.push(...noted);
      journal?.write(noted.map((each) => `${JSON.stringify(each)}\n`).join(''));
    };
    try {
      note(await send(planned.map(({ event }) => event)));
    } catch (error) {
      note([]);
      throw error;
    }
    options.onSent?.(entries.length, Date.now() - startMs);
  }
}

function* schedule({ schedule: offsets, count, seconds }: DriveOptions): Generator<number> {
  let made = 0;
  for (const offset of offsets) {
    if (count !== undefined && made >= count) return;
    if (seconds !== undefined && offset >= seconds * 1000) return;
    made += 1;
    yield offset;
  }
}

function bySource(batch: readonly PlannedEvent[]): Map<string, PlannedEvent[]> {
  const groups = new Map<string, PlannedEvent[]>();
  for (const each of batch) groups.set(each.source.name, [...(groups.get(each.source.name) ?? []), each]);
  return groups;
}

async function closed(stream: WriteStream): Promise<void> {
  stream.end();
  await once(stream, 'close');
}
