/**
 * What CloudWatch Logs hands to a subscribed function: `{ awslogs: { data } }`, where data is gzipped JSON in Base64.
 * Nothing in it is believed: sizes, counts and depth are bounded before anything is looked at, and what is refused is told.
 */
import { gunzipSync } from 'node:zlib';
import * as v from 'valibot';

/** One event of a log stream, as CloudWatch Logs keeps it. */
export interface LogEvent {
  /** Unique within the log group; the same again when a batch is delivered twice. */
  readonly id: string;
  /** When it was written, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** Events of one stream, in the order in which they were written. */
export interface LogBatch {
  /** The account that the events come from. */
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly subscriptionFilters: readonly string[];
  readonly events: readonly LogEvent[];
}

export const LOG_REFUSALS = [
  'not-a-subscription',
  'too-large',
  'not-base64',
  'not-gzip',
  'too-deep',
  'not-json',
  'unknown-type',
  'bad-envelope',
  'too-many-events',
  'bad-event',
] as const;

export interface LogRefusal {
  readonly code: (typeof LOG_REFUSALS)[number];
  /** What was there and what is allowed. */
  readonly detail: string;
}

export type DecodedLogs =
  | { readonly ok: true; readonly type: 'data'; readonly batch: LogBatch; readonly refused: readonly LogRefusal[] }
  /** CloudWatch Logs asks whether the destination can be reached. */
  | { readonly ok: true; readonly type: 'control' }
  | { readonly ok: false; readonly refusal: LogRefusal };

export interface LogBounds {
  readonly encodedBytes: number;
  /** After unpacking: a small payload may unpack to gigabytes. */
  readonly unpackedBytes: number;
  readonly depth: number;
  readonly events: number;
  readonly messageCharacters: number;
}

/** An invocation's payload is at most 6 MB, a batch at most 10,000 events, a log event at most 1 MB. */
export const LOG_BOUNDS: LogBounds = {
  encodedBytes: 6_291_456,
  unpackedBytes: 33_554_432,
  depth: 8,
  events: 10_000,
  messageCharacters: 1_048_576,
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const name = v.pipe(v.string(), v.maxLength(512));
const subscription = v.object({ awslogs: v.object({ data: v.string() }) });
const envelope = v.object({
  messageType: v.string(),
  owner: v.pipe(v.string(), v.maxLength(64)),
  logGroup: name,
  logStream: name,
  subscriptionFilters: v.pipe(v.array(name), v.maxLength(16)),
  logEvents: v.array(v.unknown()),
});
const logEvent = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  timestamp: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8_640_000_000_000_000)),
  message: v.string(),
});

/** `payload`: what the function was invoked with. */
export function decodeLogs(payload: unknown, bounds: LogBounds = LOG_BOUNDS): DecodedLogs {
  const wrapped = v.safeParse(subscription, payload);
  if (!wrapped.success) return no('not-a-subscription', 'allowed: { awslogs: { data: text } }');
  const unpacked = unpack(wrapped.output.awslogs.data, bounds);
  if (typeof unpacked !== 'string') return { ok: false, refusal: unpacked };
  if (jsonDepth(unpacked) > bounds.depth) return no('too-deep', `allowed: ${bounds.depth} levels`);
  const value = parsedJson(unpacked);
  if (value === undefined) return no('not-json', `${unpacked.length} characters that are not JSON`);
  const parsed = v.safeParse(envelope, value);
  if (!parsed.success)
    return no('bad-envelope', parsed.issues.map((issue) => v.getDotPath(issue) ?? '(root)').join(', '));
  const { messageType, logEvents, ...head } = parsed.output;
  if (messageType === 'CONTROL_MESSAGE') return { ok: true, type: 'control' };
  if (messageType !== 'DATA_MESSAGE') return no('unknown-type', messageType.slice(0, 40));
  if (logEvents.length > bounds.events) return no('too-many-events', `${logEvents.length}, allowed: ${bounds.events}`);
  return { ok: true, type: 'data', ...sorted(head, logEvents, bounds) };
}

function unpack(data: string, bounds: LogBounds): string | LogRefusal {
  if (data.length > bounds.encodedBytes)
    return { code: 'too-large', detail: `${data.length} bytes of Base64, allowed: ${bounds.encodedBytes}` };
  if (data === '' || !BASE64.test(data)) return { code: 'not-base64', detail: `${data.length} characters` };
  try {
    return gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: bounds.unpackedBytes }).toString('utf8');
  } catch (error) {
    const tooLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    if (tooLarge) return { code: 'too-large', detail: `unpacks to more than ${bounds.unpackedBytes} bytes` };
    return { code: 'not-gzip', detail: `${data.length} bytes of Base64` };
  }
}

/** One unreadable event does not take the batch with it. */
function sorted(
  head: Omit<LogBatch, 'events'>,
  entries: readonly unknown[],
  bounds: LogBounds,
): { readonly batch: LogBatch; readonly refused: readonly LogRefusal[] } {
  const events: LogEvent[] = [];
  const refused: LogRefusal[] = [];
  entries.forEach((entry, index) => {
    const parsed = v.safeParse(logEvent, entry);
    if (!parsed.success) {
      const fields = parsed.issues.map((issue) => v.getDotPath(issue) ?? '(root)').join(', ');
      refused.push({ code: 'bad-event', detail: `event ${index}: ${fields}` });
    } else if (parsed.output.message.length > bounds.messageCharacters) {
      const detail = `event ${index}: ${parsed.output.message.length} characters, allowed: ${bounds.messageCharacters}`;
      refused.push({ code: 'too-large', detail });
    } else events.push(parsed.output);
  });
  return { batch: { ...head, events }, refused };
}

function no(code: LogRefusal['code'], detail: string): DecodedLogs {
  return { ok: false, refusal: { code, detail } };
}

/** How deep brackets nest in JSON text. Told from the text, since a parser may run out of stack on it. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inText) {
      if (character === '\\') at += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
