/**
 * One record in its stream. A record about a request counts only while that request is the one that the environment works on:
 * its id is drawn by Lambda after the event was made, so nobody who writes events can name it.
 */
import type { Diagnosis, Evidence, LogDecision, Reason } from './decision';
import { type Classified, classifyError, kindOf } from './kinds';
import type { Place } from './place';
import type { LogRecord } from './record';
import { type Claim, LONGEST_REQUEST_MS, type RequestState, type Said, type StreamState } from './state';

export interface Seen {
  readonly place: Place;
  readonly evidence: Evidence;
}
export interface Step {
  readonly decision: LogDecision;
  readonly stream: StreamState;
}
type Of<T extends LogRecord['type']> = Extract<LogRecord, { readonly type: T }>;
type Failure = Of<'report' | 'runtime-done' | 'timed-out' | 'exited'>;

/** Memory is counted in whole megabytes, and the last page that was asked for was not given. */
const FULL_SHARE = 0.95;

export function step(stream: StreamState, record: LogRecord, seen: Seen): Step {
  switch (record.type) {
    case 'start':
      return start(stream, record, seen);
    case 'end':
      return end(stream, record);
    case 'init-start':
      if (isBusy(stream, seen)) return { stream, decision: none('out-of-place') };
      return { stream: { ...without(stream, 'open'), init: {} }, decision: none('healthy') };
    case 'init-report':
      return initReport(stream, record, seen);
    case 'extension':
      return extension(stream, record, seen);
    case 'logs-dropped':
      return { stream, decision: none('logs-dropped', { records: record.records }) };
    case 'claim':
      return claim(stream, record, seen);
    case 'logged':
      return { stream, decision: logged(stream, record, seen) };
    default:
      return failure(stream, record, seen);
  }
}

export function none(code: Reason['code'], args: Reason['args'] = {}): LogDecision {
  return { decision: 'none', reason: { code, args } };
}

function isBusy({ open }: StreamState, { evidence }: Seen): boolean {
  return open !== undefined && !open.ended && evidence.atMs - open.startedAtMs < LONGEST_REQUEST_MS;
}

function without<K extends 'open' | 'init'>(stream: StreamState, key: K): Omit<StreamState, K> {
  const { [key]: _gone, ...rest } = stream;
  return rest;
}

/** A second start while a request runs is not Lambda's: an environment has one request at a time. */
function start(stream: StreamState, { requestId, version }: Of<'start'>, seen: Seen): Step {
  if (version !== undefined && version !== seen.place.version) return { stream, decision: none('out-of-place') };
  if (stream.open?.requestId !== requestId && isBusy(stream, seen))
    return { stream, decision: none('other-request', { requestId }) };
  const open: RequestState = { requestId, startedAtMs: seen.evidence.atMs, ended: false };
  const last = stream.open ?? stream.last;
  return { stream: { ...without(stream, 'init'), open, ...(last ? { last } : {}) }, decision: none('healthy') };
}

function end(stream: StreamState, { requestId }: Of<'end'>): Step {
  if (stream.open?.requestId !== requestId) return { stream, decision: none('other-request', { requestId }) };
  return { stream: { ...stream, open: { ...stream.open, ended: true } }, decision: none('healthy') };
}

function failure(stream: StreamState, record: Failure, seen: Seen): Step {
  const { requestId } = record;
  const at = stream.open?.requestId === requestId ? 'open' : stream.last?.requestId === requestId ? 'last' : undefined;
  const request = at === undefined ? undefined : stream[at];
  if (request === undefined && isBusy(stream, seen)) return { stream, decision: none('other-request', { requestId }) };
  const found = fault(record, request?.claim);
  const reason: Reason = { code: reasonOf(record), args: argsOf(record) };
  const decision = verdict(found, request, reason, seen, requestId);
  if (at === undefined || request === undefined) return { stream, decision };
  const next: RequestState = decision.decision === 'diagnosis' && found ? { ...request, said: saidOf(found) } : request;
  if (at === 'open' && record.type === 'report')
    return { stream: { ...without(stream, 'open'), last: next }, decision };
  return { stream: { ...stream, [at]: next }, decision };
}

