/**
 * Lambda's text format. Each expression takes the whole event from its first character to its last: what stands on a second
 * line of an event, or behind a prefix, is text and never a record.
 */
import { ERROR_NAME, type LoggedError, type LogRecord, REQUEST_ID, statusOf } from './record';

const VERSION = '(\\$LATEST|\\d{1,19})';
const START = new RegExp(`^START RequestId: (${REQUEST_ID}) Version: ${VERSION}\\s*$`);
const END = new RegExp(`^END RequestId: (${REQUEST_ID})\\s*$`);
const REPORT = new RegExp(`^REPORT RequestId: (${REQUEST_ID})\\t([^\\r]{1,1000})$`);
const INIT_START = /^INIT_START Runtime Version: [\w.:-]{1,80}(\tRuntime Version ARN: [\w.:/-]{1,200})?\s*$/;
const INIT_REPORT = /^INIT_REPORT Init Duration: \d{1,9}(\.\d+)? ms\t([^\r\n]{1,300})$/;
const TIMESTAMP = '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z';
const TIMED_OUT = new RegExp(`^${TIMESTAMP} (${REQUEST_ID}) Task timed out after (\\d{1,4}(?:\\.\\d+)?) seconds\\s*$`);
const TIMED_OUT_NEW = new RegExp(
  `^RequestId: (${REQUEST_ID}) Error: Task timed out after (\\d{1,4}(?:\\.\\d+)?) seconds\\s*$`,
);
const EXITED = new RegExp(
  `^RequestId: (${REQUEST_ID}) Error: Runtime exited (with error: (?:signal: [a-z ]{1,40}|exit status \\d{1,3})|without providing a reason)(?:\\n(${ERROR_NAME}))?\\s*$`,
);
const PROCESS_EXITED = new RegExp(`^RequestId: (${REQUEST_ID}) Process exited before completing request\\s*$`);
const CONSOLE = new RegExp(`^${TIMESTAMP}\\t(${REQUEST_ID}|undefined)\\tERROR\\t(.*)$`, 's');
/** The text is fixed and the error's type comes first, so that a cut message is still understood. */
const NODE_ERROR = new RegExp(
  `^(?:Invoke Error|Uncaught Exception|Unhandled Promise Rejection) ?\\t\\{"errorType":"(${ERROR_NAME})"`,
);
const PYTHON_ERROR = new RegExp(`^\\[ERROR\\] (${ERROR_NAME})(?:: |\\r|\\n|$)`);
const BOTO_CODE = new RegExp(
  `^\\[ERROR\\] ClientError: An error occurred \\((${ERROR_NAME})\\) when calling the \\w{1,80} operation`,
);
const FIELD = /^([A-Za-z][A-Za-z ]{0,39}): ([\w.:$ -]{1,120})$/;

/** `undefined`: no record of Lambda's. */
export function parseText(message: string): LogRecord | undefined {
  return platform(message) ?? languageRuntime(message);
}

function platform(message: string): LogRecord | undefined {
  // Records of Lambda's are short; the expressions need not look at more.
  if (message.length > 2_000) return undefined;
  const source = 'platform-text';
  const start = START.exec(message);
  if (start) return { type: 'start', source, requestId: start[1] as string, version: start[2] as string };
  const end = END.exec(message);
  if (end) return { type: 'end', source, requestId: end[1] as string };
  const report = REPORT.exec(message);
  if (report) return parseReport(report[1] as string, report[2] as string);
  if (INIT_START.test(message)) return { type: 'init-start', source };
  const init = INIT_REPORT.exec(message.trimEnd());
  if (init) return parseInitReport(init[2] as string);
  const timedOut = TIMED_OUT.exec(message) ?? TIMED_OUT_NEW.exec(message);
  if (timedOut) return { type: 'timed-out', source, requestId: timedOut[1] as string, seconds: Number(timedOut[2]) };
  const exited = EXITED.exec(message);
  if (exited) {
    const [, requestId = '', how = '', errorType] = exited;
    return { type: 'exited', source, requestId, how, ...(errorType === undefined ? {} : { errorType }) };
  }
  const gone = PROCESS_EXITED.exec(message);
  return gone ? { type: 'exited', source, requestId: gone[1] as string, how: 'before completing request' } : undefined;
}

/** Every field has to have the form of a field: one that has not makes the line somebody else's. */
function fieldsOf(text: string): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const part of text.split(/[\t\n]+/)) {
    if (part.trim() === '') continue;
    const field = FIELD.exec(part.trim());
    if (field?.[1] === undefined || field[2] === undefined || fields.has(field[1])) return undefined;
    fields.set(field[1], field[2]);
  }
  return fields;
}

function parseReport(requestId: string, rest: string): LogRecord | undefined {
  const fields = fieldsOf(rest);
  if (!fields?.has('Duration') || !fields.has('Memory Size')) return undefined;
  const memoryMb = megabytes(fields.get('Memory Size'));
  const usedMb = megabytes(fields.get('Max Memory Used'));
  return {
    type: 'report',
    source: 'platform-text',
    requestId,
    ...outcome(fields),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(usedMb === undefined ? {} : { usedMb }),
  };
}

function parseInitReport(rest: string): LogRecord | undefined {
  const fields = fieldsOf(rest);
  const phase = fields?.get('Phase');
  if (!fields || (phase !== 'init' && phase !== 'invoke')) return undefined;
  return { type: 'init-report', source: 'platform-text', phase, ...outcome(fields) };
}

function outcome(fields: ReadonlyMap<string, string>) {
  const status = statusOf(fields.get('Status'));
  const errorType = fields.get('Error Type');
  return { ...(status === undefined ? {} : { status }), ...(errorType === undefined ? {} : { errorType }) };
}

function megabytes(text: string | undefined): number | undefined {
  const digits = /^(\d{1,6}) MB$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function languageRuntime(message: string): LogRecord | undefined {
  const source = 'language-runtime';
  const line = CONSOLE.exec(message);
  if (line) {
    const name = NODE_ERROR.exec(line[2] as string)?.[1];
    if (name === undefined) return undefined;
    const requestId = line[1] === 'undefined' ? {} : { requestId: line[1] as string };
    return { type: 'claim', source, ...requestId, error: nodeError(name, line[2] as string) };
  }
  const name = BOTO_CODE.exec(message)?.[1] ?? PYTHON_ERROR.exec(message)?.[1];
  return name === undefined ? undefined : { type: 'claim', source, error: { name, message: '' } };
}

/** Message and code follow the type at the top of the object; a cut object has lost its end and is left at its type. */
function nodeError(name: string, text: string): LoggedError {
  try {
    const value = JSON.parse(text.slice(text.indexOf('\t') + 1)) as Readonly<Record<string, unknown>>;
    const code = typeof value.code === 'string' ? { code: value.code.slice(0, 100) } : {};
    return { name, message: typeof value.errorMessage === 'string' ? value.errorMessage : '', ...code };
  } catch {
    return { name, message: '' };
  }
}
