/** Streams of a made-up function, as batches. */
import type { LogBatch } from '../../../../core/contracts/log-record';
import type { Diagnosis, LogDecision } from '../../../../core/policies/monitor/decision';
import { diagnose, type MonitorSettings } from '../../../../core/policies/monitor/diagnose';
import { type MonitorState, NOTHING_SEEN } from '../../../../core/policies/monitor/state';

export const FUNCTION = 'triage-test-runner-critical';
export const SETTINGS: MonitorSettings = { prefix: 'triage-test-', self: 'triage-test-monitor' };
export const NOW_MS = Date.UTC(2026, 10, 20, 10);
export const REQUEST = '3f2a1eef-001f-4007-a00d-000000019919';

export const START = `START RequestId: ${REQUEST} Version: 7\n`;
export const END = `END RequestId: ${REQUEST}\n`;
export const report = (requestId = REQUEST, extra = '') =>
  `REPORT RequestId: ${requestId}\tDuration: 3.10 ms\tBilled Duration: 4 ms\tMemory Size: 512 MB\tMax Memory Used: 90 MB\t${extra}\n`;

export function batchOf(messages: readonly string[], { from = 0, version = '7', streams = '' } = {}): LogBatch {
  return {
    owner: '111122223333',
    logGroup: `/aws/lambda/${FUNCTION}`,
    logStream: `2026/11/20/[${version}]${streams}0123456789abcdef0123456789abcdef`,
    subscriptionFilters: ['monitor'],
    events: messages.map((message, index) => ({
      id: `${streams}${from + index}`,
      timestamp: NOW_MS + from + index,
      message,
    })),
  };
}

export function decisionsOf(batches: readonly LogBatch[], state: MonitorState = NOTHING_SEEN): LogDecision[] {
  let now = state;
  return batches.flatMap((batch) => {
    const { decisions, state: next } = diagnose(now, batch, { nowMs: NOW_MS, settings: SETTINGS });
    // As if it had been stored and read again.
    now = JSON.parse(JSON.stringify(next)) as MonitorState;
    return decisions.map(({ decision }) => decision);
  });
}

export const found = (decisions: readonly LogDecision[], what: LogDecision['decision'] = 'diagnosis') =>
  decisions.filter(({ decision }) => decision === what);

export const OTHER = '88888888-8888-4888-a888-888888888888';
export const ISO = new Date(NOW_MS).toISOString();
export const INIT = 'INIT_START Runtime Version: nodejs:22.v54\n';
export const INIT_FAILED =
  'INIT_REPORT Init Duration: 10.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError';
export const TIMED_OUT = report(REQUEST, 'Status: timeout');

/** A system record in JSON. */
export const platform = (type: string, record: unknown, more: object = {}) =>
  JSON.stringify({ time: ISO, type: `platform.${type}`, record, ...more });
/** A line of Triage's logger. */
export const logged = (more: object = {}) =>
  JSON.stringify({ level: 'ERROR', message: 'm', timestamp: ISO, service: 'runner', ...more });
/** What Node.js's runtime writes of an error that a handler throws. */
export const thrown = (name: string, request = REQUEST, message = '') =>
  `${ISO}\t${request}\tERROR\tInvoke Error \t${JSON.stringify({ errorType: name, errorMessage: message })}\n`;

/** What is said of the last of these lines, and what is found in it. */
export const lastOf = (...messages: string[]) => decisionsOf([batchOf(messages)]).at(-1);
export function diagnosisOf(...messages: string[]): Diagnosis {
  const decision = lastOf(...messages);
  if (decision === undefined || decision.decision === 'none') throw new Error(JSON.stringify(decision));
  return decision.diagnosis;
}
