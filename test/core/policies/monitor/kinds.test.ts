/** Proves that each name has one kind, and which of an error's names decides. */
import { LOGGED_KINDS } from '../../../../core/contracts/incident';
import { classifyError, kindOf, NAMES } from '../../../../core/policies/monitor/kinds';

describe('the table of names', () => {
  it('has every kind, and each name once', () => {
    const names = LOGGED_KINDS.flatMap((kind) => NAMES[kind]);
    expect(new Set(names).size).toBe(names.length);
    for (const kind of LOGGED_KINDS) expect(NAMES[kind].length).toBeGreaterThan(0);
  });

  it.each([
    ['AccessDeniedException', 'permission'],
    ['InvalidBucketName', 'missing-resource'],
    ['TypeError', 'code'],
    ['Sandbox.Timedout', 'time-out'],
    ['Runtime.OutOfMemory', 'out-of-memory'],
    ['Runtime.ImportModuleError', 'init'],
    ['ThrottlingException', 'throttling'],
    ['ECONNREFUSED', 'dependency'],
    ['TerminalError', 'data'],
    ['Runtime.ExitError', 'invocation'],
  ])('%s is %s', (name, kind) => {
    expect(kindOf(name)).toBe(kind);
  });

  it('knows no name that an object has by birth, nor one in other letters', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'accessdenied', '', undefined])
      expect(kindOf(name)).toBeUndefined();
  });
});

describe('classifyError', () => {
  it.each([
    ['the code, where the name is only Error', { name: 'Error', code: 'ENOTFOUND' }, 'dependency', 'ENOTFOUND'],
    ['the name, where it is known', { name: 'TypeError', code: 'ECONNRESET' }, 'code', 'TypeError'],
    ['the code, where the name is not known', { name: 'DnsError', code: 'ENOTFOUND' }, 'dependency', 'ENOTFOUND'],
    [
      'the cause, where fetch hides it',
      { name: 'TypeError', message: 'fetch failed', causeCode: 'ECONNREFUSED' },
      'dependency',
      'ECONNREFUSED',
    ],
    [
      'the cause, where the name is only Error',
      { name: 'Error', causeCode: 'ECONNREFUSED' },
      'dependency',
      'ECONNREFUSED',
    ],
    [
      'the code before the cause, of several errors in one',
      { name: 'AggregateError', code: 'ENOTFOUND', causeCode: 'ECONNREFUSED' },
      'dependency',
      'ENOTFOUND',
    ],
    [
      'the network, where fetch tells no cause',
      { name: 'TypeError', message: 'terminated' },
      'dependency',
      'NetworkingError',
    ],
    ['a hung-up socket', { name: 'Error', message: 'socket hang up' }, 'dependency', 'ECONNRESET'],
  ])('goes by %s', (_what, error, kind, name) => {
    expect(classifyError(error)).toEqual({ kind, name, known: true });
  });

  it('does not read kinds out of messages', () => {
    expect(classifyError({ name: 'Error', message: 'AccessDenied: fetch failed, socket hang up' })).toEqual({
      kind: 'code',
      name: 'Error',
      known: false,
    });
  });

  it('says that it guesses', () => {
    expect(classifyError({ name: 'Runtime.New' })).toEqual({ kind: 'invocation', name: 'Runtime.New', known: false });
    expect(classifyError({ name: 'Extension.New' })).toEqual({ kind: 'init', name: 'Extension.New', known: false });
    expect(classifyError({ name: 'MyRuntime.New' })).toMatchObject({ kind: 'code', known: false });
    expect(classifyError({ name: 'MyError', causeCode: 'ECONNREFUSED' })).toEqual({
      kind: 'code',
      name: 'MyError',
      known: false,
    });
  });
});
