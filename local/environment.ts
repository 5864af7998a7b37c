/** The local environment as a whole: emulator (or the endpoint that is set), stacks, repairs, reconciler; up and down. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { resourceNames } from '../core/contracts/names';
import { assemblyFolder, bootstrap, type DeployTarget, deployAssembly, synthesize, targetEnvironment } from './deploy';
import { requireSpace } from './disk';
import { emulatorIsRunning, startEmulator, stopEmulator } from './emulator';
import { lockBringUp } from './lock';
import { startDetached, stopProcess } from './processes';
import { repairAfterDeploy } from './repair';
import { ROOT, readSession, removeSession, SESSION_FOLDER, type SessionFile, writeSession } from './session';
import { LocalError } from './venv.cjs';

const ENVIRONMENT = 'local';
const DEFAULT_REGION = 'us-east-1';
/** The embedded emulator's account. */
const EMULATOR_ACCOUNT = '000000000000';
const TICKER = join(ROOT, 'local/ticker.ts');
const TICK_SECONDS = 3;

export interface Session extends DeployTarget {
  /** Whether this call or an earlier one of ours started the emulator; false for an endpoint that was set. */
  readonly startedByUs: boolean;
  /** Whether it was up before this call. */
  readonly reused: boolean;
  /** Ends what was started: the same as `tearDown()`. */
  stop(): Promise<void>;
}

export interface BringUpOptions {
  readonly onProgress?: (message: string) => void;
  /** Port of the emulator; left out: TRIAGE_PORT, else a free one. */
  readonly port?: number;
  /** Where the embedded emulator's functions send their requests; left out: to the emulator. Not for an endpoint that is set. */
  readonly functionsEndpoint?: string;
  /** What the embedded emulator's functions find in their environment beside what they are configured with. */
  readonly functionsEnvironment?: Readonly<Record<string, string>>;
  /** Seconds between the reconciler's sweeps; 0 starts no ticker, for tests that invoke it themselves. */
  readonly tickSeconds?: number;
  /** Ends the work early; what this call started is ended, too. */
  readonly signal?: AbortSignal;
}

/** Idempotent: a running session is deployed to again, which takes a moment when nothing has changed. */
export async function bringUp(options: BringUpOptions = {}): Promise<Session> {
  const unlock = lockBringUp();
  try {
    return await deployed(options);
  } finally {
    unlock();
  }
}

async function deployed(options: BringUpOptions): Promise<Session> {
  const { signal } = options;
  const onProgress = options.onProgress ?? (() => {});
  const earlier = await earlierSession();
  const base = earlier ?? (await newSession(options));
  process.env.AWS_ENDPOINT_URL = base.endpoint;
  for (const [name, value] of Object.entries(targetEnvironment(base, {}))) process.env[name] ??= value;
  try {
    onProgress('deploying the stacks');
    // The synthesis needs no endpoint, the bootstrap no synthesis.
    const [assembly] = await Promise.all([synthesize(base, signal), bootstrap(base, signal)]);
    await deployAssembly(base, assembly, signal);
    signal?.throwIfAborted();
    await repairAfterDeploy(base, assembly);
    const tickerPid = await ensureTicker(base, options.tickSeconds ?? TICK_SECONDS);
    writeSession({ ...base, ...(tickerPid === undefined ? {} : { tickerPid }) });
  } catch (error) {
    if (!earlier) await end(base);
    if (signal?.aborted)
      throw new LocalError('Interrupted.', earlier ? 'The environment is as it was.' : 'What was started is ended.');
    throw error;
  }
  return {
    ...target(base),
    startedByUs: base.emulatorPid !== undefined,
    reused: earlier !== undefined,
    stop: tearDown,
  };
}

/** Stops what the session file says is ours, also from another process. Quiet where nothing runs. */
export async function tearDown(): Promise<void> {
  const session = readSession();
  if (session) await end(session);
}

