/** Takes the wrappers off: records of the intake queues and of streams become candidates, each with its way in, or refusals. */
import { MAX_OBJECT_BYTES } from '../../../core/contracts/parse-event';
import type { Claims } from '../../../core/ports';
import type { IngestSettings, WayIn } from './settings';

/** What a mapping delivered. */
export interface IntakeRecord {
  /** The message's id or the sequence number: what a failure is reported by. */
  readonly ref: string;
  readonly body: string | Uint8Array;
  /** Set for a stream, whose name says the way in: the body is the event itself. Left out for a queue: the body is a wrapper. */
  readonly stream?: string;
}

/** Something that claims to be an event. */
export interface Candidate {
  readonly ref: string;
  readonly way: WayIn;
  readonly raw: unknown;
}

export const REFUSALS = [
  'malformed-wrapper',
  'unknown-way',
  'not-utf8',
  'invalid-event',
  'object-missing',
  'object-too-large',
  'object-too-many-events',
  'claim-missing',
  'claim-mismatch',
  'identity-reused',
  'no-lane',
  'lane-full',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

export interface Refusal {
  readonly ref: string;
  readonly code: RefusalCode;
  readonly detail: string;
  readonly raw: string;
  readonly wayIn: string;
  readonly tenant: string;
  readonly key?: string;
}

export type Unwrapped = { readonly candidates: readonly Candidate[]; readonly refusals: readonly Refusal[] };

/** Name of the way in that emitted events take; no configured source bears it. */
export const INTERNAL_WAY = 'internal';
/** As many as one invocation can hand over in its time. */
export const MAX_OBJECT_EVENTS = 20_000;
const UNKNOWN = { name: 'unknown', tenant: 'unknown' };

type Members = Readonly<Record<string, unknown>>;

/** Rejects only where reading an object failed: a retry can mend that. */
export async function unwrap(record: IntakeRecord, settings: IngestSettings, claims: Claims): Promise<Unwrapped> {
  const body = decode(record.body);
  if (record.stream !== undefined) return fromStream(record, body, settings);
  const wrapper = body === undefined ? undefined : parseMembers(body);
  if (wrapper === undefined) return refuse(record, UNKNOWN, 'malformed-wrapper', 'the body is not a JSON object');
  if (wrapper.way === INTERNAL_WAY) return fromInside(record, wrapper.event, settings);
  const way = settings.sources.find((each) => each.name === wrapper.way);
  if (way === undefined) return refuse(record, UNKNOWN, 'unknown-way', `no source is called ${String(wrapper.way)}`);
  if (wrapper.object !== undefined) return fromObject(record, way, wrapper.object, claims);
  return { candidates: [{ ref: record.ref, way, raw: wrapper.event }], refusals: [] };
}

function fromStream(record: IntakeRecord, body: string | undefined, settings: IngestSettings): Unwrapped {
  const way = settings.sources.find(
    (each) => each.kind === 'kinesis' && settings.streamOf(each.name) === record.stream,
  );
  if (way === undefined) return refuse(record, UNKNOWN, 'unknown-way', `no source has the stream ${record.stream}`);
  if (body === undefined) return refuse(record, way, 'not-utf8', 'the record is not UTF-8 text');
  return { candidates: [{ ref: record.ref, way, raw: body }], refusals: [] };
}

/** An emitted event carries the tenant it belongs to: only the publisher can put events on the bus under its source. */
function fromInside(record: IntakeRecord, detail: unknown, settings: IngestSettings): Unwrapped {
  const { tenant, pool, event } = isMembers(detail) ? detail : ({} as Members);
  if (typeof tenant !== 'string' || tenant === '')
    return refuse(record, { ...UNKNOWN, name: INTERNAL_WAY }, 'malformed-wrapper', 'an emitted event without tenant');
  const configured = settings.sources.find((each) => each.tenant === tenant)?.pool ?? settings.lanes[0]?.pool ?? '';
  const way: WayIn = {
    name: INTERNAL_WAY,
    tenant,
    trustedPriority: false,
    pool: typeof pool === 'string' ? pool : configured,
  };
  return { candidates: [{ ref: record.ref, way, raw: event }], refusals: [] };
}

async function fromObject(record: IntakeRecord, way: WayIn, object: unknown, claims: Claims): Promise<Unwrapped> {
  const { key, size } = isMembers(object) ? object : ({} as Members);
  if (typeof key !== 'string' || !key.startsWith(`in/${way.name}/`))
    return refuse(record, way, 'malformed-wrapper', `the object's key is not under in/${way.name}/`);
  const tooLarge = (bytes: number) =>
    refuse(record, way, 'object-too-large', `${key} has ${bytes} bytes, at most ${MAX_OBJECT_BYTES}`);
  if (typeof size === 'number' && size > MAX_OBJECT_BYTES) return tooLarge(size);
  const read = await claims.read(key, MAX_OBJECT_BYTES);
  if (read.status === 'too-large') return tooLarge(read.bytes);
  if (read.status === 'missing') return refuse(record, way, 'object-missing', `${key} is not there`);
  const content = decode(read.body);
  if (content === undefined) return refuse(record, way, 'not-utf8', `${key} is not UTF-8 text`);
  const events = splitObject(content);
  if (events.length > MAX_OBJECT_EVENTS)
    return refuse(record, way, 'object-too-many-events', `${key} has ${events.length}, at most ${MAX_OBJECT_EVENTS}`);
  return { candidates: events.map((raw) => ({ ref: record.ref, way, raw })), refusals: [] };
}

/** One JSON value over all lines (an event, or a list of events), else an event on each line. */
function splitObject(content: string): readonly unknown[] {
  const whole = parseJson(content);
  if (Array.isArray(whole)) return whole;
  return whole === undefined ? content.split('\n').filter((line) => line.trim() !== '') : [whole];
}

function refuse(
  record: IntakeRecord,
  way: Pick<WayIn, 'name' | 'tenant'>,
  code: RefusalCode,
  detail: string,
): Unwrapped {
  const raw = decode(record.body) ?? `base64:${Buffer.from(record.body as Uint8Array).toString('base64')}`;
  return { candidates: [], refusals: [{ ref: record.ref, code, detail, raw, wayIn: way.name, tenant: way.tenant }] };
}

/** `undefined`: not UTF-8. */
function decode(body: string | Uint8Array): string | undefined {
  if (typeof body === 'string') return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function parseMembers(json: string): Members | undefined {
  const value = parseJson(json);
  return isMembers(value) ? value : undefined;
}

function isMembers(value: unknown): value is Members {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
