/** Proves the reason and the id that the monitor gives for each thing that it says, and for each that it leaves unsaid. */
import {
  diagnosisOf,
  END,
  INIT,
  INIT_FAILED,
  ISO,
  lastOf,
  logged,
  NOW_MS,
  OTHER,
  platform,
  REQUEST,
  report,
  START,
  TIMED_OUT,
  thrown,
} from './support';

const error = { name: 'AccessDenied', message: 'x' };

describe('nothing is said', () => {
  it.each<[string, string[], string, object?]>([
    ['of a start', [START], 'healthy'],
    ['of a start of another version', [START.replace('Version: 7', 'Version: 8')], 'out-of-place'],
    ['of a second start at once', [START, START.replace(REQUEST, OTHER)], 'other-request', { requestId: OTHER }],
    ['of a start that is told twice', [START, START], 'healthy'],
    ['of an end', [START, END], 'healthy'],
    ['of an end that nobody began', [END], 'other-request', { requestId: REQUEST }],
    ['of a report', [START, report()], 'healthy'],
    [
      'of a report of another request',
      [START, report(OTHER, 'Status: timeout')],
      'other-request',
      { requestId: OTHER },
    ],
    ['of a report that says success', [START, report(REQUEST, 'Status: success')], 'healthy'],
    [
      'of a time-out that was said',
      [START, TIMED_OUT, `${ISO} ${REQUEST} Task timed out after 3.00 seconds`],
      'already-diagnosed',
    ],
    ['of an initialisation', [INIT], 'healthy'],
    ['of an initialisation while a request runs', [START, INIT], 'out-of-place'],
    ['of one that went well', [INIT, 'INIT_REPORT Init Duration: 10.00 ms\tPhase: init'], 'healthy'],
    ['of one that says success', [INIT, platform('initReport', { phase: 'init', status: 'success' })], 'healthy'],
    ['of one that failed while a request runs', [INIT, START, INIT_FAILED], 'out-of-place'],
    ['of one whose failure was said', [INIT, INIT_FAILED, INIT_FAILED], 'already-diagnosed'],
    ['of an extension that runs', [INIT, platform('extension', { state: 'Ready' })], 'healthy'],
    ['of logs that were dropped', [platform('logsDropped', { droppedRecords: 3 })], 'logs-dropped', { records: 3 }],
    ['of an error of a request that does not run', [START, thrown('TypeError', OTHER)], 'other-request'],
    ['of an information', [logged({ level: 'INFO', error })], 'healthy'],
    ['of a line without an error', [logged({})], 'no-error', { level: 'ERROR' }],
    ['of a warning without one', [logged({ level: 'WARN' })], 'no-error', { level: 'WARN' }],
    ['of text', ['text'], 'no-record'],
    ['of a frame that belongs to no error', ['    at run'], 'no-record'],
    ['of the frames of an error', [START, thrown('TypeError'), '    at run', '    at go'], 'continuation'],
    ['of a frame after other text', [START, thrown('TypeError'), 'text', '    at run'], 'no-record'],
    ['of a line that was cut', ['x'.repeat(250_000)], 'cut-short'],
    ['of what comes after it', ['x'.repeat(250_000), thrown('TypeError')], 'after-cut'],
    ['of what comes after its rest', ['x'.repeat(250_000), 'rest', 'text'], 'no-record'],
    [
      'of its rest, though that is cut, too',
      ['x'.repeat(250_000), 'x'.repeat(250_000), thrown('TypeError')],
      'after-cut',
    ],
  ])('%s', (_what, messages, code, args = {}) => {
    expect(lastOf(...messages)).toEqual({ decision: 'none', reason: { code, args } });
  });
});

describe('the reason', () => {
  it.each<[string, string[], string, object]>([
    ['of a report', [START, TIMED_OUT], 'report-failed', { status: 'timeout' }],
    [
      'of a report that names an error',
      [START, report(REQUEST, 'Status: error\tError Type: Runtime.ExitError')],
      'report-failed',
      { status: 'error', errorType: 'Runtime.ExitError' },
    ],
    [
      'of a runtime that is done',
      [START, platform('runtimeDone', { requestId: REQUEST, status: 'failure' })],
      'runtime-failed',
      { status: 'failure' },
    ],
    [
      'of a time-out',
      [START, `${ISO} ${REQUEST} Task timed out after 3.50 seconds`],
      'request-timed-out',
      { seconds: 3.5 },
    ],
    [
      'of an exit',
      [START, `RequestId: ${REQUEST} Error: Runtime exited with error: signal: killed`],
      'runtime-exited',
      { how: 'with error: signal: killed' },
    ],
    ['of an initialisation', [INIT, INIT_FAILED], 'init-failed', { phase: 'init', status: 'error' }],
    [
      'of an extension',
      [INIT, platform('extension', { errorType: 'Extension.Crash' })],
      'extension-failed',
      { errorType: 'Extension.Crash' },
    ],
    ['of an error that is claimed', [START, thrown('TypeError')], 'error-claimed', { name: 'TypeError' }],
    [
      'of an error that is logged',
      [logged({ error })],
      'error-logged',
      { level: 'ERROR', service: 'runner', name: 'AccessDenied' },
    ],
  ])('%s tells what was seen', (_what, messages, code, args) => {
    expect(lastOf(...messages)?.reason).toEqual({ code, args });
  });
});

describe('the id', () => {
  const attempt = `${REQUEST}@${NOW_MS}`;
  it('is one for all that is said of one attempt of a request, from its start on', () => {
    const claimed = diagnosisOf(START, thrown('AccessDenied'));
    const failed = diagnosisOf(START, thrown('AccessDenied'), report(REQUEST, 'Status: error'));
    expect([claimed.id, failed.id]).toEqual([attempt, attempt]);
    expect([claimed.requestId, failed.requestId]).toEqual([REQUEST, REQUEST]);
    expect(diagnosisOf(START, END, TIMED_OUT).id).toBe(attempt);
  });

  it('is another for a second attempt, and for a report that nobody saw the start of', () => {
    expect(diagnosisOf(START, report(), START, TIMED_OUT).id).toBe(`${REQUEST}@${NOW_MS + 2}`);
    expect(diagnosisOf('text', TIMED_OUT).id).toBe(`${REQUEST}@${NOW_MS + 1}`);
  });

  it.each<[string, string[], string | undefined]>([
    ['an initialisation', ['text', INIT, INIT_FAILED], undefined],
    ['an extension', ['text', INIT, platform('extension', { errorType: 'Extension.Crash' })], undefined],
    ['an error in an initialisation', ['text', INIT, thrown('TypeError', 'undefined')], undefined],
    ['an error of nobody', ['text', 'text', thrown('TypeError', 'undefined')], undefined],
    ['an error of a request that has ended', [START, END, thrown('TypeError')], REQUEST],
    ['a line of the logger', ['text', START, logged({ error })], REQUEST],
    ['a line of the logger after the end', [START, END, logged({ error })], undefined],
  ])('is the event’s own for %s', (_what, messages, requestId) => {
    const diagnosis = diagnosisOf(...messages);
    expect([diagnosis.id, diagnosis.requestId]).toEqual(['2', requestId]);
    expect('requestId' in diagnosis).toBe(requestId !== undefined);
  });
});
