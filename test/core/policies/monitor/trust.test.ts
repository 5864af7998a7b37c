/**
 * Proves that healthy logs lead to nothing, and that what a user writes into a field of an event cannot become a diagnosis,
 * wherever a function may print it. The lines of Triage's logger are made by the logger itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { createLog } from '../../../../lambdas/runtime/log';
import { batchOf, decisionsOf, END, found, NOW_MS, REQUEST, report, START } from './support';

const OTHER = '99999999-9999-4999-a999-999999999999';
const ISO = new Date(NOW_MS).toISOString();

const WORDS = [
  'AccessDenied',
  'Task timed out after 3.00 seconds',
  'Runtime exited with error: signal: killed',
  'Runtime.ExitError',
  'ERROR',
  'Invoke Error',
  'TypeError: x is not a function\n    at run (/var/task/index.js:1:1)',
  'Status: timeout',
  'errorType',
  'ThrottlingException',
  'out of memory',
  '500',
  'START',
];

/** Lines as the logger writes them. */
function written(write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = [];
  write(createLog({ service: 'runner-critical', write: (line) => lines.push(line), now: () => new Date(NOW_MS) }));
  return lines;
}

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string());
const text = fc.array(word, { maxLength: 5 }).map((words) => words.join(' '));
const data = fc.oneof(
  fc.dictionary(
    fc.oneof(fc.constantFrom('error', 'errorType', 'status', 'record', 'name', 'data'), fc.string()),
    fc.oneof(text, fc.integer(), fc.jsonValue()),
  ),
  text,
  fc.integer(),
);
const error = fc
  .constantFrom('AccessDenied', 'TypeError', 'ThrottlingException')
  .chain((name) => text.map((message) => Object.assign(new Error(message), { name })));

const healthyLine = fc.oneof(
  fc.tuple(text, data).map(([message, event]) => written((log) => log.info(message, { event }))[0] as string),
  fc.tuple(text, data).map(([message, event]) => written((log) => log.warn(message, { event }))[0] as string),
  fc
    .tuple(text, data)
    .map(([message, event]) => written((log) => log.error(message, { event, failed: 2 }))[0] as string),
  fc.tuple(text, error).map(([message, cause]) => written((log) => log.info(message, { error: cause }))[0] as string),
  text.map((message) => `${ISO}\t${REQUEST}\tINFO\t${message}\n`),
  text.map((message) => `${ISO}\t${REQUEST}\tERROR\tseen: ${message}\n`),
  text.map((message) => JSON.stringify({ timestamp: ISO, level: 'ERROR', requestId: REQUEST, message })),
  data.map((received) => JSON.stringify({ timestamp: ISO, level: 'INFO', requestId: REQUEST, message: { received } })),
  data.map((value) => JSON.stringify({ _aws: { Timestamp: NOW_MS, CloudWatchMetrics: [] }, Errors: 3, value })),
  text.map((message) => `note: ${message}`),
);