interface Found extends Classified {
  readonly confidence: Diagnosis['confidence'];
  readonly claim?: Claim;
}
const saidOf = ({ kind, known }: Found): Said => ({ kind, known });

function verdict(
  found: Found | undefined,
  request: RequestState | undefined,
  reason: Reason,
  seen: Seen,
  requestId: string,
): LogDecision {
  if (found === undefined) return none('healthy');
  const said = request?.said;
  // Only what is surer may correct what was said.
  if (said !== undefined && (said.known || !found.known || said.kind === found.kind)) return none('already-diagnosed');
  const startedAtMs = request?.startedAtMs ?? seen.evidence.atMs;
  const diagnosis = diagnosisOf(found, seen, `${requestId}@${startedAtMs}`, requestId);
  return { decision: request === undefined ? 'suspicion' : 'diagnosis', reason, diagnosis };
}

/** What the record says went wrong; `undefined`: nothing. */
function fault(record: Failure, claim: Claim | undefined): Found | undefined {
  if (record.type === 'timed-out') return sure('time-out', 'Sandbox.Timedout');
  if (record.type === 'exited') return exit(record);
  if (record.status === undefined || record.status === 'success') return undefined;
  if (record.status === 'timeout') return sure('time-out', record.errorType ?? 'Sandbox.Timedout');
  const { errorType } = record;
  if (errorType === 'Runtime.ExitError' && isFull(record))
    return { kind: 'out-of-memory', name: errorType, known: true, confidence: 'medium' };
  // The exit's cause is told by the line about it, if that comes; until then this is all there is.
  if (errorType === 'Runtime.ExitError')
    return { kind: 'invocation', name: errorType, known: false, confidence: 'medium' };
  const known = kindOf(errorType);
  if (errorType !== undefined && known !== undefined && known !== 'invocation')
    return claim !== undefined && claim.error.name === errorType ? claimed(claim) : sure(known, errorType);
  if (claim !== undefined) return claimed(claim);
  if (errorType !== undefined) return { ...classifyError({ name: errorType }), confidence: 'low' };
  return { kind: 'invocation', name: record.status, known: false, confidence: 'low' };
}

const sure = (kind: Found['kind'], name: string): Found => ({ kind, name, known: true, confidence: 'high' });

function claimed(claim: Claim): Found {
  const classified = classifyError(claim.error);
  return { ...classified, confidence: classified.known ? 'high' : 'low', claim };
}

function exit({ how, errorType }: Of<'exited'>): Found {
  if (errorType === 'Runtime.OutOfMemory') return sure('out-of-memory', errorType);
  // Lambda kills a process for its memory; another process of the function can only do so if the code does it.
  if (how.endsWith('signal: killed'))
    return { kind: 'out-of-memory', name: errorType ?? how, known: true, confidence: 'medium' };
  const kind = kindOf(errorType);
  if (errorType !== undefined && kind !== undefined) return sure(kind, errorType);
  return { kind: 'invocation', name: errorType ?? 'Runtime.ExitError', known: true, confidence: 'medium' };
}

function isFull(record: Of<'report' | 'runtime-done'>): boolean {
  if (record.type !== 'report' || record.memoryMb === undefined || record.usedMb === undefined) return false;
  return record.usedMb >= record.memoryMb * FULL_SHARE;
}

function reasonOf(record: Failure): Reason['code'] {
  if (record.type === 'report') return 'report-failed';
  if (record.type === 'runtime-done') return 'runtime-failed';
  return record.type === 'timed-out' ? 'request-timed-out' : 'runtime-exited';
}

function argsOf(record: Failure): Reason['args'] {
  if (record.type === 'timed-out') return { seconds: record.seconds };
  if (record.type === 'exited') return { how: record.how };
  return {
    status: record.status ?? 'unsaid',
    ...(record.errorType === undefined ? {} : { errorType: record.errorType }),
  };
}

