/**
 * The emulator's virtual environment, made from local/requirements.txt. Plain Node without packages, because
 * scripts/ensure-installed.cjs calls it before any package is there.
 */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.resolve(__dirname, '..');
const REQUIREMENTS = path.join(__dirname, 'requirements.txt');
const CANDIDATES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const OLDEST = [3, 10];
const INSTALL_LOCK_MILLISECONDS = 180_000;

/** What happened, and what a person can do about it. */
class LocalError extends Error {
  constructor(what, remedy) {
    super(`${what}\n${remedy}`);
    this.name = 'LocalError';
  }
}

/** Version of the pinned emulator, from the requirements. */
function pinnedVersion(requirements = fs.readFileSync(REQUIREMENTS, 'utf8')) {
  const pin = /^ministack==(\S+)$/m.exec(requirements);
  if (!pin) throw new LocalError('local/requirements.txt pins no ministack version.', 'Restore the file from git.');
  return pin[1];
}

function venvFolder() {
  return path.join(ROOT, '.triage', `venv-${pinnedVersion()}`);
}

/** First interpreter that is new enough. `probe` answers `[major, minor]`, or undefined where there is none. */
function findPython(probe = versionOf, named = process.env.TRIAGE_PYTHON) {
  const seen = [];
  for (const command of named ? [named] : CANDIDATES) {
    const version = probe(command);
    if (!version) continue;
    if (version[0] > OLDEST[0] || (version[0] === OLDEST[0] && version[1] >= OLDEST[1])) return command;
    seen.push(`${command} is ${version.join('.')}`);
  }
  const found = named ? `${named} (from TRIAGE_PYTHON) does not run` : 'none is on the PATH';
  throw new LocalError(
    `Python ${OLDEST.join('.')} or newer is needed for the embedded emulator; ${seen.join(', ') || found}.`,
    'Install it (https://www.python.org/downloads), set TRIAGE_PYTHON to its path, or set AWS_ENDPOINT_URL to use another endpoint.',
  );
}

function versionOf(command) {
  const run = spawnSync(command, ['-c', 'import sys; print(*sys.version_info[:2])'], { encoding: 'utf8' });
  if (run.status !== 0) return undefined;
  return run.stdout.trim().split(' ').map(Number);
}

/** Turns the output of venv or pip into what to do about it. */
function explainFailure(output) {
  if (/No space left|ENOSPC|Errno 28/i.test(output))
    return new LocalError('The disk is full; the emulator needs about 250 MB.', 'Free some space and try again.');
  if (/ensurepip|No module named venv/i.test(output))
    return new LocalError(
      'This Python cannot make virtual environments.',
      'Install its venv package (Debian, Ubuntu: apt install python3-venv).',
    );
  if (/Permission denied|Errno 13/i.test(output))
    return new LocalError('The folder .triage cannot be written.', 'Make it yours, or remove it, and try again.');
  if (/resolve|connection|timed out|Network is unreachable|ProxyError|SSLError|No matching distribution/i.test(output))
    return new LocalError(
      'The emulator could not be downloaded from the Python package index.',
      'Check network and proxy (PIP_INDEX_URL names a mirror) and try again; or set AWS_ENDPOINT_URL to use another endpoint.',
    );
  return new LocalError(
    `The emulator could not be installed:\n${output.trim().slice(-1500)}`,
    'Remove .triage and try again.',
  );
}

/** Its Python, the file that says that it is whole, and what that file must hold. */
function partsOf(folder) {
  const wanted = createHash('sha256').update(fs.readFileSync(REQUIREMENTS)).digest('hex');
  return { python: path.join(folder, 'bin', 'python'), mark: path.join(folder, 'triage-complete'), wanted };
}

function venvPython() {
  const { python, mark, wanted } = partsOf(venvFolder());
  const whole = fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === wanted && fs.existsSync(python);
  return whole ? python : undefined;
}

/** Makes the environment where it is missing or made from other requirements. Answers with its Python. */
function ensureVenv(onProgress = () => {}) {
  const there = venvPython();
  if (there !== undefined) return there;
  const folder = venvFolder();
  const { python, mark, wanted } = partsOf(folder);
  const system = findPython();
  const unlock = lock(`${folder}.lock`);
  try {
    if (venvPython() !== undefined) return python;
    onProgress('installing the emulator (once, about 15 s)');
    run(system, ['-m', 'venv', '--clear', folder]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS]);
    fs.writeFileSync(mark, wanted);
    return python;
  } finally {
    unlock();
  }
}

function run(command, args) {
  const { PIP_REQUIRE_VIRTUALENV: _ignored, ...environment } = process.env;
  const done = spawnSync(command, args, { encoding: 'utf8', env: environment });
  if (done.status !== 0) throw explainFailure(`${done.error ?? ''}\n${done.stdout}\n${done.stderr}`);
}

/** Two commands that start at once must not install into one folder. A lock is taken over when its process is gone, or it is too old. */
function lock(folder) {
  try {
    fs.mkdirSync(path.dirname(folder), { recursive: true });
  } catch (error) {
    throw explainFailure(String(error));
  }
  for (;;) {
    try {
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, 'pid'), String(process.pid));
      return () => fs.rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw explainFailure(String(error));
      const age = Date.now() - (fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > INSTALL_LOCK_MILLISECONDS || holderIsGone(folder)) fs.rmSync(folder, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
}

/** An interrupted install says nothing when it ends, so its process is looked for. */
function holderIsGone(folder) {
  try {
    const pid = Number(fs.readFileSync(path.join(folder, 'pid'), 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

module.exports = { LocalError, ensureVenv, explainFailure, findPython, lock, pinnedVersion, venvFolder, venvPython };
