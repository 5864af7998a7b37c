/** What Lambda and its runtime log of one request, in both of the documented formats. A test holds each line to the recorded cases. */

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** How a request ended. */
export type HowEnded =
  | { readonly how: 'well' }
  | { readonly how: 'thrown'; readonly name: string }
  | { readonly how: 'timed out'; readonly seconds: number }
  | { readonly how: 'exited' }
  /** By the system, for its memory. */
  | { readonly how: 'killed' };

export interface LoggedRequest {
  readonly id: string;
  readonly functionName: string;
  readonly version: string;
  readonly atMs: number;
}

const MEMORY_MB = 512;
const USED_MB = 131;
const ARN = 'arn:aws:lambda:eu-central-1::runtime:5f0c';
const iso = (atMs: number): string => new Date(atMs).toISOString();

/** `isFirst`: the environment was made for it. */
export function linesOfStart(format: LogFormat, request: LoggedRequest, isFirst: boolean): string[] {
  const { id, version } = request;
  if (format === 'text') {
    const init = `INIT_START Runtime Version: nodejs:22.v54\tRuntime Version ARN: ${ARN}\n`;
    return [...(isFirst ? [init] : []), `START RequestId: ${id} Version: ${version}\n`];
  }
  const init = {
    initializationType: 'on-demand',
    phase: 'init',
    runtimeVersion: 'nodejs:22.v54',
    runtimeVersionArn: ARN,
    functionName: request.functionName,
    functionVersion: version,
  };
  const start = platform(request, 'start', { requestId: id, version });
  return isFirst ? [platform(request, 'initStart', init), start] : [start];
}

export function linesOfEnd(format: LogFormat, request: LoggedRequest, ended: HowEnded): string[] {
  return format === 'text' ? textEnd(request, ended) : jsonEnd(request, ended);
}

function textEnd({ id, atMs }: LoggedRequest, ended: HowEnded): string[] {
  const end = `END RequestId: ${id}\n`;
  const report = (usedMb: number, more: string) =>
    `REPORT RequestId: ${id}\tDuration: 231.44 ms\tBilled Duration: 232 ms\tMemory Size: ${MEMORY_MB} MB\tMax Memory Used: ${usedMb} MB\t${more}\n`;
  switch (ended.how) {
    case 'well':
      return [end, report(USED_MB, '')];
    case 'thrown': {
      const { name } = ended;
      const error = { errorType: name, errorMessage: 'thrown', stack: [`${name}: thrown`, FRAME] };
      const claim = `${iso(atMs)}\t${id}\tERROR\tInvoke Error \t${JSON.stringify(error)}\n`;
      return [claim, end, report(USED_MB, `Status: error\tError Type: ${name}`)];
    }
    case 'timed out': {
      const line = `${iso(atMs)} ${id} Task timed out after ${ended.seconds.toFixed(2)} seconds\n\n`;
      return [line, end, report(USED_MB, 'Status: timeout')];
    }
    case 'exited':
      return [
        `RequestId: ${id} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n`,
        end,
        report(USED_MB, ''),
      ];
    case 'killed':
      return [
        end,
        report(MEMORY_MB, 'Status: error\tError Type: Runtime.ExitError'),
        `RequestId: ${id} Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n`,
      ];
  }
}
const FRAME = '    at Runtime.handler (/var/task/index.js:12:34)';

function jsonEnd(request: LoggedRequest, ended: HowEnded): string[] {
  const { id: requestId, atMs } = request;
  const done = (status: string, more: object = {}) =>
    platform(request, 'runtimeDone', {
      requestId,
      status,
      ...more,
      metrics: { durationMs: 229.1, producedBytes: 26 },
    });
  const report = (status: string, maxMemoryUsedMB: number, more: object = {}) => {
    const metrics = { durationMs: 231.44, billedDurationMs: 232, memorySizeMB: MEMORY_MB, maxMemoryUsedMB };
    return platform(request, 'report', { requestId, metrics, status, ...more });
  };
  switch (ended.how) {
    case 'well':
      return [done('success'), report('success', USED_MB)];
    case 'thrown': {
      const { name } = ended;
      const message = { errorType: name, errorMessage: 'thrown', stackTrace: [`${name}: thrown`] };
      const claim = JSON.stringify({ timestamp: iso(atMs), level: 'ERROR', requestId, message });
      return [claim, done('error'), report('error', USED_MB)];
    }
    case 'timed out':
      return [
        done('timeout', { errorType: 'Sandbox.Timedout' }),
        report('timeout', USED_MB, { errorType: 'Sandbox.Timedout' }),
      ];
    case 'exited':
      return [platform(request, 'fault', `RequestId: ${requestId} Error: Runtime exited with error: exit status 1`)];
    case 'killed':
      return [report('error', MEMORY_MB, { errorType: 'Runtime.ExitError' })];
  }
}

const platform = ({ atMs }: LoggedRequest, type: string, record: unknown): string =>
  JSON.stringify({ time: iso(atMs), type: `platform.${type}`, record });
