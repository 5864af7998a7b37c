/**
 * Proves what every command promises: a help page, the exit code 2 with a remedy where it cannot do its work, and the arguments
 * that it refuses. The commands run as their users run them, as processes; no endpoint is needed.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { targetOf } from '../../cli/connection';
import { explained, UserError } from '../../cli/errors';
import { parseMix } from '../../cli/load';
import { createProgram } from '../../cli/program';
import { instant, percentage } from '../../cli/run';
import { canonical, parseEvents } from '../../cli/send';
import { loadConfiguration } from '../../config';

const ROOT = join(__dirname, '../..');
/** A port where nothing listens: 1 needs a privilege that no test has. */
const DEAD_ENDPOINT = 'http://127.0.0.1:1';
const triage = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [join(ROOT, 'bin/triage.cjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, AWS_ENDPOINT_URL: DEAD_ENDPOINT, AWS_REGION: 'us-east-1', ...env },
  });

const COMMANDS = [
  'start',
  'up',
  'down',
  'doctor',
  'smoke',
  'send',
  'load',
  'status',
  'trace',
  'lane',
  'rollback',
  'saga',
  'decisions',
  'scheduling',
  'incidents',
  'recovery',
  'dlq',
  'republish',
  'audit',
  'chaos',
];

describe('commands', () => {
  it('are the ones that are documented, each with a help page', () => {
    const program = createProgram();
    expect(program.commands.map((each) => each.name()).sort()).toEqual([...COMMANDS].sort());
    for (const command of program.commands) expect(command.helpInformation()).toContain('Usage:');
  });

  it('give JSON wherever there is an answer', () => {
    const answering = createProgram().commands.flatMap((each) =>
      each.commands.length > 0 ? [...each.commands] : [each],
    );
    for (const command of answering) expect(command.options.map(({ long }) => long)).toContain('--json');
  });

  it('fail with 2 and a remedy where the endpoint is down', () => {
    const run = triage(['audit']);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('does not answer');
    expect(run.stderr).toContain('npx triage up');
  });

  it.each([
    [['nonsense'], 'unknown command'],
    [['dlq', 'discard', 'x'], '--reason'],
    [['load', '--count', '0'], 'above 0'],
    [['load', '--count', '1', '--speed', '2'], '--trace'],
    [['status', '--env', 'nowhere'], 'local, dev, prod'],
    [['doctor', '--env', 'nowhere'], 'local, dev, prod'],
    [['audit', '--from', '1h', '--to', '2h'], '--from is not before --to'],
    [['chaos'], 'AWS_ENDPOINT_URL is "http://127.0.0.1:1"'],
    [['chaos', '--faults', 'kill,thunder'], 'There is no kind "thunder". These exist: kill, '],
    [['chaos', '--minutes', '0'], "'--minutes <n>' argument '0' is invalid. A number above 0"],
    [['chaos', '--quick', '--minutes', '1'], '--quick and --minutes contradict each other'],
    [['dlq', 'list', '--from', '1h', '--to', '2h'], '--from is not before --to'],
  ])('fail with 2 on %p, and say why', (args, why) => {
    const run = triage(args);
    expect([run.status, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(why);
  });

  it('answer a request for help or the version with 0 and nothing else', () => {
    expect(triage(['load', '--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(triage(['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });

  it('fail with 2 where AWS_ENDPOINT_URL is no URL', () => {
    const run = triage(['status'], { AWS_ENDPOINT_URL: 'nonsense' });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('which is not a URL');
  });
});

describe('arguments', () => {
  it.each(['-1', '101', 'x', ''])('fails if a percentage is %p', (text) => {
    expect(() => percentage(text)).toThrow();
  });

  it('takes percentages with and without the sign, instants and ages', () => {
    expect(percentage('2.5%')).toBe(2.5);
    expect(instant('2026-01-01T00:00:00Z')).toBe(Date.UTC(2026, 0, 1));
    expect(Math.abs(instant('2h') - (Date.now() - 7_200_000))).toBeLessThan(1_000);
    expect(() => instant('yesterday')).toThrow();
  });

  it('takes a mix as shares', () => {
    expect(parseMix('critical=1,bulk=9')).toEqual({ critical: 1, bulk: 9 });
    for (const text of ['critical', 'critical=x', 'critical=0']) expect(() => parseMix(text)).toThrow();
  });

  it('takes one event, an array and NDJSON', () => {
    expect(parseEvents('{"id":"1"}', 'f')).toHaveLength(1);
    expect(parseEvents('[{"id":"1"},{"id":"2"}]', 'f')).toHaveLength(2);
    expect(parseEvents('{"id":"1"}\n\n{"id":"2"}\n', 'f')).toHaveLength(2);
    expect(() => parseEvents('{"id":"1"}\n{', 'f')).toThrow('Line 2');
    for (const none of ['', '[]', '\n']) expect(() => parseEvents(none, 'f')).toThrow('no event');
  });

  it('knows an event again however its members are ordered and spaced', () => {
    const sent = { id: '1', data: { a: [1, { c: 2, b: 3 }] } };
    expect(canonical(JSON.parse('{"data": {"a":[1,{"b":3,"c":2}]}, "id":"1"}'))).toBe(canonical(sent));
    expect(canonical({ ...sent, id: '2' })).not.toBe(canonical(sent));
  });
});

describe('where an environment is', () => {
  const local = loadConfiguration('local');
  const session = {
    endpoint: 'http://127.0.0.1:4000',
    region: 'eu-west-1',
    account: '000000000000',
    environment: 'local',
  };

  it('is the endpoint that is set, before the local session', () => {
    expect(targetOf(local, { AWS_ENDPOINT_URL: 'http://127.0.0.1:5000' }, session).endpoint).toBe(
      'http://127.0.0.1:5000',
    );
    expect(targetOf(local, {}, session)).toMatchObject({ endpoint: 'http://127.0.0.1:4000', region: 'eu-west-1' });
  });

  it('is never the local session for another environment', () => {
    expect(targetOf(loadConfiguration('dev'), { AWS_REGION: 'eu-west-1' }, session).endpoint).toBeUndefined();
  });

  it('fails if it is local and none is up', () => {
    // A session of another environment is none of ours.
    expect(() => targetOf(local, {}, { ...session, environment: 'other' })).toThrow(UserError);
  });
});

describe('errors', () => {
  it.each([
    [{ name: 'TimeoutError', code: 'ECONNREFUSED', message: '' }, 'does not answer'],
    [{ name: 'ResourceNotFoundException', message: 'no table' }, 'is not deployed'],
    [{ name: 'CredentialsProviderError', message: 'none' }, 'credentials'],
    [{ name: 'Error', message: 'XML parse error\n  Deserialization error: to see' }, 'not as AWS does'],
    [{ name: 'Error', code: 'ENOSPC', message: '' }, 'disk is full'],
    [{ name: 'Error', code: 'EADDRINUSE', message: '' }, 'port is taken'],
  ])('say what to do: %j', (error, text) => {
    const told = explained(Object.assign(new Error(error.message), error), { environment: 'dev' });
    expect(told).toBeInstanceOf(UserError);
    expect((told as UserError).message).toContain(text);
    expect((told as UserError).remedy).not.toBe('');
  });
});
