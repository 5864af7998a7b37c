/**
 * The tests on the emulator. Those that make an endpoint or a working copy of their own run beside those that bring up this folder's
 * environment, of which there is one at a time. Words that are given go to Jest (the paths of some tests, say): then all run in one row,
 * and so they do where AWS_ENDPOINT_URL names the one endpoint for all.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
/** Neither reads nor writes this folder's session. */
const OF_THEIR_OWN = [
  'test/integ/conformance/',
  'test/integ/definitions.test.ts',
  'test/integ/ports.test.ts',
  'test/integ/rollout.test.ts',
];
const JEST = [require.resolve('jest/bin/jest'), '--runInBand', '--selectProjects', 'integ'];

async function jest(...words) {
  const child = spawn(process.execPath, [...JEST, ...words], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'close');
  return code === 0;
}

async function main() {
  const words = process.argv.slice(2);
  if (words.length > 0 || process.env.AWS_ENDPOINT_URL) return jest('--', ...words);
  const all = await Promise.all([
    jest('--testPathIgnorePatterns', '/node_modules/', ...OF_THEIR_OWN),
    jest('--', ...OF_THEIR_OWN),
  ]);
  return all.every((good) => good);
}

main().then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exitCode = 1;
  },
);
