/**
 * Events that are one JSON object: Lambda's system records, the language runtime's console in the JSON format, and lines of
 * Triage's own logger. Only names at the top of the object are looked at; what lies inside a field is data.
 */
import { jsonDepth } from '../../contracts/log-record';
import { errorName, isRequestId, type LoggedError, type LogRecord, statusOf } from './record';

type Json = Readonly<Record<string, unknown>>;

/** Deeper ones are data that nobody here reads. */
const MOST_DEPTH = 32;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;
const isTime = (value: unknown): value is string => typeof value === 'string' && TIME.test(value);

/** `undefined`: not one whole JSON object, or none of these. */
export function parseJson(message: string): LogRecord | undefined {
  const value = objectOf(message.trim());
  if (value === undefined) return undefined;
  return parsePlatform(value) ?? parseLogger(value) ?? parseConsole(value);
}

function objectOf(text: string): Json | undefined {
  if (!text.startsWith('{') || !text.endsWith('}') || jsonDepth(text) > MOST_DEPTH) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** These three names and no other: the loggers always add names of their own, so a field of theirs cannot pass for it. */
function parsePlatform(value: Json): LogRecord | undefined {
  const { time, type, record } = value;
  if (Object.keys(value).length !== 3 || !isTime(time) || typeof type !== 'string') return undefined;
  const source = 'platform-json';
  if (type === 'platform.fault') return parseFault(record);
  if (!isObject(record)) return undefined;
  const status = statusOf(record.status);
  const errorType = errorName(record.errorType);
  const ended = { ...(status === undefined ? {} : { status }), ...(errorType === undefined ? {} : { errorType }) };
  if (type === 'platform.initStart') return { type: 'init-start', source };
  if (type === 'platform.initReport')
    return { type: 'init-report', source, phase: record.phase === 'invoke' ? 'invoke' : 'init', ...ended };
  if (type === 'platform.extension')
    return { type: 'extension', source, ...(errorType === undefined ? {} : { errorType }) };
  if (type === 'platform.logsDropped') return { type: 'logs-dropped', source, records: count(record.droppedRecords) };
  const { requestId } = record;
  if (!isRequestId(requestId)) return undefined;
  if (type === 'platform.start')
    return {
      type: 'start',
      source,
      requestId,
      ...(typeof record.version === 'string' ? { version: record.version } : {}),
    };
  if (type === 'platform.runtimeDone') return { type: 'runtime-done', source, requestId, ...ended };
  if (type === 'platform.end') return { type: 'end', source, requestId };
  return type === 'platform.report'
    ? { type: 'report', source, requestId, ...ended, ...memory(record.metrics) }
    : undefined;
}

/** Its record is a sentence, with the request's id in front. */
function parseFault(record: unknown): LogRecord | undefined {
  if (typeof record !== 'string' || record.length > 500) return undefined;
  const [, requestId, how] = /^RequestId: (\S{36}) ([\w .:]{1,200})$/.exec(record.trim()) ?? [];
  if (!isRequestId(requestId) || how === undefined) return undefined;
  return { type: 'exited', source: 'platform-json', requestId, how: how.replace(/^Error: Runtime exited /, '') };
}

function memory(metrics: unknown) {
  if (!isObject(metrics)) return {};
  const { memorySizeMB, maxMemoryUsedMB } = metrics;
  return {
    ...(typeof memorySizeMB === 'number' ? { memoryMb: memorySizeMB } : {}),
    ...(typeof maxMemoryUsedMB === 'number' ? { usedMb: maxMemoryUsedMB } : {}),
  };
}

const count = (value: unknown): number => (typeof value === 'number' && Number.isSafeInteger(value) ? value : 0);

/** The logger puts these last and itself, so that none of them can come from a caller's field; so too `error`. */
function parseLogger(value: Json): LogRecord | undefined {
  const { level, message, timestamp, service } = value;
  if (level !== 'INFO' && level !== 'WARN' && level !== 'ERROR') return undefined;
  if (typeof service !== 'string' || typeof message !== 'string' || !isTime(timestamp)) return undefined;
  // The console's JSON names the request; the logger never does.
  if (Object.hasOwn(value, 'requestId')) return undefined;
  const error = isObject(value.error) ? loggedError(value.error) : undefined;
  return { type: 'logged', source: 'triage-logger', level, service, ...(error === undefined ? {} : { error }) };
}

function loggedError(value: Json): LoggedError | undefined {
  const name = errorName(value.name);
  if (name === undefined || typeof value.message !== 'string') return undefined;
  const code = errorName(value.code);
  const causeCode = isObject(value.cause) ? errorName(value.cause.code) : undefined;
  return {
    name,
    message: value.message,
    ...(code === undefined ? {} : { code }),
    ...(causeCode === undefined ? {} : { causeCode }),
  };
}

/** An error stands at the top, or is the whole message; anything deeper is what somebody logged. */
function parseConsole(value: Json): LogRecord | undefined {
  const { level, timestamp, requestId, message } = value;
  if ((level !== 'ERROR' && level !== 'FATAL') || !isTime(timestamp) || Object.hasOwn(value, 'service'))
    return undefined;
  if (requestId !== undefined && !isRequestId(requestId)) return undefined;
  const error = typeof value.errorType === 'string' ? value : isObject(message) ? message : undefined;
  const name = errorName(error?.errorType);
  if (error === undefined || name === undefined || typeof error.errorMessage !== 'string') return undefined;
  const code = errorName(error.code);
  return {
    type: 'claim',
    source: 'language-runtime',
    ...(requestId === undefined ? {} : { requestId }),
    error: { name, message: error.errorMessage, ...(code === undefined ? {} : { code }) },
  };
}
