/** Puts events into a source, whatever its kind. Answers, event by event, whether the source took it. */

import { setTimeout as sleep } from 'node:timers/promises';
import { PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { PutRecordsCommand, type PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { SourceConfiguration } from '../../core/contracts/configuration';
import type { CloudEvent } from '../../core/contracts/event';
import type { Connection } from '../connection';

export type Send = (events: readonly CloudEvent[]) => Promise<readonly boolean[]>;

const ATTEMPTS = 6;
/** PutEvents takes 10 entries and 256 KB (1 MB on AWS since 2026, but not everywhere); PutRecords 500 and 5 MB, of which this is less. */
const LIMITS = { eventbridge: { entries: 10, bytes: 240_000 }, kinesis: { entries: 250, bytes: 4_000_000 } };

export function createSender(connection: Connection, source: SourceConfiguration): Send {
  if (source.kind === 'eventbridge') return eventBridgeSender(connection, source.eventBridgeSource);
  if (source.kind === 'kinesis') return kinesisSender(connection, source.name);
  return s3Sender(connection, source.name);
}

function eventBridgeSender({ clients, names }: Connection, source: string): Send {
  const toEntry = (event: CloudEvent): PutEventsRequestEntry => ({
    EventBusName: names.bus,
    Source: source,
    DetailType: event.type,
    Detail: JSON.stringify(event),
  });
  const put = async (events: readonly CloudEvent[]) => {
    const answer = await clients.eventBridge.send(new PutEventsCommand({ Entries: events.map(toEntry) }));
    return events.map((_, index) => answer.FailedEntryCount === 0 || answer.Entries?.[index]?.EventId !== undefined);
  };
  return async (events) =>
    (await Promise.all(chunks(events, LIMITS.eventbridge).map((chunk) => stubbornly(chunk, put)))).flat();
}

function kinesisSender({ clients, names }: Connection, source: string): Send {
  const toRecord = (event: CloudEvent): PutRecordsRequestEntry => ({
    PartitionKey: event.partitionkey ?? event.id,
    Data: Buffer.from(JSON.stringify(event)),
  });
  const put = async (events: readonly CloudEvent[]) => {
    const answer = await clients.kinesis.send(
      new PutRecordsCommand({ StreamName: names.stream(source), Records: events.map(toRecord) }),
    );
    return events.map((_, index) => answer.Records?.[index]?.SequenceNumber !== undefined);
  };
  return async (events) => {
    const taken = new Map<number, boolean>();
    // PutRecords may fail record by record, so a call holds one record of an ordering key: a later one must not overtake.
    for (const round of rounds(events))
      for (const chunk of chunks(round, LIMITS.kinesis, ({ event }) => event)) {
        const answers = await stubbornly(chunk, (some) => put(some.map(({ event }) => event)));
        for (const [place, { index }] of chunk.entries()) taken.set(index, answers[place] ?? false);
      }
    return events.map((_, index) => taken.get(index) ?? false);
  };
}

/** One object of NDJSON; the name says nothing, since two senders may write at the same moment. */
function s3Sender({ clients, names, account, region }: Connection, source: string): Send {
  return async (events) => {
    const put = async (some: readonly (readonly CloudEvent[])[]) => {
      for (const each of some)
        await clients.s3.send(
          new PutObjectCommand({
            Bucket: names.appStoreBucket(account, region),
            Key: `in/${source}/${new Date().toISOString()}-${crypto.randomUUID()}.ndjson`,
            Body: each.map((event) => JSON.stringify(event)).join('\n'),
            ContentType: 'application/x-ndjson',
          }),
        );
      return some.map(() => true);
    };
    const [taken = false] = await stubbornly([events], put);
    return events.map(() => taken);
  };
}

interface Indexed {
  readonly index: number;
  readonly event: CloudEvent;
}
function rounds(events: readonly CloudEvent[]): Indexed[][] {
  const all: Indexed[][] = [];
  const seen = new Map<string, number>();
  events.forEach((event, index) => {
    const round = event.partitionkey === undefined ? 0 : (seen.get(event.partitionkey) ?? 0);
    if (event.partitionkey !== undefined) seen.set(event.partitionkey, round + 1);
    all[round] = [...(all[round] ?? []), { index, event }];
  });
  return all;
}

/** Sends again what was not taken, a few times with growing waits. A refused call (no such bus) is an error at once. */
async function stubbornly<T>(items: readonly T[], put: (some: readonly T[]) => Promise<readonly boolean[]>) {
  const taken = items.map(() => false);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const left = items.flatMap((item, index) => (taken[index] ? [] : [{ item, index }]));
    if (left.length === 0) break;
    if (attempt > 0) await sleep(100 * 2 ** attempt);
    const answers = await put(left.map(({ item }) => item));
    left.forEach(({ index }, place) => {
      taken[index] = answers[place] ?? false;
    });
  }
  return taken;
}

function chunks<T>(
  items: readonly T[],
  limits: { readonly entries: number; readonly bytes: number },
  eventOf: (item: T) => unknown = (item) => item,
): T[][] {
  const all: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(eventOf(item))) + 200;
    const last = all.at(-1);
    if (!last || last.length >= limits.entries || bytes + size > limits.bytes) {
      all.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return all;
}
