/** Publishes emitted events on the bus. */
import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import type { EmittedEvent } from '../../core/contracts/ledger';
import type { EventBus } from '../../core/ports/event-bus';
import { chunked } from './chunks';
import { isCallersFault, jitteredWait, MAX_REPEATS, type Wait } from './retry';

/** `Source` of what Triage publishes; rules for internal events match it. */
export const EMITTED_SOURCE = 'triage.emitted';
/** PutEvents' limits. */
const LIMITS = { entries: 10, bytes: 262_144 };

interface Indexed {
  readonly index: number;
  readonly entry: PutEventsRequestEntry;
}

export function createEventBus(options: {
  readonly eventBridge: EventBridgeClient;
  readonly bus: string;
  readonly wait?: Wait;
}): EventBus {
  const { eventBridge, bus } = options;
  const wait = options.wait ?? jitteredWait;
  return {
    publish: async (events) => {
      const indexed = events.map((each, index): Indexed => ({ index, entry: toEntry(bus, each) }));
      const failed: number[] = [];
      for (const chunk of chunked(indexed, LIMITS, entryBytes))
        failed.push(...(await putChunk(eventBridge, chunk, wait)).map((each) => each.index));
      return failed;
    },
  };
}

/** An entry's answer stands at its own place, so what failed is found by position. */
async function putChunk(
  eventBridge: EventBridgeClient,
  chunk: readonly Indexed[],
  wait: Wait,
): Promise<readonly Indexed[]> {
  let left = chunk;
  for (let repeat = 0; left.length > 0 && repeat <= MAX_REPEATS; repeat++) {
    if (repeat > 0) await wait(repeat);
    const sent = left;
    left = await eventBridge
      .send(new PutEventsCommand({ Entries: sent.map((each) => each.entry) }))
      .then((answer) =>
        (answer.FailedEntryCount ?? 0) === 0
          ? []
          : sent.filter((_, place) => answer.Entries?.[place]?.ErrorCode !== undefined),
      )
      .catch((error: unknown) => {
        if (isCallersFault(error)) throw error;
        return sent;
      });
  }
  return left;
}

function toEntry(bus: string, { tenant, event }: EmittedEvent): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: EMITTED_SOURCE,
    DetailType: event.type,
    Detail: JSON.stringify({ tenant, event }),
  };
}

const entryBytes = ({ entry }: Indexed): number =>
  Buffer.byteLength(`${entry.Source}${entry.DetailType}${entry.Detail}`);
