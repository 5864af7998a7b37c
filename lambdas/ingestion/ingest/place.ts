/** Parse, enrich, classify, route: a candidate becomes an envelope for one lane, or a refusal. Pure. */

import type { Fault } from '../../../core/contracts/errors';
import type { CloudEvent, Envelope } from '../../../core/contracts/event';
import type { LaneRoute } from '../../../core/contracts/functions';
import { bodyDigest, recordKey } from '../../../core/contracts/identity';
import { parseEvent } from '../../../core/contracts/parse-event';
import { decideClass } from '../../../core/policies/classify';
import { decideLane } from '../../../core/policies/route';
import type { Candidate, Refusal, RefusalCode } from './intake';
import type { IngestSettings } from './settings';

/** An envelope but for its acceptance's key, which is made from all that it is accepted with. */
export type Draft = Omit<Envelope, 'acceptanceKey'>;

export interface Placed {
  readonly ref: string;
  readonly draft: Draft;
  readonly lane: LaneRoute;
  /** Size of the event's JSON. */
  readonly bytes: number;
}

export type Placement = { readonly placed: Placed } | { readonly refusal: Refusal };

export function place(candidate: Candidate, settings: IngestSettings, nowMs: number): Placement {
  const { way } = candidate;
  const parsed = parseEvent(candidate.raw, { sourceName: way.name });
  if (!parsed.ok) return { refusal: refusal(candidate, 'invalid-event', parsed.faults.map(inWords).join('; ')) };
  const { event, bytes } = parsed;
  const { decision: priorityClass, reason } = decideClass({ ...settings, event, trustedPriority: way.trustedPriority });
  const key = recordKey(way.tenant, event.source, event.id);
  const { decision: lane, reason: whyLane } = decideLane({
    lanes: settings.lanes,
    type: event.type,
    pool: way.pool,
    priorityClass,
    orderingKey: event.partitionkey,
  });
  if (lane === undefined) return { refusal: refusal(candidate, 'no-lane', whyLane, key) };
  const draft: Draft = {
    key,
    generation: 1,
    tenant: way.tenant,
    wayIn: way.name,
    priorityClass,
    lane: lane.name,
    reason,
    bodyDigest: bodyDigest(event),
    acceptedAtMs: nowMs,
    event,
  };
  return { placed: { ref: candidate.ref, draft, lane, bytes } };
}

/** Refused although it is a well-formed event. */
export function refusePlaced({ ref, draft }: Placed, code: RefusalCode, detail: string): Refusal {
  const { tenant, wayIn, key, event } = draft;
  return { ref, code, detail, raw: JSON.stringify(event), wayIn, tenant, key };
}

/** A deadline that has passed already. It is accepted all the same: the runner gives it its outcome, EXPIRED. */
export function isLate(event: CloudEvent, nowMs: number): boolean {
  return event.expirytime !== undefined && Date.parse(event.expirytime) <= nowMs;
}

function refusal(candidate: Candidate, code: RefusalCode, detail: string, key?: string): Refusal {
  const { ref, way, raw } = candidate;
  const text = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? 'nothing');
  return { ref, code, detail, raw: text, wayIn: way.name, tenant: way.tenant, ...(key === undefined ? {} : { key }) };
}

function inWords({ path, value, allowed }: Fault): string {
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value));
  return `${path}: ${text.length > 80 ? `${text.slice(0, 77)}...` : text} (allowed: ${allowed})`;
}
