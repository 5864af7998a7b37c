/**
 * Ingestion of one batch, whatever source it came by: unwrap, parse, classify, check claims, admit, accept, hand over. A record fails
 * only for what a retry can mend; what is wrong with an event itself is kept in quarantine, one object per batch.
 */

import { decideAdmission } from '../../../core/policies/admit';
import type { Claims, Control, Quarantine, Records } from '../../../core/ports';
import { checkClaim } from './claim-check';
import {
  cut,
  type HandedOver,
  type HandOverPorts,
  type HeldGroups,
  handOver,
  settleStored,
  toAcceptance,
} from './hand-over';
import { type IntakeRecord, type Refusal, type Unwrapped, unwrap } from './intake';
import { createLaneWatch, type LaneWatch } from './lane-watch';
import { isLate, type Placed, place, refusePlaced } from './place';
import type { Clock, IngestSettings } from './settings';
import { createSummary, type IngestSummary, type SummaryBuilder } from './summary';

export interface IngestPorts extends HandOverPorts {
  readonly records: Pick<Records, 'commit'>;
  readonly quarantine: Quarantine;
  readonly claims: Claims;
  readonly control: Control;
}

/** Reads from the app store at the same time. */
const PARALLEL_READS = 4;

/** Answers with the counts and with the records that have to come again. Keeps nothing between batches but what it saw of the lanes. */
export function createIngest(ports: IngestPorts, settings: IngestSettings, clock: Clock) {
  const watch = createLaneWatch(ports, settings);
  return async (records: readonly IntakeRecord[]): Promise<IngestSummary> => {
    const summary = createSummary(records.length);
    const refusals: Refusal[] = [];
    const streamRefs = new Set(records.flatMap(({ ref, stream }) => (stream === undefined ? [] : [ref])));
    const batch: Batch = { ports, settings, clock, watch, summary, refusals, streamRefs };
    const placed = await placeAll(await unwrapAll(records, batch), batch);
    await watch.look(
      placed.map((each) => each.lane),
      clock.now(),
    );
    await Promise.all([...byLane(placed).values()].map((lane) => deliver(lane, batch)));
    await keepRefusals(batch);
    return summary.build();
  };
}

interface Batch {
  readonly ports: IngestPorts;
  readonly settings: IngestSettings;
  readonly clock: Clock;
  readonly watch: LaneWatch;
  readonly summary: SummaryBuilder;
  readonly refusals: Refusal[];
  /** Records that a stream delivered: it gives them again until they are taken. */
  readonly streamRefs: ReadonlySet<string>;
}

function byLane(placed: readonly Placed[]): ReadonlyMap<string, readonly Placed[]> {
  const lanes = new Map<string, Placed[]>();
  for (const each of placed) {
    const lane = lanes.get(each.lane.name);
    if (lane === undefined) lanes.set(each.lane.name, [each]);
    else lane.push(each);
  }
  return lanes;
}

/** In the order of the records, whichever read ends first. */
async function unwrapAll(records: readonly IntakeRecord[], batch: Batch): Promise<readonly Unwrapped[]> {
  return mapBounded(records, PARALLEL_READS, async (record) => {
    try {
      return await unwrap(record, batch.settings, batch.ports.claims);
    } catch (error) {
      return fail(batch, [record.ref], 'object could not be read', error);
    }
  });
}

function fail(batch: Batch, refs: readonly string[], message: string, error: unknown): Unwrapped {
  batch.summary.fail(refs);
  batch.ports.log.warn(message, { records: refs.length, error });
  return { candidates: [], refusals: [] };
}

async function placeAll(unwrapped: readonly Unwrapped[], batch: Batch): Promise<readonly Placed[]> {
  const nowMs = batch.clock.now();
  batch.refusals.push(...unwrapped.flatMap((each) => each.refusals));
  const first: Placed[] = [];
  const digests = new Map<string, string>();
  for (const candidate of unwrapped.flatMap((each) => each.candidates)) {
    const placement = place(candidate, batch.settings, nowMs);
    if ('refusal' in placement) batch.refusals.push(placement.refusal);
    else if (isFirst(placement.placed, digests, batch)) first.push(placement.placed);
  }
  return withSoundClaims(first, batch);
}

/** A repeat inside the batch is dropped and acknowledged with the first; the same identity with another body is refused. */
function isFirst(placed: Placed, digests: Map<string, string>, { summary, refusals }: Batch): boolean {
  const { key, bodyDigest } = placed.draft;
  const known = digests.get(key);
  if (known === undefined) digests.set(key, bodyDigest);
  else if (known === bodyDigest) summary.duplicate(placed.lane.name, 1);
  else refusals.push(refusePlaced(placed, 'identity-reused', 'another body came under the same identity'));
  return known === undefined;
}

