/** Proves that what can go wrong before the emulator runs ends in words that say what to do. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { explainDeploy } from '../../local/deploy';
import { emulatorEnvironment } from '../../local/emulator';
import { freePort } from '../../local/processes';
import { explainFailure, findPython, LocalError, lock, pinnedVersion } from '../../local/venv.cjs';

describe('findPython', () => {
  it('takes the first that is new enough', () => {
    const versions: Record<string, number[]> = { python3: [3, 9], 'python3.12': [3, 12], 'python3.11': [3, 11] };
    expect(findPython((command) => versions[command], '')).toBe('python3.12');
  });

  it('fails if the only one is too old, and says which it is', () => {
    const old = () => findPython((command) => (command === 'python3' ? [3, 9] : undefined), '');
    expect(old).toThrow(LocalError);
    expect(old).toThrow(/python3 is 3\.9[\s\S]*TRIAGE_PYTHON/);
  });

  it('fails if the named one does not run, though others do', () => {
    expect(() => findPython((command) => (command === 'python3' ? [3, 12] : undefined), '/no/python')).toThrow(
      /\/no\/python \(from TRIAGE_PYTHON\) does not run/,
    );
  });
});

describe('explainFailure', () => {
  it.each([
    ['OSError: [Errno 28] No space left on device', /disk is full/],
    ['ERROR: No matching distribution found for ministack==1.5.33', /package index/],
    ['NewConnectionError: Failed to establish a new connection', /Check network and proxy/],
    ['The virtual environment was not created: ensurepip is not available', /python3-venv/],
    ['PermissionError: [Errno 13] Permission denied', /\.triage cannot be written/],
    ['something else', /something else[\s\S]*Remove \.triage/],
  ])('%s', (output, expected) => {
    expect(explainFailure(output).message).toMatch(expected);
  });
});

describe('explainDeploy', () => {
  it('tells an endpoint that is down from a stack that fails', () => {
    expect(explainDeploy('deploy', 'connect ECONNREFUSED 127.0.0.1:1').message).toMatch(/did not answer/);
    expect(explainDeploy('deploy', 'Resource handler said no').message).toMatch(/handler said no/);
    expect(explainDeploy('synth', 'ENOSPC: no space').message).toMatch(/disk is full/);
  });
});

describe('pinnedVersion', () => {
  it('reads the exact pin', () => {
    expect(pinnedVersion('# x\nministack==1.2.3\ncfn-lint==1\n')).toBe('1.2.3');
  });

  it('fails if there is only a range', () => {
    expect(() => pinnedVersion('ministack>=1.2.3\n')).toThrow(LocalError);
  });
});

describe('the lock of an install', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'triage-lock-')), 'venv.lock');
  });
  afterEach(() => rmSync(dirname(folder), { recursive: true, force: true }));

  it('is taken over at once where its process was interrupted', () => {
    const ended = spawnSync(process.execPath, ['-e', '']).pid;
    mkdirSync(folder);
    writeFileSync(join(folder, 'pid'), String(ended));
    const startMs = Date.now();
    const unlock = lock(folder);
    expect(Date.now() - startMs).toBeLessThan(2_000);
    expect(readFileSync(join(folder, 'pid'), 'utf8')).toBe(String(process.pid));
    unlock();
    expect(existsSync(folder)).toBe(false);
  });
});

describe('emulatorEnvironment', () => {
  it('keeps the AWS settings of the caller away from the functions, and binds to this machine only', () => {
    const base = { PATH: '/bin', HOME: '/home/x', AWS_ENDPOINT_URL: 'http://x', AWS_PROFILE: 'prod', PYTHONPATH: '/y' };
    const environment = emulatorEnvironment(4567, '/tmp/f', '/venv/bin/python', base);
    expect(Object.keys(environment).filter((name) => /^(AWS_|PYTHON)/.test(name))).toEqual([]);
    expect(environment).toMatchObject({ HOME: '/home/x', BIND_HOST: '127.0.0.1', GATEWAY_PORT: '4567' });
    expect(environment.PATH?.startsWith('/venv/bin:')).toBe(true);
  });
});

describe('freePort', () => {
  it('answers with a port that is free', async () => {
    expect(await freePort()).toBeGreaterThan(0);
  });

  it('answers undefined where the wanted one is taken', async () => {
    const { createServer } = await import('node:net');
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    );
    expect(await freePort(port)).toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
  });
});