function initReport(stream: StreamState, record: Of<'init-report'>, seen: Seen): Step {
  if (isBusy(stream, seen) && record.phase === 'init') return { stream, decision: none('out-of-place') };
  if (record.status === undefined || record.status === 'success') return { stream, decision: none('healthy') };
  if (stream.init?.said !== undefined) return { stream, decision: none('already-diagnosed') };
  const name = record.errorType ?? stream.init?.claim?.error.name ?? `init ${record.status}`;
  const kind = kindOf(name) === 'out-of-memory' ? 'out-of-memory' : 'init';
  const claim = stream.init?.claim;
  const found: Found = { ...sure(kind, name), ...(claim ? { claim } : {}) };
  const reason: Reason = { code: 'init-failed', args: { phase: record.phase, status: record.status } };
  const diagnosis = diagnosisOf(found, seen, seen.evidence.eventId, undefined);
  if (stream.init === undefined) return { stream, decision: { decision: 'suspicion', reason, diagnosis } };
  const init = { ...stream.init, said: saidOf(found) };
  return { stream: { ...stream, init }, decision: { decision: 'diagnosis', reason, diagnosis } };
}

function extension(stream: StreamState, { errorType }: Of<'extension'>, seen: Seen): Step {
  if (errorType === undefined) return { stream, decision: none('healthy') };
  const found: Found = { ...classifyError({ name: errorType }), confidence: 'medium' };
  const diagnosis = diagnosisOf(found, seen, seen.evidence.eventId, undefined);
  const reason: Reason = { code: 'extension-failed', args: { errorType } };
  // It names no request; only before the first one is it sure that nobody else speaks.
  const decision = stream.init !== undefined ? 'diagnosis' : 'suspicion';
  return { stream, decision: { decision, reason, diagnosis } };
}

function claim(stream: StreamState, record: Of<'claim'>, seen: Seen): Step {
  const { requestId, error } = record;
  const made: Claim = { error: shortened(error), evidence: seen.evidence };
  const { claim: _itself, ...found } = claimed(made);
  const reason: Reason = { code: 'error-claimed', args: { name: error.name } };
  const suspect = (id: string, request?: string): LogDecision => ({
    decision: 'suspicion',
    reason,
    diagnosis: diagnosisOf(found, seen, id, request),
  });
  const { open } = stream;
  if (open !== undefined && (requestId === undefined || requestId === open.requestId)) {
    if (open.ended) return { stream, decision: suspect(seen.evidence.eventId, requestId) };
    const next = { ...stream, open: { ...open, claim: made }, inError: true };
    return { stream: next, decision: suspect(`${open.requestId}@${open.startedAtMs}`, open.requestId) };
  }
  if (isBusy(stream, seen)) return { stream, decision: none('other-request') };
  if (requestId === undefined && stream.init !== undefined && open === undefined) {
    const next = { ...stream, init: { ...stream.init, claim: made }, inError: true };
    return { stream: next, decision: suspect(seen.evidence.eventId) };
  }
  return { stream: { ...stream, inError: true }, decision: suspect(seen.evidence.eventId, requestId) };
}

/** Triage's own words: an error is somebody's task, a warning was dealt with by whoever wrote it. */
function logged({ open }: StreamState, { level, service, error }: Of<'logged'>, seen: Seen): LogDecision {
  if (level === 'INFO') return none('healthy');
  if (error === undefined) return none('no-error', { level });
  const classified = classifyError(error);
  const found: Found = { ...classified, confidence: classified.known ? 'high' : 'low' };
  const reason: Reason = { code: 'error-logged', args: { level, service, name: error.name } };
  const diagnosis = diagnosisOf(found, seen, seen.evidence.eventId, open?.ended ? undefined : open?.requestId);
  return { decision: level === 'ERROR' ? 'diagnosis' : 'suspicion', reason, diagnosis };
}

const shortened = <E extends { readonly message: string }>(error: E): E => ({
  ...error,
  message: error.message.slice(0, 300),
});

function diagnosisOf(found: Found, seen: Seen, id: string, requestId: string | undefined): Diagnosis {
  return {
    id,
    kind: found.kind,
    confidence: found.confidence,
    functionName: seen.place.functionName,
    version: seen.place.version,
    ...(requestId === undefined ? {} : { requestId }),
    errorName: found.name,
    evidence: [...(found.claim ? [found.claim.evidence] : []), seen.evidence],
  };
}
