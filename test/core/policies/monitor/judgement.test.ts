/** Proves of what kind the monitor takes a failure for, how sure it is, what corrects it, and what it shows for it. */
import {
  batchOf,
  decisionsOf,
  diagnosisOf,
  INIT,
  INIT_FAILED,
  lastOf,
  logged,
  OTHER,
  platform,
  REQUEST,
  report,
  START,
  TIMED_OUT,
  thrown,
} from './support';

const error = { name: 'AccessDenied', message: 'x' };

describe('how sure it is', () => {
  const failed = (status: string, ...before: string[]) => [START, ...before, report(REQUEST, `Status: ${status}`)];
  const full = (usedMb: number) =>
    platform('report', {
      requestId: REQUEST,
      status: 'error',
      errorType: 'Runtime.ExitError',
      metrics: { memorySizeMB: 100, maxMemoryUsedMB: usedMb },
    });
  const exited = (how: string) => [START, `RequestId: ${REQUEST} Error: Runtime exited ${how}`];
  it.each<[string, string[], object]>([
    ['a time-out', failed('timeout'), { kind: 'time-out', confidence: 'high', errorName: 'Sandbox.Timedout' }],
    [
      'a time-out by its own name',
      failed('timeout\tError Type: Sandbox.Timeout'),
      { kind: 'time-out', errorName: 'Sandbox.Timeout' },
    ],
    [
      'an exit with full memory',
      [START, full(95)],
      { kind: 'out-of-memory', confidence: 'medium', errorName: 'Runtime.ExitError' },
    ],
    [
      'an exit with memory left',
      [START, full(94)],
      { kind: 'invocation', confidence: 'medium', errorName: 'Runtime.ExitError' },
    ],
    [
      'an exit of which nobody says how much memory it used',
      failed('error\tError Type: Runtime.ExitError').map((each) => each.replace(/Max Memory Used: 90 MB\t/, '')),
      { kind: 'invocation', confidence: 'medium' },
    ],
    ['a status and nothing more', failed('failure'), { kind: 'invocation', confidence: 'low', errorName: 'failure' }],
    ['a name that is known', failed('error\tError Type: AccessDenied'), { kind: 'permission', confidence: 'high' }],
    [
      'a name that is not',
      failed('error\tError Type: MyError'),
      { kind: 'code', confidence: 'low', errorName: 'MyError' },
    ],
    ['an error that was claimed', failed('error', thrown('AccessDenied')), { kind: 'permission', confidence: 'high' }],
    [
      'a claim that is not known',
      failed('error', thrown('MyError')),
      { kind: 'code', confidence: 'low', errorName: 'MyError' },
    ],
    [
      'the platform’s name against a claim’s',
      failed('error\tError Type: TypeError', thrown('AccessDenied')),
      { kind: 'code', confidence: 'high', errorName: 'TypeError' },
    ],
    [
      'a claim against a name that says no more than that it failed',
      failed('error\tError Type: Runtime.Unknown', thrown('AccessDenied')),
      { kind: 'permission', errorName: 'AccessDenied' },
    ],
    [
      'an exit for want of memory',
      exited('with error: exit status 1\nRuntime.OutOfMemory'),
      { kind: 'out-of-memory', confidence: 'high' },
    ],
    [
      'an exit that was killed',
      exited('with error: signal: killed'),
      { kind: 'out-of-memory', confidence: 'medium', errorName: 'with error: signal: killed' },
    ],
    [
      'an exit by a known name',
      exited('with error: exit status 1\nRuntime.ExitError'),
      { kind: 'invocation', confidence: 'high' },
    ],
    [
      'an exit by a name that is not known',
      exited('with error: exit status 1\nMyError'),
      { kind: 'invocation', confidence: 'medium', errorName: 'MyError' },
    ],
    [
      'an exit by no name',
      exited('with error: exit status 1'),
      { kind: 'invocation', confidence: 'medium', errorName: 'Runtime.ExitError' },
    ],
    [
      'an initialisation',
      [INIT, INIT_FAILED],
      { kind: 'init', confidence: 'high', errorName: 'Runtime.ImportModuleError' },
    ],
    [
      'an initialisation for want of memory',
      [INIT, platform('initReport', { phase: 'init', status: 'error', errorType: 'Runtime.OutOfMemory' })],
      { kind: 'out-of-memory' },
    ],
    [
      'an initialisation of which the runtime says the error',
      [INIT, thrown('TypeError', 'undefined'), platform('initReport', { phase: 'init', status: 'error' })],
      { kind: 'init', errorName: 'TypeError' },
    ],
    [
      'an initialisation of which nobody says it',
      [INIT, platform('initReport', { phase: 'init', status: 'error' })],
      { kind: 'init', errorName: 'init error' },
    ],
    [
      'an extension',
      [INIT, platform('extension', { errorType: 'Extension.New' })],
      { kind: 'init', confidence: 'medium' },
    ],
    ['a logged error by a known name', [logged({ error })], { kind: 'permission', confidence: 'high' }],
    [
      'a logged error by another',
      [logged({ error: { ...error, name: 'MyError' } })],
      { kind: 'code', confidence: 'low' },
    ],
  ])('depends: %s', (_what, messages, expected) => {
    expect(diagnosisOf(...messages)).toMatchObject(expected);
  });
});

