/** Tells which local process holds the other end of a loopback connection, so that it can be named and killed. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const FUNCTION_NAME = 'AWS_LAMBDA_FUNCTION_NAME';

export interface Caller {
  readonly pid: number;
  /** `AWS_LAMBDA_FUNCTION_NAME` of the process; undefined where it has none. */
  readonly functionName: string | undefined;
}

/** The functions' workers that send their requests to this endpoint: never those of another environment on the machine. */
export function workersOf(endpoint: string): Caller[] {
  return processes().flatMap((pid) => {
    const functionName = variableOf(pid, FUNCTION_NAME);
    const ours = functionName !== undefined && variableOf(pid, 'AWS_ENDPOINT_URL') === endpoint;
    return ours ? [{ pid: Number(pid), functionName }] : [];
  });
}

/** Processes that may have been started since the last call. */
const MOST_NEW = 10;
/** The table of connections is no snapshot: a row may be passed over while others come and go. */
const MOST_LOOKS = 5;

/** Undefined where the process is gone or not ours to look at. */
export function callerOf(remotePort: number): Caller | undefined {
  for (let look = 1; look <= MOST_LOOKS; look++) {
    const caller = holderOf(remotePort);
    if (caller !== undefined) return caller;
  }
  return undefined;
}

function holderOf(remotePort: number): Caller | undefined {
  const inode = inodeOf(remotePort);
  if (inode === undefined) return undefined;
  const target = `socket:[${inode}]`;
  for (const pid of likelyFirst(processes())) {
    if (!holds(pid, target)) continue;
    callers.delete(pid);
    callers.add(pid);
    return { pid: Number(pid), functionName: variableOf(pid, FUNCTION_NAME) };
  }
  return undefined;
}

/** Who has called before, the last one last. */
const callers = new Set<string>();

/** To look at all that a machine runs holds up every request: whoever calls has called before, or was started a moment ago. */
function likelyFirst(all: readonly string[]): string[] {
  const living = new Set(all);
  for (const pid of callers) if (!living.has(pid)) callers.delete(pid);
  const others = all.filter((pid) => !callers.has(pid)).sort((a, b) => Number(b) - Number(a));
  const known = [...callers].reverse();
  return [...others.slice(0, MOST_NEW), ...known, ...others.slice(MOST_NEW)];
}

function processes(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** `/proc/net/tcp` lists local and remote address in hex, and the inode in the tenth column. */
function inodeOf(localPort: number): string | undefined {
  const wanted = `:${localPort.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const line = readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/\s+/))
      .find((columns) => columns[1]?.endsWith(wanted) && columns[9] !== '0');
    if (line?.[9] !== undefined) return line[9];
  }
  return undefined;
}

function holds(pid: string, target: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => link(`/proc/${pid}/fd/${fd}`) === target);
  } catch {
    return false;
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function variableOf(pid: string, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((entry) => entry.startsWith(`${name}=`))
      ?.slice(name.length + 1);
  } catch {
    return undefined;
  }
}
