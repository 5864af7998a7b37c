/** From a lane's events to its queue: acceptances first, as the outbox, then the sends. */
import { gzipSync } from 'node:zlib';
import type { LaneMessage } from '../../../core/contracts/event';
import { acceptanceKey } from '../../../core/contracts/identity';
import type { Acceptance } from '../../../core/contracts/ledger';
import { unreactedOutcome } from '../../../core/policies/unreacted-outcome';
import type { Acceptances, LaneQueue, Log, Records } from '../../../core/ports';
import type { Draft, Placed } from './place';

/** An item of the table takes 400 KB; this leaves room for its other attributes. */
const MAX_COMPRESSED_BYTES = 300_000;
/** The reconciler reads the records of a whole acceptance at once. */
const MAX_EVENTS = 1_000;
/** What an envelope adds to its event's JSON, at the most. */
const ENVELOPE_BYTES = 1_000;

export interface HandOverPorts {
  readonly records: Pick<Records, 'commit'>;
  readonly acceptances: Acceptances;
  readonly lanes: LaneQueue;
  readonly log: Log;
}

export interface HandedOver {
  readonly accepted: number;
  /** Events that were accepted and handed over before. */
  readonly duplicates: number;
  /** Events that were accepted before, but whose hand-off was still owed. */
  readonly resent: number;
  /** Events that are accepted and not sent: the reconciler sends them. */
  readonly unsent: number;
  /** Events that were accepted and given up at once. */
  readonly shed: number;
}

/** Groups whose messages must wait, since an earlier one of theirs was not sent. */
export type HeldGroups = Set<string>;

/** Cuts a lane's events into what one acceptance can hold. The same events in the same order are cut the same way. */
export function cut(placed: readonly Placed[]): readonly (readonly Placed[])[] {
  if (placed.length === 0) return [];
  if (placed.length === 1 || fits(placed)) return [placed];
  const middle = Math.ceil(placed.length / 2);
  return [...cut(placed.slice(0, middle)), ...cut(placed.slice(middle))];
}

function fits(placed: readonly Placed[]): boolean {
  if (placed.length > MAX_EVENTS) return false;
  const most = placed.reduce((sum, each) => sum + each.bytes + ENVELOPE_BYTES, 0);
  // Compressing costs more time than adding up, and few batches need it.
  return (
    most <= MAX_COMPRESSED_BYTES ||
    gzipSync(JSON.stringify(placed.map((each) => each.draft))).length <= MAX_COMPRESSED_BYTES
  );
}

export function toAcceptance(
  drafts: readonly Draft[],
  lane: string,
  nowMs: number,
  handOffBoundMs: number,
): Acceptance {
  const key = acceptanceKey(drafts);
  return {
    key,
    lane,
    envelopes: drafts.map((draft) => ({ ...draft, acceptanceKey: key })),
    acceptedAtMs: nowMs,
    dueAtMs: nowMs + handOffBoundMs,
    handedOver: false,
    resends: 0,
  };
}

/**
 * Rejects only where the acceptance could not be put or read. What comes after it is the reconciler's to mend. `shed`: by key, why an
 * event is given up; its outcome takes the place of its message, and where that cannot be written, the event goes on after all.
 */
export async function handOver(
  acceptance: Acceptance,
  ports: HandOverPorts,
  held: HeldGroups | undefined,
  shed: ReadonlyMap<string, string> = new Map(),
): Promise<HandedOver> {
  const events = acceptance.envelopes.length;
  const put = await ports.acceptances.accept(acceptance);
  if (put.status === 'accepted') {
    const given = await giveUp(acceptance, shed, ports);
    const unsent = await send(acceptance, ports, held, given);
    return { accepted: events, duplicates: 0, resent: 0, unsent, shed: given.size };
  }
  const stored = put.stored ?? (await ports.acceptances.read(acceptance.key)) ?? acceptance;
  return settleStored(stored, ports, held);
}

/** An acceptance that is there already: a repeat, or a hand-off that was cut off. */
export async function settleStored(
  stored: Acceptance,
  ports: HandOverPorts,
  held: HeldGroups | undefined,
): Promise<HandedOver> {
  const events = stored.envelopes.length;
  if (stored.handedOver) return { accepted: 0, duplicates: events, resent: 0, unsent: 0, shed: 0 };
  return { accepted: 0, duplicates: 0, resent: events, unsent: await send(stored, ports, held), shed: 0 };
}

/** The outcome SHED of each; answers with the keys of those that have it. */
async function giveUp(
  { key: attempt, envelopes }: Acceptance,
  shed: ReadonlyMap<string, string>,
  { records, log }: HandOverPorts,
): Promise<ReadonlySet<string>> {
  const given = new Set<string>();
  for (const envelope of envelopes) {
    const reason = shed.get(envelope.key);
    if (reason === undefined) continue;
    const { key, generation, acceptedAtMs } = envelope;
    const outcome = unreactedOutcome(envelope, 'SHED', reason, acceptedAtMs);
    try {
      // Nobody can have begun with it yet; where somebody has, it is not given up any more.
      const group = { outcomes: [{ key, generation, outcome, atMostStage: -1 }], contexts: [] };
      if ((await records.commit(group, `${attempt}-${key}`)).status === 'committed') given.add(key);
    } catch (error) {
      log.warn('an event could not be shed, it goes on', { key, error });
    }
  }
  return given;
}

/** How many were not sent. Then the acceptance stays as not handed over, and the batch is not failed for it. */
async function send(
  acceptance: Acceptance,
  ports: HandOverPorts,
  held: HeldGroups | undefined,
  given: ReadonlySet<string> = new Set(),
): Promise<number> {
  const { lane } = acceptance;
  const envelopes = acceptance.envelopes.filter(({ key }) => !given.has(key));
  const free = envelopes.filter((each) => held?.has(groupOf(each)) !== true);
  // A repeat bears the number of the send that it repeats, so that a FIFO queue can drop it.
  const messages = free.map((envelope): LaneMessage => ({ v: 1, envelope, sendAttempt: acceptance.resends + 1 }));
  const failed = await sendAll(lane, messages, ports);
  for (const index of failed) {
    const envelope = free[index];
    if (envelope !== undefined) held?.add(groupOf(envelope));
  }
  const unsent = envelopes.length - free.length + failed.length;
  if (unsent === 0) await mark(acceptance.key, ports);
  return unsent;
}

async function sendAll(
  lane: string,
  messages: readonly LaneMessage[],
  ports: HandOverPorts,
): Promise<readonly number[]> {
  if (messages.length === 0) return [];
  try {
    return await ports.lanes.send(lane, messages);
  } catch (error) {
    ports.log.warn('send to lane failed', { lane, messages: messages.length, error });
    return messages.map((_, index) => index);
  }
}

async function mark(key: string, { acceptances, log }: HandOverPorts): Promise<void> {
  try {
    await acceptances.markHandedOver(key);
  } catch (error) {
    log.warn('hand-off not marked', { acceptance: key, error });
  }
}

function groupOf({ tenant, key, event }: Draft): string {
  return `${tenant}\n${event.partitionkey ?? key}`;
}
