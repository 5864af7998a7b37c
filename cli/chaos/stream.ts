/** What flows while the storm lasts: orders by every source, some twice, and readings of telemetry beside them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { JournalEntry } from '../../core/contracts/journal';
import type { Connection } from '../connection';
import { drive } from '../workload/drive';
import { createWorkload } from '../workload/generator';
import { seededRandom } from '../workload/random';
import { steadySchedule } from '../workload/schedule';
import { createSender } from '../workload/senders';
import type { Order, Sending } from './orders';

const MIX = { critical: 15, high: 25, normal: 40, bulk: 20 };

const MOST_TRIES = 5;
const TRY_AGAIN_MS = 1_000;

export interface StreamOptions {
  readonly connection: Connection;
  readonly seed: number;
  readonly eventsPerSecond: number;
  readonly sendings: readonly Sending[];
  readonly duplicates: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

export interface Sent {
  readonly orders: readonly Order[];
  readonly journal: readonly JournalEntry[];
  /** Events that a source took a second time. */
  readonly duplicates: number;
}

export async function stream(options: StreamOptions): Promise<Sent> {
  const [orders, journal] = await Promise.all([sendOrders(options), sendReadings(options)]);
  const again = journal.filter(({ duplicate, sent }) => duplicate && sent).length;
  return { orders: orders.sent, journal, duplicates: orders.duplicates + again };
}

async function sendOrders({ connection, sendings, signal }: StreamOptions) {
  const senders = connection.configuration.sources.map((source) => createSender(connection, source));
  const startMs = Date.now();
  const sent: Order[] = [];
  const pending: Promise<void>[] = [];
  let duplicates = 0;
  for (const { order, atMs, way, isDuplicate } of sendings) {
    await delay(Math.max(0, startMs + atMs - Date.now()), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const deliver = async () => {
      await insist(async () => {
        const [taken = false] = (await senders[way]?.([{ ...order.event, time: new Date().toISOString() }])) ?? [];
        if (!taken) throw new Error(`source ${way} did not take order ${order.name}`);
      });
      if (isDuplicate) duplicates += 1;
      else sent.push(order);
    };
    const delivery = deliver();
    // Its failure is heard of below, when all have been sent, and is no reason to end at once and leave everything running.
    delivery.catch(() => undefined);
    pending.push(delivery);
  }
  await Promise.all(pending);
  return { sent, duplicates };
}

/** The sender's way is spared the storm, and not the busy machine: an order whose answer did not come is sent again, as the same. */
async function insist(send: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await delay(TRY_AGAIN_MS);
    }
  }
}

function sendReadings({ connection, seed, eventsPerSecond, duplicates, signal }: StreamOptions) {
  return drive({
    connection,
    schedule: steadySchedule(eventsPerSecond, seededRandom(seed + 3)),
    next: createWorkload({
      run: `chaos-${seed}`,
      seed: seed + 4,
      sources: connection.configuration.sources,
      mix: MIX,
      poison: 2,
      duplicate: duplicates ? 10 : 0,
      late: 2,
      ordered: 10,
      sensors: 30,
    }),
    signal,
  });
}

/** Sends orders by the first source; throws where it does not take them. */
export async function sendProbes(connection: Connection, probes: readonly Order[]): Promise<void> {
  const [source] = connection.configuration.sources;
  if (source === undefined) throw new RangeError('no source');
  const events = probes.map(({ event }) => ({ ...event, time: new Date().toISOString() }));
  const taken = await createSender(connection, source)(events);
  if (taken.includes(false)) throw new Error('the probes were not taken');
}
