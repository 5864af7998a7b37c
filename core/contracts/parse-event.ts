/**
 * The contract's door: text or a value from outside becomes a CloudEvent, or all of its faults. Structured JSON of CloudEvents 1.0
 * with the registered extensions that Triage knows; other extensions pass as long as they are scalars with a lawful name.
 */
import * as v from 'valibot';
import type { Fault } from './errors';
import type { CloudEvent } from './event';

/** An event in line, as UTF-8 JSON. Larger data goes by claim check. */
export const MAX_EVENT_BYTES = 256 * 1024;
/** The object behind a claim check, and one object of the app store with events in it. */
export const MAX_OBJECT_BYTES = 10 * 1024 * 1024;
/** Nesting of objects and arrays, the event itself included. */
export const MAX_DEPTH = 32;
/** Object members and array elements, all levels together. */
export const MAX_MEMBERS = 20_000;
const MAX_FAULTS = 20;

export type ParsedEvent =
  /** `bytes`: size of the event's JSON. */
  | { readonly ok: true; readonly event: CloudEvent; readonly bytes: number }
  | { readonly ok: false; readonly faults: readonly Fault[] };

const ATTRIBUTE_NAME = /^[a-z0-9]{1,20}$/;
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: CloudEvents forbids control characters in attributes
const PLAIN = /^[^\u0000-\u001f\u007f-\u009f]*$/;

const text = (most: number) =>
  v.pipe(
    v.string(`text of 1-${most} characters`),
    v.minLength(1, `text of 1-${most} characters`),
    v.maxLength(most, `text of 1-${most} characters`),
    v.regex(PLAIN, 'text without control characters'),
  );
const timestamp = v.pipe(
  v.string('an RFC 3339 time'),
  v.regex(RFC_3339, 'an RFC 3339 time'),
  v.check((value) => !Number.isNaN(Date.parse(value)), 'an RFC 3339 time that exists'),
);
const uriReference = v.pipe(text(1024), v.regex(/^[^\s<>"{}|\\^`]+$/, 'a URI reference'));
const scalar = v.union(
  [
    v.pipe(v.string(), v.maxLength(2048), v.regex(PLAIN)),
    v.boolean(),
    v.pipe(v.number(), v.integer(), v.minValue(-2_147_483_648), v.maxValue(2_147_483_647)),
  ],
  'text of at most 2,048 characters without control characters, a 32-bit integer or a boolean',
);

const eventSchema = v.objectWithRest(
  {
    specversion: v.literal('1.0', '1.0'),
    id: text(256),
    source: uriReference,
    type: text(256),
    time: v.exactOptional(timestamp),
    subject: v.exactOptional(text(1024)),
    datacontenttype: v.exactOptional(
      v.pipe(text(256), v.regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;.*)?$/, 'a media type')),
    ),
    dataschema: v.exactOptional(v.pipe(uriReference, v.regex(/^[A-Za-z][A-Za-z0-9+.-]*:/, 'an absolute URI'))),
    data: v.exactOptional(v.unknown()),
    data_base64: v.exactOptional(
      v.pipe(v.string('Base64'), v.regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'Base64')),
    ),
    partitionkey: v.exactOptional(text(256)),
    sequence: v.exactOptional(v.pipe(v.string('1-38 digits'), v.regex(/^\d{1,38}$/, '1-38 digits'))),
    expirytime: v.exactOptional(timestamp),
    dataref: v.exactOptional(uriReference),
    datarefsize: v.exactOptional(
      v.pipe(
        v.number(`0-${MAX_OBJECT_BYTES} bytes`),
        v.integer(`0-${MAX_OBJECT_BYTES} bytes`),
        v.minValue(0, `0-${MAX_OBJECT_BYTES} bytes`),
        v.maxValue(MAX_OBJECT_BYTES, `0-${MAX_OBJECT_BYTES} bytes`),
      ),
    ),
    datarefdigest: v.exactOptional(
      v.pipe(v.string('SHA-256 as 64 hex digits'), v.regex(/^[0-9a-f]{64}$/, 'SHA-256 as 64 lower-case hex digits')),
    ),
    traceparent: v.exactOptional(
      v.pipe(
        v.string('a W3C traceparent'),
        v.regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, 'a W3C traceparent'),
      ),
    ),
    priority: v.exactOptional(text(31)),
  },
  scalar,
);

