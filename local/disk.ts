/** Room on the disks that the local environment writes to, looked at before it starts: a full disk shows itself late and in riddles. */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ROOT } from './session';
import { LocalError } from './venv.cjs';

/** Assets, logs and state of one session. */
const NEEDED_BYTES = 200_000_000;

export function requireSpace(folders: readonly string[] = [ROOT, tmpdir()], neededBytes = NEEDED_BYTES): void {
  for (const folder of folders) {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize >= neededBytes) continue;
    const megabytes = (bytes: number) => Math.floor(bytes / 1e6);
    throw new LocalError(
      `The disk that holds ${folder} is full: ${megabytes(bavail * bsize)} MB are free, ${megabytes(neededBytes)} MB are needed.`,
      folder === tmpdir() ? 'Free some space, or set TMPDIR to another disk.' : 'Free some space and try again.',
    );
  }
}
