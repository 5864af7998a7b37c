/** The session file: which endpoint the local environment runs on, and which processes are ours to stop. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '..');
/** Where this working copy notes what runs. Another folder is another environment beside it. */
export const SESSION_FOLDER = resolve(ROOT, process.env.TRIAGE_SESSION_FOLDER || '.triage');
export const SESSION_FILE = join(SESSION_FOLDER, 'session.json');

export interface SessionFile {
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly environment: string;
  /** Of the emulator; absent where the endpoint is somebody else's. */
  readonly emulatorPid?: number;
  /** The emulator's state, log and temporary files. */
  readonly emulatorFolder?: string;
  /** Of the process that invokes the reconciler. */
  readonly tickerPid?: number;
}

export function readSession(file = SESSION_FILE): SessionFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SessionFile;
  } catch {
    return undefined;
  }
}

export function writeSession(session: SessionFile, file = SESSION_FILE): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(session, null, 2)}\n`);
}

export function removeSession(file = SESSION_FILE): void {
  rmSync(file, { force: true });
}
