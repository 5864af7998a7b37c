/**
 * Makes a clean clone ready: Node's version, the npm packages of the lock file, the emulator's virtual environment.
 * Plain Node without packages, since it runs before there are any. Quick where nothing is missing.
 */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { LocalError, ensureVenv } = require('../local/venv.cjs');

const ROOT = path.resolve(__dirname, '..');
const OLDEST_NODE = 20;

function checkNode(version = process.versions.node) {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return;
  throw new LocalError(
    `Node ${OLDEST_NODE} or newer is needed; this is ${version}.`,
    'Install it from https://nodejs.org.',
  );
}

/**
 * npm writes node_modules/.package-lock.json at the end of every install. Where the lock file is younger, their contents decide, since a
 * checkout may only have touched it. A folder without a lock file asks for nothing.
 */
function packagesAreCurrent(root = ROOT) {
  const lock = path.join(root, 'package-lock.json');
  const installedLock = path.join(root, 'node_modules', '.package-lock.json');
  const wanted = fs.statSync(lock, { throwIfNoEntry: false });
  const installed = fs.statSync(installedLock, { throwIfNoEntry: false });
  if (wanted === undefined) return true;
  if (installed === undefined) return false;
  return installed.mtimeMs >= wanted.mtimeMs || holdsAll(packagesOf(installedLock), packagesOf(lock));
}

function packagesOf(lock) {
  return JSON.parse(fs.readFileSync(lock, 'utf8')).packages ?? {};
}

/** What is optional may be left out: it may be for another platform. */
function holdsAll(installed, wanted) {
  return Object.entries(wanted).every(
    ([folder, { version, optional }]) => folder === '' || optional || installed[folder]?.version === version,
  );
}

function installPackages() {
  if (packagesAreCurrent()) return;
  process.stderr.write('installing the npm packages of package-lock.json\n');
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  if (done.status === 0) return;
  const output = `${done.error ?? ''}${done.stderr}`;
  if (done.error?.code === 'ENOENT')
    throw new LocalError('npm is not on the PATH.', 'It comes with Node: install that from https://nodejs.org.');
  if (/ENOSPC/.test(output)) throw new LocalError('The disk is full.', 'Free about 1 GB and try again.');
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/i.test(output))
    throw new LocalError(
      'The npm packages could not be downloaded.',
      'Check network, proxy and registry, and try again.',
    );
  throw new LocalError(`npm ci failed:\n${output.trim().slice(-1500)}`, 'Repair that and try again.');
}

/** With AWS_ENDPOINT_URL set no emulator is started, so Python is not asked for. */
function ensureInstalled({ withEmulator = !process.env.AWS_ENDPOINT_URL } = {}) {
  checkNode();
  installPackages();
  if (withEmulator) ensureVenv((message) => process.stderr.write(`${message}\n`));
}

module.exports = { checkNode, ensureInstalled, packagesAreCurrent };

if (require.main === module) {
  try {
    ensureInstalled();
  } catch (error) {
    process.stderr.write(`${error instanceof LocalError ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
