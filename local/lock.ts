/** One command at a time brings the local environment up: two would start two emulators and deploy over one another. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SESSION_FOLDER } from './session';
import { LocalError } from './venv.cjs';

const LOCK_FILE = join(SESSION_FOLDER, 'up.lock');

/** Answers with what releases it. A lock whose process is gone is taken over. */
export function lockBringUp(file = LOCK_FILE): () => void {
  mkdirSync(dirname(file), { recursive: true });
  if (!taken(file)) {
    const holder = holderOf(file);
    if (holder !== undefined && lives(holder))
      throw new LocalError(
        `Process ${holder} is bringing the local environment up at this moment.`,
        `Wait until it is done. If it is no command of Triage, remove ${file}.`,
      );
    rmSync(file, { force: true });
    if (!taken(file)) return lockBringUp(file);
  }
  return () => rmSync(file, { force: true });
}

/** Whether this call made the file. */
function taken(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
