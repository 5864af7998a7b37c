/** Starting and stopping the processes that are ours, and no others. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether the process lives and its command line holds `mark`: a pid alone may have been given to somebody else. */
export function isRunning(pid: number, mark: string): boolean {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
    const line = execFileSync('ps', ['-o', 'stat=,command=', '-p', String(pid)], { encoding: 'utf8' });
    return line.includes(mark) && !line.startsWith('Z');
  } catch {
    return false;
  }
}

/** SIGTERM to the process, then SIGKILL to its whole group where it has not ended in time. */
export async function stopProcess(pid: number, mark: string, graceMs = 5_000): Promise<void> {
  if (!isRunning(pid, mark)) return;
  process.kill(pid, 'SIGTERM');
  const endAtMs = Date.now() + graceMs;
  while (Date.now() < endAtMs) {
    await delay(50);
    if (!isRunning(pid, mark)) return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended between the two.
  }
}

/** Starts a process that outlives this one, in a group of its own, its output in a file. */
export function startDetached(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  logFile: string,
): Promise<number> {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve(child.pid as number);
    });
  });
}

/** A port that is free on 127.0.0.1; `wanted` where given. Undefined where that one is taken. */
export function freePort(wanted = 0): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      server.close(() => resolve(port));
    });
  });
}