/** Prefix of the app store under which a producer's claim checks lie. */
export function claimPrefix(sourceName: string): string {
  return `claims/${sourceName}/`;
}

/** `raw`: JSON text, or a value that was parsed from JSON. `sourceName`: the configured source that it came by. */
export function parseEvent(raw: unknown, { sourceName }: { readonly sourceName: string }): ParsedEvent {
  const json = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? '');
  const bytes = utf8Bytes(json);
  if (bytes > MAX_EVENT_BYTES) return refused('(root)', `${bytes} bytes`, `at most ${MAX_EVENT_BYTES} bytes of JSON`);
  let value: unknown = raw;
  if (typeof raw === 'string') {
    try {
      value = JSON.parse(raw);
    } catch {
      return refused('(root)', raw, 'JSON');
    }
  }
  if (!isObject(value)) return refused('(root)', value, 'a CloudEvent as a JSON object');
  const shape = shapeFault(value);
  if (shape !== undefined) return { ok: false, faults: [shape] };
  const attributes = withoutNulls(value);
  const parsed = v.safeParse(eventSchema, attributes, { abortPipeEarly: true });
  const faults = [
    ...nameFaults(attributes),
    ...(parsed.success ? [] : parsed.issues.map(toFault)),
    ...dataFaults(attributes, claimPrefix(sourceName)),
  ];
  if (faults.length > 0 || !parsed.success) return { ok: false, faults: faults.slice(0, MAX_FAULTS) };
  return { ok: true, event: parsed.output as CloudEvent, bytes };
}

function refused(path: string, value: unknown, allowed: string): ParsedEvent {
  return { ok: false, faults: [{ path, value, allowed }] };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** An attribute that is null counts as absent (CloudEvents JSON format 2.2); data may be null. */
function withoutNulls(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([name, each]) => each !== null || name === 'data'));
}

function nameFaults(attributes: Readonly<Record<string, unknown>>): Fault[] {
  return Object.keys(attributes)
    .filter((name) => !ATTRIBUTE_NAME.test(name) && name !== 'data_base64')
    .map((name) => ({ path: name, value: name, allowed: 'a name of 1-20 lower-case letters and digits' }));
}

function toFault(issue: v.BaseIssue<unknown>): Fault {
  return { path: v.getDotPath(issue) ?? '(root)', value: issue.input, allowed: issue.message };
}

/** Data in line, as Base64, or behind a claim check: one of them at the most, and the claim check whole and in its own place. */
function dataFaults(attributes: Readonly<Record<string, unknown>>, prefix: string): Fault[] {
  const has = (name: string) => Object.hasOwn(attributes, name);
  const carriers = ['data', 'data_base64', 'dataref'].filter(has);
  const faults: Fault[] = [];
  if (carriers.length > 1)
    faults.push({ path: carriers.join(', '), value: 'all present', allowed: 'one of data, data_base64, dataref' });
  for (const name of ['datarefsize', 'datarefdigest'])
    if (has(name) !== has('dataref'))
      faults.push({ path: name, value: attributes[name], allowed: 'present exactly where dataref is' });
  const { dataref } = attributes;
  if (typeof dataref === 'string' && !isWithin(dataref, prefix))
    faults.push({ path: 'dataref', value: dataref, allowed: `a key under ${prefix}` });
  return faults;
}

function isWithin(key: string, prefix: string): boolean {
  const segments = key.slice(prefix.length).split('/');
  return key.startsWith(prefix) && segments.every((each) => each !== '' && each !== '.' && each !== '..');
}

/** Bounds are checked level by level, without recursion, before anything walks the value recursively. */
function shapeFault(value: object): Fault | undefined {
  let level: object[] = [value];
  let members = 0;
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH)
      return { path: '(root)', value: `more than ${MAX_DEPTH} levels`, allowed: `at most ${MAX_DEPTH} levels` };
    const next: object[] = [];
    for (const each of level) {
      const values: unknown[] = Object.values(each);
      members += values.length;
      for (const child of values) if (child !== null && typeof child === 'object') next.push(child);
    }
    if (members > MAX_MEMBERS)
      return { path: '(root)', value: `more than ${MAX_MEMBERS} members`, allowed: `at most ${MAX_MEMBERS} members` };
    level = next;
  }
  return undefined;
}

function utf8Bytes(json: string): number {
  return Buffer.byteLength(json, 'utf8');
}
