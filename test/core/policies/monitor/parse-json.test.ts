/** Proves which lines in JSON are records, of whom, and with what in them; and that a line that is nearly one is none. */
import { parseJson } from '../../../../core/policies/monitor/parse-json';
import { parseRecord } from '../../../../core/policies/monitor/parse-record';
import { ISO, logged, platform, REQUEST } from './support';

const PLATFORM = { source: 'platform-json' };
const RUNTIME = { source: 'language-runtime' };
const printed = (more: object = {}) =>
  JSON.stringify({
    timestamp: ISO,
    level: 'ERROR',
    requestId: REQUEST,
    errorType: 'TypeError',
    errorMessage: 'no',
    ...more,
  });
const deep = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`;

type Row = readonly [what: string, message: string, record: object | undefined];

describe('a system record in JSON', () => {
  it.each<Row>([
    [
      'start',
      platform('start', { requestId: REQUEST, version: '7' }),
      { type: 'start', requestId: REQUEST, version: '7' },
    ],
    [
      'start of no version',
      platform('start', { requestId: REQUEST, version: 7 }),
      { type: 'start', requestId: REQUEST },
    ],
    ['end', platform('end', { requestId: REQUEST }), { type: 'end', requestId: REQUEST }],
    [
      'runtimeDone',
      platform('runtimeDone', { requestId: REQUEST, status: 'failure', errorType: 'Runtime.ExitError' }),
      { type: 'runtime-done', requestId: REQUEST, status: 'failure', errorType: 'Runtime.ExitError' },
    ],
    [
      'report',
      platform('report', { requestId: REQUEST, status: 'error', metrics: { memorySizeMB: 128, maxMemoryUsedMB: 90 } }),
      { type: 'report', requestId: REQUEST, status: 'error', memoryMb: 128, usedMb: 90 },
    ],
    [
      'report with metrics that are none',
      platform('report', {
        requestId: REQUEST,
        status: 'success',
        metrics: { memorySizeMB: '128', maxMemoryUsedMB: null },
      }),
      { type: 'report', requestId: REQUEST, status: 'success' },
    ],
    [
      'report with a status and an error that are no names',
      platform('report', { requestId: REQUEST, status: 'odd', errorType: 'two words', metrics: [1] }),
      { type: 'report', requestId: REQUEST },
    ],
    ['initStart', platform('initStart', {}), { type: 'init-start' }],
    [
      'initReport',
      platform('initReport', { phase: 'invoke', status: 'timeout' }),
      { type: 'init-report', phase: 'invoke', status: 'timeout' },
    ],
    ['initReport of another phase', platform('initReport', { phase: 'snap' }), { type: 'init-report', phase: 'init' }],
    [
      'extension',
      platform('extension', { errorType: 'Extension.Crash' }),
      { type: 'extension', errorType: 'Extension.Crash' },
    ],
    ['extension that runs', platform('extension', { state: 'Ready' }), { type: 'extension' }],
    ['logsDropped', platform('logsDropped', { droppedRecords: 3 }), { type: 'logs-dropped', records: 3 }],
    [
      'logsDropped of no number',
      platform('logsDropped', { droppedRecords: '3' }),
      { type: 'logs-dropped', records: 0 },
    ],
    ['logsDropped of a part', platform('logsDropped', { droppedRecords: 1.5 }), { type: 'logs-dropped', records: 0 }],
    [
      'fault',
      platform('fault', ` RequestId: ${REQUEST} Error: Runtime exited with error: signal: killed\n`),
      { type: 'exited', requestId: REQUEST, how: 'with error: signal: killed' },
    ],
    [
      'fault without an error',
      platform('fault', `RequestId: ${REQUEST} Process exited before completing request`),
      { type: 'exited', requestId: REQUEST, how: 'Process exited before completing request' },
    ],
    [
      'time with a part of a second',
      platform('initStart', {}, { time: '2026-11-20T10:00:03.123456789Z' }),
      { type: 'init-start' },
    ],
    ['time without one', platform('initStart', {}, { time: '2026-11-20T10:00:03Z' }), { type: 'init-start' }],
    ['record with white space about it', ` ${platform('initStart', {})}\r\n`.trimStart(), { type: 'init-start' }],
  ])('%s', (_what, message, record) => {
    expect(parseRecord(message)).toEqual({ ...PLATFORM, ...record });
  });

  it.each([
    ['has a name more', platform('initStart', {}, { more: 1 })],
    ['has a name less', JSON.stringify({ type: 'platform.initStart', record: {} })],
    ['has no time', platform('initStart', {}, { time: 'now' })],
    ['has a time with text before it', platform('initStart', {}, { time: `x${ISO}` })],
    ['has a time with text after it', platform('initStart', {}, { time: `${ISO}x` })],
    ['has a time that is a list', platform('initStart', {}, { time: [ISO] })],
    ['has a type that is no text', JSON.stringify({ time: ISO, type: ['platform.initStart'], record: {} })],
    ['is of another type', platform('telemetrySubscription', { requestId: REQUEST })],
    ['has a list as its record', platform('initStart', [])],
    ['has nothing as its record', platform('initStart', null)],
    ['has text as its record', platform('report', 'text')],
    ['names no request', platform('start', { version: '7' })],
    ['names a request in capitals', platform('end', { requestId: REQUEST.toUpperCase() })],
    ['names more than a request', platform('end', { requestId: `${REQUEST}0` })],
    ['is a fault in an object', platform('fault', { requestId: REQUEST })],
    ['is a fault of no request', platform('fault', `RequestId: ${'x'.repeat(36)} Process exited`)],
    ['is a fault with other text before it', platform('fault', `x RequestId: ${REQUEST} Process exited`)],
    ['is a fault with other characters', platform('fault', `RequestId: ${REQUEST} Process "exited"`)],
    ['is a fault at great length', platform('fault', `RequestId: ${REQUEST} Process exited${' '.repeat(500)}`)],
    ['is followed by text', `${platform('initStart', {})} x`],
    ['is followed by a brace', `${platform('initStart', {})}}`],
    ['ends early', platform('initStart', {}).slice(0, -1)],
  ])('fails if it %s', (_what, message) => {
    expect(parseRecord(message)).toBeUndefined();
  });

  it('is one object, and not deeper than 32 levels', () => {
    expect(parseJson(`[${platform('initStart', {})}]`)).toBeUndefined();
    expect(parseJson('null')).toBeUndefined();
    const at = (levels: number) => logged().replace(/\}$/, `,"data":${deep(levels)}}}`);
    expect(parseRecord(at(31))).toMatchObject({ type: 'logged' });
    expect(parseRecord(at(32))).toBeUndefined();
  });
});

describe('a line of Triage’s logger', () => {
  const line = { type: 'logged', source: 'triage-logger', level: 'ERROR', service: 'runner' };
  it.each<Row>([
    ['with nothing more', logged(), line],
    ['of a warning', logged({ level: 'WARN' }), { ...line, level: 'WARN' }],
    ['of an information', logged({ level: 'INFO' }), { ...line, level: 'INFO' }],
    [
      'with an error, its code and its cause’s',
      logged({ error: { name: 'Error', message: 'x', code: 'E1', cause: { code: 'E2' } } }),
      { ...line, error: { name: 'Error', message: 'x', code: 'E1', causeCode: 'E2' } },
    ],
    [
      'with an error and no code',
      logged({ error: { name: 'Error', message: '' } }),
      { ...line, error: { name: 'Error', message: '' } },
    ],
    [
      'with an error whose code and cause are no names',
      logged({ error: { name: 'Error', message: 'x', code: 7, cause: 'E2' } }),
      { ...line, error: { name: 'Error', message: 'x' } },
    ],
    ['with an error without a message', logged({ error: { name: 'Error' } }), line],
    ['with an error whose name is none', logged({ error: { name: 'two words', message: 'x' } }), line],
    ['with an error that is text', logged({ error: 'Error' }), line],
    ['with an error that is a list', logged({ error: [{ name: 'Error', message: 'x' }] }), line],
    ['with an error that is nothing', logged({ error: null }), line],
    ['that names a request', logged({ requestId: REQUEST }), undefined],
    ['of another level', logged({ level: 'DEBUG' }), undefined],
    ['without a service', logged({ service: undefined }), undefined],
    ['with a message that is no text', logged({ message: { a: 1 } }), undefined],
    ['without a time', logged({ timestamp: undefined }), undefined],
  ])('%s', (_what, message, record) => {
    expect(parseRecord(message)).toEqual(record);
  });
});

describe('an error that the console prints in JSON', () => {
  const claim = { type: 'claim', ...RUNTIME, requestId: REQUEST, error: { name: 'TypeError', message: 'no' } };
  const { requestId: _request, ...ofNobody } = claim;
  it.each<Row>([
    ['at the top', printed(), claim],
    ['that is fatal', printed({ level: 'FATAL' }), claim],
    ['of no request', printed({ requestId: undefined }), ofNobody],
    ['with its code', printed({ code: 'E1' }), { ...claim, error: { ...claim.error, code: 'E1' } }],
    [
      'as the whole message',
      printed({ errorType: undefined, message: { errorType: 'RangeError', errorMessage: 'x', code: 'E2' } }),
      { ...claim, error: { name: 'RangeError', message: 'x', code: 'E2' } },
    ],
    [
      'as a list',
      printed({ errorType: undefined, message: [{ errorType: 'RangeError', errorMessage: 'x' }] }),
      undefined,
    ],
    ['nowhere', printed({ errorType: undefined }), undefined],
    ['as a warning', printed({ level: 'WARN' }), undefined],
    ['without a time', printed({ timestamp: 'now' }), undefined],
    ['of a service', printed({ service: 'runner' }), undefined],
    ['of a request that is none', printed({ requestId: 'mine' }), undefined],
    ['whose name is none', printed({ errorType: 'two words' }), undefined],
    ['without a message', printed({ errorMessage: 7 }), undefined],
  ])('%s', (_what, message, record) => {
    expect(parseRecord(message)).toEqual(record);
  });
});
