/** The embedded emulator: started on 127.0.0.1, waited for, stopped by its pid, its temporary files removed. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, isRunning, startDetached, stopProcess } from './processes';
import { ROOT } from './session';
import { ensureVenv, LocalError } from './venv.cjs';

const LAUNCHER = join(ROOT, 'local/launcher/launch.py');
const START_LIMIT_MS = 30_000;
const FOLDER_PREFIX = 'triage-emulator-';

export interface Emulator {
  readonly endpoint: string;
  readonly pid: number;
  readonly folder: string;
  stop(): Promise<void>;
}

export interface EmulatorOptions {
  /** TCP port, 1-65535. Left out: a free one. */
  readonly port?: number;
  /** Where functions send their requests, a fault proxy's address say. Left out: straight to the emulator. */
  readonly functionsEndpoint?: string;
  /** What functions find in their environment beside what they are configured with. */
  readonly functionsEnvironment?: Readonly<Record<string, string>>;
  readonly onProgress?: (message: string) => void;
}

export async function startEmulator({
  port,
  functionsEndpoint,
  functionsEnvironment,
  onProgress,
}: EmulatorOptions = {}): Promise<Emulator> {
  const python = ensureVenv(onProgress);
  const free = await freePort(port);
  if (free === undefined)
    throw new LocalError(
      `Port ${port} on 127.0.0.1 is taken.`,
      'End what uses it, choose another with TRIAGE_PORT, or run `npx triage down` where it is an earlier session.',
    );
  const folder = makeFolder();
  const log = join(folder, 'emulator.log');
  const environment = { ...emulatorEnvironment(free, folder, python), ...functionsEnvironment };
  // Functions inherit it; the emulator names itself only where none is set.
  if (functionsEndpoint !== undefined) environment.AWS_ENDPOINT_URL = functionsEndpoint;
  const pid = await startDetached(python, [LAUNCHER], environment, log);
  const endpoint = `http://127.0.0.1:${free}`;
  await untilHealthy(endpoint, pid, folder, log);
  return { endpoint, pid, folder, stop: () => stopEmulator(pid, folder) };
}

/** Stops it and removes its folder, also from another process than the one that started it. */
export async function stopEmulator(pid: number, folder: string): Promise<void> {
  await stopProcess(pid, LAUNCHER);
  if (folder.includes(FOLDER_PREFIX)) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

export function emulatorIsRunning(pid: number): boolean {
  return isRunning(pid, LAUNCHER);
}

function makeFolder(): string {
  try {
    const folder = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
    mkdirSync(join(folder, 'tmp'));
    mkdirSync(join(folder, 'state'));
    appendFileSync(join(folder, 'emulator.log'), '');
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new LocalError(
        `The disk that holds ${tmpdir()} is full.`,
        'Free some space, or set TMPDIR to another disk.',
      );
    throw error;
  }
}

/**
 * What the emulator sees. Functions inherit it: so nothing of the caller's AWS settings may be in it, least of all an endpoint
 * or credentials for a real account. NODE_PATH serves the CDK's own custom resources, which bring no SDK along.
 */
export function emulatorEnvironment(
  port: number,
  folder: string,
  python: string,
  base: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    Object.entries(base).filter(([name]) => !/^(AWS_|LOCALSTACK_|PYTHON|NODE_OPTIONS$)/.test(name)),
  );
  return {
    ...inherited,
    PATH: [dirname(python), dirname(process.execPath), base.PATH ?? ''].join(':'),
    NODE_PATH: join(ROOT, 'node_modules'),
    NODE_NO_WARNINGS: '1',
    MINISTACK_HOST: '127.0.0.1',
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    STATE_DIR: join(folder, 'state'),
    TMPDIR: join(folder, 'tmp'),
    LOG_LEVEL: base.TRIAGE_EMULATOR_LOG_LEVEL ?? 'WARNING',
  };
}

async function untilHealthy(endpoint: string, pid: number, folder: string, log: string): Promise<void> {
  const endAtMs = Date.now() + START_LIMIT_MS;
  while (Date.now() < endAtMs) {
    if (await answers(`${endpoint}/_ministack/health`)) return;
    if (!emulatorIsRunning(pid)) break;
    await delay(30);
  }
  const said = existsSync(log) ? readFileSync(log, 'utf8').trim().slice(-1500) : '';
  await stopEmulator(pid, folder);
  throw new LocalError(
    `The emulator did not start on ${endpoint}. It said:\n${said || '(nothing)'}`,
    'Remove .triage and try again; a disk that is full and a port that was just taken look like this, too.',
  );
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
