/**
 * What is wrong with the functions, told from their logs. A log's text is an attacker's input: docs/monitoring.md lists what
 * counts, and how each forgery fails.
 */
import type { LogBatch, LogEvent } from '../../contracts/log-record';
import type { Evidence, LogDecision } from './decision';
import { isContinuation, isCut, parseRecord } from './parse-record';
import { type Place, placeOf } from './place';
import type { LogRecord } from './record';
import { type Claim, MOST_SEEN, type MonitorState, remember, type StreamState } from './state';
import { none, type Step, step } from './step';

export interface MonitorSettings {
  /** Functions whose names begin so are watched, for instance `triage-prod-`. */
  readonly prefix: string;
  /** The monitor's own function: reading its own log would feed it with what it writes. */
  readonly self: string;
}

export interface Diagnosed {
  readonly event: LogEvent;
  readonly decision: LogDecision;
}

const MOST_LINES = 20;
const MOST_CHARACTERS = 300;

/** One decision for each event of the batch, in order, and what to remember. */
export function diagnose(
  state: MonitorState,
  batch: LogBatch,
  { nowMs, settings }: { readonly nowMs: number; readonly settings: MonitorSettings },
): { readonly decisions: readonly Diagnosed[]; readonly state: MonitorState } {
  const place = placeOf(batch.logGroup, batch.logStream);
  const all = (decision: LogDecision) => ({ decisions: batch.events.map((event) => ({ event, decision })), state });
  if (place?.functionName === settings.self) return all(none('own-log'));
  if (place === undefined || !place.functionName.startsWith(settings.prefix)) return all(none('foreign-log'));
  const key = `${batch.logGroup} ${batch.logStream}`;
  const seen = new Set(state.seen);
  const fresh: string[] = [];
  let stream: StreamState = state.streams[key] ?? { lastAtMs: nowMs };
  const decisions = batch.events.map((event): Diagnosed => {
    if (seen.has(event.id)) return { event, decision: none('repeated') };
    seen.add(event.id);
    fresh.push(event.id);
    const next = decideEvent(stream, event, batch, place);
    stream = { ...next.stream, lastAtMs: nowMs };
    return { event, decision: next.decision };
  });
  return {
    decisions,
    state: {
      streams: remember(state.streams, key, stream),
      seen: [...state.seen, ...fresh].slice(-MOST_SEEN),
    },
  };
}

function decideEvent(before: StreamState, event: LogEvent, batch: LogBatch, place: Place): Step {
  const { cut = false, inError = false, ...stream } = before;
  const record = parseRecord(event.message);
  const evidence = evidenceOf(event, batch, record);
  const isNowCut = isCut(event.message);
  const after = (next: StreamState): StreamState => (isNowCut ? { ...next, cut: true } : next);
  if (cut && !isBound(stream, record)) return { stream: after(stream), decision: none('after-cut') };
  if (record !== undefined) {
    const next = step(stream, record, { place, evidence });
    return { ...next, stream: after(next.stream) };
  }
  if (isNowCut) return { stream: after(stream), decision: none('cut-short') };
  if (inError && isContinuation(event.message))
    return { stream: { ...continued(stream, event.message), inError: true }, decision: none('continuation') };
  return { stream, decision: none('no-record') };
}

/** The rest of a cut line could begin like a record, but not name the request that runs. */
function isBound(stream: StreamState, record: LogRecord | undefined): boolean {
  if (record === undefined || !('requestId' in record) || record.requestId === undefined) return false;
  if (record.source !== 'platform-text' && record.source !== 'platform-json') return false;
  return record.requestId === stream.open?.requestId;
}

function continued(stream: StreamState, message: string): StreamState {
  const longer = (claim: Claim): Claim => ({
    ...claim,
    evidence: { ...claim.evidence, lines: [...claim.evidence.lines, ...linesOf(message)].slice(0, MOST_LINES) },
  });
  if (stream.open?.claim) return { ...stream, open: { ...stream.open, claim: longer(stream.open.claim) } };
  if (stream.init?.claim) return { ...stream, init: { ...stream.init, claim: longer(stream.init.claim) } };
  return stream;
}

function evidenceOf(event: LogEvent, batch: LogBatch, record: LogRecord | undefined): Evidence {
  return {
    eventId: event.id,
    logGroup: batch.logGroup,
    logStream: batch.logStream,
    atMs: event.timestamp,
    source: record?.source ?? 'language-runtime',
    lines: record === undefined ? [] : linesOf(event.message),
  };
}

function linesOf(message: string): string[] {
  return message
    .slice(0, MOST_LINES * MOST_CHARACTERS)
    .split(/\r\n|\r|\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, MOST_LINES)
    .map((line) => line.slice(0, MOST_CHARACTERS));
}
