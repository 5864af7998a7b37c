/** This machine: Node, packages, disk, and for the local environment Python and the emulator's virtual environment. */
import { spawnSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../local/session';
import { findPython, pinnedVersion, venvFolder, venvPython } from '../../local/venv.cjs';
import type { Finding } from './finding';

const NEEDED_BYTES = 500_000_000;
const OLDEST_NODE = 20;

export async function checkMachine(environment: string): Promise<Finding[]> {
  const local = environment === 'local' && !process.env.AWS_ENDPOINT_URL;
  return [node(), packages(), disk(), ...(local ? [python(), emulator()] : [])];
}

function node(): Finding {
  const current = Number.parseInt(process.versions.node, 10) >= OLDEST_NODE;
  return current
    ? { check: 'node', state: 'ok', what: process.versions.node }
    : { check: 'node', state: 'fault', what: process.versions.node, remedy: `Install Node ${OLDEST_NODE} or newer.` };
}

function packages(): Finding {
  const found = existsSync(join(ROOT, 'node_modules/aws-cdk/package.json'));
  return found
    ? { check: 'packages', state: 'ok', what: 'installed' }
    : { check: 'packages', state: 'fault', what: 'the CDK is not installed', remedy: 'Run `npm ci`.' };
}

function disk(): Finding {
  const { bavail, bsize } = statfsSync(ROOT);
  const free = bavail * bsize;
  const what = `${Math.round(free / 1e6)} MB free`;
  return free >= NEEDED_BYTES
    ? { check: 'disk', state: 'ok', what }
    : { check: 'disk', state: 'fault', what, remedy: `Make room: ${NEEDED_BYTES / 1e6} MB are needed.` };
}

function python(): Finding {
  try {
    // One that was installed from needs no other.
    const command = venvPython() ?? findPython();
    const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    return { check: 'python', state: 'ok', what: stdout.trim() || command };
  } catch (error) {
    return { check: 'python', state: 'fault', what: 'not found', remedy: (error as Error).message };
  }
}

function emulator(): Finding {
  const folder = venvFolder();
  return venvPython() !== undefined
    ? { check: 'emulator', state: 'ok', what: `MiniStack ${pinnedVersion()} in ${folder}` }
    : { check: 'emulator', state: 'note', what: 'not installed yet', remedy: '`npx triage up` installs it.' };
}