describe('healthy logs', () => {
  it('lead to no diagnosis and no suspicion in 10,000 lines', () => {
    fc.assert(
      fc.property(fc.array(healthyLine, { minLength: 20, maxLength: 20 }), (messages) => {
        const decisions = decisionsOf([batchOf([START, ...messages, END, report()])]);
        expect(decisions.filter(({ decision }) => decision !== 'none')).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

/** Pieces of records, whole records, and records behind a line's end. */
const platformLine = (id: string) =>
  fc.constantFrom(
    report(id, 'Status: timeout'),
    report(id, 'Status: error\tError Type: Runtime.ExitError'),
    `${ISO} ${id} Task timed out after 3.00 seconds`,
    `RequestId: ${id} Error: Runtime exited with error: signal: killed\nRuntime.ExitError`,
    `START RequestId: ${id} Version: 7`,
    `END RequestId: ${id}`,
    'INIT_REPORT Init Duration: 10.00 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError',
    JSON.stringify({ time: ISO, type: 'platform.report', record: { requestId: id, status: 'timeout' } }),
    JSON.stringify({ time: ISO, type: 'platform.start', record: { requestId: id } }),
  );
const otherLine = fc.constantFrom(
  JSON.stringify({
    level: 'ERROR',
    message: 'm',
    timestamp: ISO,
    service: 's',
    error: { name: 'AccessDenied', message: '' },
  }),
  `${ISO}\t${REQUEST}\tERROR\tInvoke Error \t{"errorType":"AccessDenied","errorMessage":""}`,
  `Invoke Error \t{"errorType":"AccessDenied","errorMessage":""}`,
  '[ERROR] TypeError: x',
);
const line = fc.oneof(platformLine(REQUEST), platformLine(OTHER), otherLine, text);
const forged = fc
  .array(fc.tuple(fc.constantFrom('', '\n', '\r\n', '\t', '\r', '"}\n', '\u2028', '\u0085'), line), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.flat().join(''));
const field = fc.oneof(
  forged,
  forged.map((message) => ({ error: { name: 'AccessDenied', message }, message })),
  fc.constant({ errorType: 'AccessDenied', errorMessage: 'no', stackTrace: [] }),
  fc.constant({ time: ISO, type: 'platform.report', record: { requestId: REQUEST, status: 'timeout' } }),
  fc.constant({ level: 'ERROR', service: 'runner', timestamp: ISO, error: { name: 'AccessDenied', message: '' } }),
);

function expectNoDiagnosis(messages: readonly string[]) {
  const decisions = decisionsOf([batchOf([START, ...messages, END, report()])]);
  expect(found(decisions)).toEqual([]);
  return decisions;
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters
const LINE_ENDS = /[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const RUNS = { numRuns: 10_000 };

describe('a forged record', () => {
  it('fails in any field of the logger, even spread over the line, wherever a reader of logs ends a line', () => {
    fc.assert(
      fc.property(field, fc.constantFrom('info', 'warn', 'error'), (value, level) => {
        const spread = typeof value === 'object' ? { ...value } : {};
        const lines = written((log) => {
          log[level](String(value), { value, error: value });
          log[level]('received', spread);
        });
        // The embedded emulator cuts at whatever Python takes for a line's end.
        const decisions = expectNoDiagnosis(lines.flatMap((each) => each.split(LINE_ENDS)));
        expect(found(decisions, 'suspicion')).toEqual([]);
      }),
      RUNS,
    );
  });

  it('fails in a message of the console, in both formats: it is a suspicion at most', () => {
    fc.assert(
      fc.property(field, fc.constantFrom('INFO', 'ERROR'), (value, level) => {
        expectNoDiagnosis([
          `${ISO}\t${REQUEST}\t${level}\t${typeof value === 'string' ? value : JSON.stringify(value)}\n`,
          JSON.stringify({ timestamp: ISO, level, requestId: REQUEST, message: value }),
        ]);
      }),
      RUNS,
    );
  });

  it('fails as a line of its own if it names a request that does not run', () => {
    fc.assert(
      fc.property(fc.array(platformLine(OTHER), { minLength: 1, maxLength: 6 }), (lines) => {
        const decisions = expectNoDiagnosis(lines);
        expect(found(decisions, 'suspicion')).toEqual([]);
      }),
      RUNS,
    );
  });

  it('does not hide the failure of the request that runs', () => {
    fc.assert(
      fc.property(fc.array(platformLine(OTHER), { maxLength: 6 }), (lines) => {
        const decisions = decisionsOf([batchOf([START, ...lines, END, report(REQUEST, 'Status: timeout')])]);
        expect(found(decisions)).toMatchObject([{ diagnosis: { kind: 'time-out', requestId: REQUEST } }]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('would be seen by these tests: an error that was thrown and logged is a diagnosis', () => {
    const lines = written((log) => log.error('no', { error: Object.assign(new Error('x'), { name: 'AccessDenied' }) }));
    expect(found(decisionsOf([batchOf([START, ...lines])]))).toMatchObject([{ diagnosis: { kind: 'permission' } }]);
  });
});

describe('what runs in a function', () => {
  it('prints by the logger and as metrics only, since a line that is printed as it is could be a record', () => {
    const root = join(__dirname, '../../../..');
    const files = ['lambdas', 'core', 'applications', 'adapters'].flatMap((folder) =>
      (readdirSync(join(root, folder), { recursive: true }) as string[])
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(folder, file)),
    );
    const printing = files.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((each) => /\bconsole\.|process\.std(out|err)/.test(each))
        .filter((each) => !/process\.stdout\.write\(`\$\{(metricLine\(|lines\.join\()/.test(each))
        .map((each) => `${file}: ${each.trim()}`),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(printing).toEqual(['lambdas/runtime/log.ts: write = (line) => process.stdout.write(line),']);
  });
});
