/** Structured logging with the field names of Powertools for AWS Lambda, so that queries written for either work. */
import type { Log } from '../../core/ports/log';

export interface LogContext {
  /** The function's stage and name, for instance `runner-critical`. */
  readonly service: string;
  /** Lines go here; standard output if left out. */
  readonly write?: (line: string) => void;
  readonly now?: () => Date;
}

/** Fields are never merged into a shared state: records of a batch run side by side. */
export function createLog({
  service,
  write = (line) => process.stdout.write(line),
  now = () => new Date(),
}: LogContext): Log {
  const line =
    (level: 'INFO' | 'WARN' | 'ERROR') =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      const error = 'error' in fields ? { error: errorOf(fields.error) } : {};
      const head = { level, message, timestamp: now().toISOString(), service, ...traceId(), ...error };
      // The head comes last, so that a field cannot pass itself off as the runtime's own words.
      write(`${oneLine(JSON.stringify({ ...fields, ...head }, plainErrors))}\n`);
    };
  return { info: line('INFO'), warn: line('WARN'), error: line('ERROR') };
}

/** JSON leaves these as they are, and some readers of logs end a line at them: what follows would be taken for a line of its own. */
function oneLine(json: string): string {
  return json.replace(/[\u0085\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The monitor takes an object here for an error that was thrown: anything else that looks like one is printed as text. */
function errorOf(error: unknown): unknown {
  if (error instanceof Error || error === null || typeof error !== 'object') return error;
  return JSON.stringify(error, plainErrors);
}

/** An Error has no enumerable fields and would be logged as `{}`. */
function plainErrors(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  // Node.js calls most of its errors `Error` and tells them apart by their code.
  const code = 'code' in value && typeof value.code === 'string' ? { code: value.code } : {};
  return { name, message, ...code, stack, cause };
}

function traceId(): { xray_trace_id?: string } {
  const root = /Root=([^;]+)/.exec(process.env._X_AMZN_TRACE_ID ?? '')?.[1];
  return root === undefined ? {} : { xray_trace_id: root };
}
