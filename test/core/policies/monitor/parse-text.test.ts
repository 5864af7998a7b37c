/** Proves which lines of text are records, of whom, and with what in them; and that a line that is nearly one is none. */
import { CUT_BYTES, isContinuation, isCut, parseRecord } from '../../../../core/policies/monitor/parse-record';
import { END, ISO, REQUEST, report, START } from './support';

const TEXT = { source: 'platform-text', requestId: REQUEST };
const RUNTIME = { source: 'language-runtime' };
type Row = readonly [what: string, message: string, record: object | undefined];

describe('a record in text', () => {
  const REPORTED = { type: 'report', ...TEXT, memoryMb: 512, usedMb: 90 };
  const exited = (how: string) => `RequestId: ${REQUEST} Error: Runtime exited ${how}`;
  it.each<Row>([
    ['start', START, { type: 'start', ...TEXT, version: '7' }],
    ['start of the newest', START.replace('7\n', '$LATEST'), { type: 'start', ...TEXT, version: '$LATEST' }],
    ['end', END, { type: 'end', ...TEXT }],
    ['report', report(), REPORTED],
    [
      'report of an error',
      report(REQUEST, 'Status: error\tError Type: Runtime.ExitError'),
      { ...REPORTED, status: 'error', errorType: 'Runtime.ExitError' },
    ],
    ['report of a status that is none', report(REQUEST, 'Status: odd'), REPORTED],
    ['report of fields on two lines', report(REQUEST, '\nXRAY TraceId: 1-5'), REPORTED],
    ['report of memory in other units', report().replace(/MB/g, 'GB'), { type: 'report', ...TEXT }],
    [
      'start of an initialisation',
      'INIT_START Runtime Version: nodejs:22.v54\n',
      { type: 'init-start', source: TEXT.source },
    ],
    [
      'initialisation',
      'INIT_REPORT Init Duration: 10.00 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError\n',
      { type: 'init-report', source: TEXT.source, phase: 'invoke', status: 'error', errorType: 'Runtime.ExitError' },
    ],
    [
      'initialisation that went well',
      'INIT_REPORT Init Duration: 10.00 ms\tPhase: init',
      { type: 'init-report', source: TEXT.source, phase: 'init' },
    ],
    [
      'time-out',
      `${ISO} ${REQUEST} Task timed out after 3.50 seconds\n\n`,
      { type: 'timed-out', ...TEXT, seconds: 3.5 },
    ],
    [
      'time-out as it is said now',
      `RequestId: ${REQUEST} Error: Task timed out after 3.00 seconds`,
      { type: 'timed-out', ...TEXT, seconds: 3 },
    ],
    ['exit', exited('with error: signal: killed'), { type: 'exited', ...TEXT, how: 'with error: signal: killed' }],
    [
      'exit with its name on the next line',
      exited('with error: exit status 1\nRuntime.ExitError'),
      { type: 'exited', ...TEXT, how: 'with error: exit status 1', errorType: 'Runtime.ExitError' },
    ],
    [
      'exit for no reason',
      exited('without providing a reason'),
      { type: 'exited', ...TEXT, how: 'without providing a reason' },
    ],
    [
      'process that is gone',
      `RequestId: ${REQUEST} Process exited before completing request`,
      { type: 'exited', ...TEXT, how: 'before completing request' },
    ],
    ['report without its duration', report().replace('Duration: 3.10 ms\tBilled ', 'Billed '), undefined],
    ['report without its memory', report().replace('Memory Size: 512 MB\tMax', 'Max'), undefined],
    ['report of a field that is none', report(REQUEST, 'no field'), undefined],
    ['report of a field twice', report(REQUEST, 'Status: error\tStatus: success'), undefined],
    ['initialisation of another phase', 'INIT_REPORT Init Duration: 10.00 ms\tPhase: snap', undefined],
    ['initialisation of a field that is none', 'INIT_REPORT Init Duration: 10.00 ms\tPhase: init\tx', undefined],
    ['end at a great distance', END + ' '.repeat(2_000), undefined],
  ])('%s', (_what, message, record) => {
    expect(parseRecord(message)).toEqual(record);
  });
});

describe('an error that the console prints in text', () => {
  const line = (text: string, request = REQUEST) => `${ISO}\t${request}\tERROR\t${text}\n`;
  const claim = (error: object) => ({ type: 'claim', ...RUNTIME, requestId: REQUEST, error });
  it.each<Row>([
    [
      'with its message and its code',
      line('Invoke Error \t{"errorType":"Error","errorMessage":"x","code":"E1","stack":[]}'),
      claim({ name: 'Error', message: 'x', code: 'E1' }),
    ],
    [
      'with a message and a code that are none',
      line('Uncaught Exception \t{"errorType":"Error","errorMessage":7,"code":7}'),
      claim({ name: 'Error', message: '' }),
    ],
    [
      'with a long code',
      line(`Invoke Error \t{"errorType":"Error","errorMessage":"x","code":"${'E'.repeat(150)}"}`),
      claim({ name: 'Error', message: 'x', code: 'E'.repeat(100) }),
    ],
    [
      'that was cut',
      line('Invoke Error \t{"errorType":"TypeError","errorMess'),
      claim({ name: 'TypeError', message: '' }),
    ],
    [
      'of no request',
      line('Unhandled Promise Rejection \t{"errorType":"Error","errorMessage":"x"}', 'undefined'),
      { type: 'claim', ...RUNTIME, error: { name: 'Error', message: 'x' } },
    ],
    [
      'of Python',
      '[ERROR] KeyError: x\nTraceback',
      { type: 'claim', ...RUNTIME, error: { name: 'KeyError', message: '' } },
    ],
    [
      'of an AWS client in Python, by the service’s name for it',
      '[ERROR] ClientError: An error occurred (AccessDenied) when calling the PutObject operation: no',
      { type: 'claim', ...RUNTIME, error: { name: 'AccessDenied', message: '' } },
    ],
    ['that somebody writes about', line('seen: Invoke Error \t{"errorType":"Error"}'), undefined],
    ['of text', 'TypeError: x', undefined],
  ])('%s', (_what, message, record) => {
    expect(parseRecord(message)).toEqual(record);
  });
});

it('a line is cut that fills Lambda’s limit, in bytes', () => {
  const of = (character: string, count: number) => isCut(character.repeat(count));
  expect([of('x', CUT_BYTES - 1), of('x', CUT_BYTES)]).toEqual([false, true]);
  expect([of('€', 83_333), of('€', 83_334)]).toEqual([false, true]);
});

it.each([
  ['a frame', '    at run (/var/task/index.js:1:1)', true],
  ['a cause', 'Caused by: Error', true],
  ['a traceback', 'Traceback (most recent call last)', true],
  ['frames left out', '... 7 more', true],
  ['an end', '})', true],
  ['the name of an exit', 'Runtime.ExitError\n', true],
  ['an end with text', '} and', false],
  ['white space', '   ', false],
  ['text', 'at run', false],
])('%s goes on with the line before, or does not', (_what, message, expected) => {
  expect(isContinuation(message)).toBe(expected);
});