describe('what is surer', () => {
  const exit = `RequestId: ${REQUEST} Error: Runtime exited with error: signal: killed`;
  const failed = report(REQUEST, 'Status: error\tError Type: Runtime.ExitError');
  const told = (...messages: string[]) => decisionsOf([batchOf([START, ...messages])]).map(({ decision }) => decision);
  it('corrects what was said, also after the report, and nothing else does', () => {
    expect(told(failed, exit)).toEqual(['none', 'diagnosis', 'diagnosis']);
    expect(told(exit, failed)).toEqual(['none', 'diagnosis', 'none']);
    expect(told(failed, exit, exit)).toEqual(['none', 'diagnosis', 'diagnosis', 'none']);
  });
});

describe('the evidence', () => {
  const linesOf = (...messages: string[]) => diagnosisOf(...messages).evidence.map(({ lines }) => lines);
  it('is what was claimed, with the lines that go on with it, and then the report', () => {
    const claim = thrown('AccessDenied');
    const shown = linesOf(START, claim, '    at run', '\r\n    at go\n\n', report(REQUEST, 'Status: error'));
    expect(shown).toHaveLength(2);
    expect(shown[0]).toEqual([claim.trimEnd(), '    at run', '    at go']);
    expect(shown[1]?.[0]).toMatch(/^REPORT/);
  });
  it('of an initialisation has the error that went before it, and the lines that go on with that', () => {
    const claim = thrown('TypeError', 'undefined');
    expect(linesOf(INIT, claim, '    at run', INIT_FAILED)).toEqual([[claim.trimEnd(), '    at run'], [INIT_FAILED]]);
  });
  it('says who wrote it', () => {
    const sources = [[START, TIMED_OUT], [START, thrown('TypeError')], [logged({ error })]].map(
      (messages) => diagnosisOf(...messages).evidence.at(-1)?.source,
    );
    expect(sources).toEqual(['platform-text', 'language-runtime', 'triage-logger']);
  });
});

const CUT = 'x'.repeat(250_000);

describe('what counts', () => {
  const decisionOf = (...messages: string[]) => lastOf(...messages)?.decision;
  it.each<[string, string[], string]>([
    [
      'an extension that fails before the first request',
      [INIT, platform('extension', { errorType: 'Extension.Crash' })],
      'diagnosis',
    ],
    [
      'an extension that fails later',
      [INIT, START, platform('extension', { errorType: 'Extension.Crash' })],
      'suspicion',
    ],
    ['an initialisation that nobody saw begin', [INIT_FAILED], 'suspicion'],
    [
      'one that fails again for a request that runs',
      [START, INIT_FAILED.replace('Phase: init', 'Phase: invoke')],
      'suspicion',
    ],
    ['a report that nobody saw begin', [TIMED_OUT], 'suspicion'],
    ['an error of a logger', [logged({ error })], 'diagnosis'],
    ['a warning of a logger', [logged({ level: 'WARN', error })], 'suspicion'],
    ['a report that follows a cut line and names the request that runs', [START, CUT, TIMED_OUT], 'diagnosis'],
    ['a line of a logger that follows a cut one', [CUT, logged({ error })], 'none'],
  ])('%s', (_what, messages, expected) => {
    expect(decisionOf(...messages)).toBe(expected);
  });

  const KILLED = `RequestId: ${REQUEST} Error: Runtime exited with error: signal: killed\nRuntime.ExitError`;
  it.each<[string, string[], string]>([
    ['a report of another request after a cut line', [START, CUT, report(OTHER, 'Status: timeout')], 'after-cut'],
    ['a report after a cut line while nothing runs', [CUT, TIMED_OUT], 'after-cut'],
    [
      'an error of the request that runs after a cut line, since a user may have written it',
      [START, CUT, thrown('AccessDenied')],
      'after-cut',
    ],
    ['text after a cut line', [START, CUT, 'and so on'], 'after-cut'],
    ['another cause of what was diagnosed surely', [START, KILLED, TIMED_OUT], 'already-diagnosed'],
  ])('nothing is made of %s', (_what, messages, code) => {
    expect(lastOf(...messages)).toMatchObject({ decision: 'none', reason: { code } });
  });
  it('an error that names a request is not the initialisation’s', () => {
    expect(diagnosisOf(INIT, thrown('TypeError', OTHER), INIT_FAILED).evidence).toHaveLength(1);
    expect(lastOf(thrown('TypeError', 'undefined'))).toMatchObject({ decision: 'suspicion' });
  });
});