async function end(session: SessionFile): Promise<void> {
  if (session.tickerPid !== undefined) await stopProcess(session.tickerPid, TICKER, 2_000);
  if (session.emulatorPid !== undefined) await stopEmulator(session.emulatorPid, session.emulatorFolder ?? '');
  rmSync(assemblyFolder(session), { recursive: true, force: true });
  if (process.env.AWS_ENDPOINT_URL === session.endpoint && session.emulatorPid !== undefined)
    delete process.env.AWS_ENDPOINT_URL;
  removeSession();
}

/** The session of an earlier `up`, where its emulator still runs. A dead one's remains are removed. */
async function earlierSession(): Promise<SessionFile | undefined> {
  const session = readSession();
  if (session?.emulatorPid === undefined) return undefined;
  if (process.env.AWS_ENDPOINT_URL && process.env.AWS_ENDPOINT_URL !== session.endpoint) return undefined;
  if (emulatorIsRunning(session.emulatorPid)) return session;
  await end(session);
  return undefined;
}

async function newSession({
  port,
  functionsEndpoint,
  functionsEnvironment,
  onProgress,
}: BringUpOptions): Promise<SessionFile> {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? DEFAULT_REGION;
  if (endpoint) {
    const earlier = readSession();
    const ticker = earlier?.endpoint === endpoint && earlier.tickerPid ? { tickerPid: earlier.tickerPid } : {};
    return { endpoint, region, account: await accountOf(endpoint, region), environment: ENVIRONMENT, ...ticker };
  }
  onProgress?.('starting the emulator');
  requireSpace();
  const wanted = port ?? portOf(process.env.TRIAGE_PORT);
  const emulator = await startEmulator({
    ...(wanted === undefined ? {} : { port: wanted }),
    ...(functionsEndpoint === undefined ? {} : { functionsEndpoint }),
    ...(functionsEnvironment === undefined ? {} : { functionsEnvironment }),
    ...(onProgress ? { onProgress } : {}),
  });
  const session: SessionFile = {
    endpoint: emulator.endpoint,
    region,
    account: EMULATOR_ACCOUNT,
    environment: ENVIRONMENT,
    emulatorPid: emulator.pid,
    emulatorFolder: emulator.folder,
  };
  // Written at once, so that `down` finds the emulator even when the deploy is interrupted.
  writeSession(session);
  return session;
}

/** Undefined: a free one. */
export function portOf(text: string | undefined): number | undefined {
  if (!text) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new LocalError(
    `TRIAGE_PORT is "${text}", which is not a port.`,
    'Set it to a number from 1 to 65535, or unset it.',
  );
}

async function accountOf(endpoint: string, region: string): Promise<string> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = 'test', AWS_SECRET_ACCESS_KEY: secretAccessKey = 'test' } = process.env;
  const sts = new STSClient({ endpoint, region, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey } });
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account ?? EMULATOR_ACCOUNT;
  } catch (error) {
    throw new LocalError(
      `The endpoint ${endpoint} does not answer as AWS does (${String((error as Error).message).split('\n')[0]}).`,
      'Start it, or unset AWS_ENDPOINT_URL to use the embedded emulator.',
    );
  } finally {
    sts.destroy();
  }
}

async function ensureTicker(session: SessionFile, seconds: number): Promise<number | undefined> {
  if (session.tickerPid !== undefined) await stopProcess(session.tickerPid, TICKER, 2_000);
  if (seconds === 0) return undefined;
  const reconciler = resourceNames(session.environment).platformFunction('reconciler');
  const log = join(session.emulatorFolder ?? SESSION_FOLDER, 'ticker.log');
  const args = ['--import', 'tsx', TICKER, reconciler, String(seconds)];
  return startDetached(process.execPath, args, targetEnvironment(session), log);
}

function target({ endpoint, region, account, environment }: SessionFile): DeployTarget {
  return { endpoint, region, account, environment };
}