async function withSoundClaims(placed: readonly Placed[], batch: Batch): Promise<readonly Placed[]> {
  const checked = await mapBounded(placed, PARALLEL_READS, async (each) => {
    try {
      const refusal = await checkClaim(each, batch.ports.claims);
      if (refusal === undefined) return [each];
      batch.refusals.push(refusal);
    } catch (error) {
      fail(batch, [each.ref], 'claim check could not be read', error);
    }
    return [];
  });
  return checked.flat();
}

/** One lane's events: acceptance after acceptance, so that the order of a key is kept. */
async function deliver(placed: readonly Placed[], batch: Batch): Promise<void> {
  const [lane] = placed.map((each) => each.lane);
  if (lane === undefined) return;
  const held: HeldGroups | undefined = lane.ordered ? new Set() : undefined;
  const parts = cut(placed);
  for (const [index, part] of parts.entries()) {
    try {
      await deliverPart(part, held, batch);
    } catch (error) {
      // In an ordered lane, what comes after must not overtake: it comes again with this part.
      const lost = lane.ordered ? parts.slice(index).flat() : part;
      const refs = lost.map((each) => each.ref);
      fail(batch, refs, 'acceptance could not be written', error);
      if (lane.ordered) return;
    }
  }
}

async function deliverPart(part: readonly Placed[], held: HeldGroups | undefined, batch: Batch): Promise<void> {
  const { ports, settings, clock, summary, watch } = batch;
  const [{ lane } = { lane: undefined }] = part;
  if (lane === undefined) return;
  const drafts = part.map((each) => each.draft);
  const acceptance = toAcceptance(drafts, lane.name, clock.now(), settings.handOffBoundMs);
  const input = { lane: lane.name, bound: lane.admissionBound, events: part.length };
  const { decision, reason, state } = decideAdmission(watch.admission(lane.name), input);
  if (decision === 'refuse') {
    // A repeat of what was accepted while there was room is no new load, and refusing it would contradict the ledger.
    const stored = await ports.acceptances.read(acceptance.key);
    if (stored === undefined) return pushBack(part, reason, batch);
    const settled = await settleStored(stored, ports, held);
    summary.delivered(lane, settled, 0);
    return standStill(part, settled, batch);
  }
  const shed = shedReasons(part, acceptance.acceptedAtMs, watch);
  const delivered = await handOver(acceptance, ports, held, shed);
  if (delivered.accepted > 0 && state !== undefined) watch.admitted(lane.name, state);
  const late = drafts.filter((each) => isLate(each.event, acceptance.acceptedAtMs)).length;
  summary.delivered(lane, delivered, delivered.accepted > 0 ? late : 0);
  standStill(part, delivered, batch);
}

/**
 * A stream promises the order of a key, and its next batch would overtake what is left to the reconciler. So it comes again until its
 * lane has taken it. Other ways promise no order, and are not held up.
 */
function standStill(part: readonly Placed[], { unsent }: HandedOver, { streamRefs, summary }: Batch): void {
  if (unsent === 0 || part[0]?.lane.ordered !== true) return;
  summary.fail(part.flatMap(({ ref }) => (streamRefs.has(ref) ? [ref] : [])));
}

/**
 * Backpressure: a stream gives its records again, so it stands still until there is room; whoever sent by another way cannot be told,
 * so what the lane cannot take is kept in quarantine with the reason.
 */
function pushBack(part: readonly Placed[], reason: string, { streamRefs, summary, refusals }: Batch): void {
  const ofStream = part.filter((each) => streamRefs.has(each.ref));
  summary.fail(ofStream.map((each) => each.ref));
  const others = part.filter((each) => !streamRefs.has(each.ref));
  refusals.push(...others.map((each) => refusePlaced(each, 'lane-full', reason)));
}

/** By key, why an event is given up at once. */
function shedReasons(part: readonly Placed[], nowMs: number, watch: LaneWatch): ReadonlyMap<string, string> {
  return new Map(
    part.flatMap((each) => {
      const reason = watch.shedReason(each, nowMs);
      return reason === undefined ? [] : [[each.draft.key, reason] as const];
    }),
  );
}

/** One object for the whole batch. Where it cannot be written, its records come again: nothing is dropped in silence. */
async function keepRefusals(batch: Batch): Promise<void> {
  const { refusals, ports, clock, summary } = batch;
  if (refusals.length === 0) return;
  const entries = refusals.map(({ code, detail, raw, wayIn, tenant, key }) => ({
    raw,
    reason: `${code}: ${detail}`,
    wayIn,
    tenant,
    ...(key === undefined ? {} : { key }),
  }));
  try {
    await ports.quarantine.keep({ atMs: clock.now(), stage: 'ingestion', entries });
    for (const { code } of refusals) summary.refused(code);
  } catch (error) {
    fail(
      batch,
      refusals.map((each) => each.ref),
      'quarantine could not be written',
      error,
    );
  }
}

async function mapBounded<T, R>(items: readonly T[], parallel: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  return results;
}
