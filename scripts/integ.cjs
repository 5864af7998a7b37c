/**
 * The tests on the emulator, in two rows side by side and one more at last, each row with an environment of its own (`TRIAGE_SESSION_FOLDER=.triage/second
 * npx triage down` ends the second one's after a run that was killed). Words that are given go to Jest (the paths of
 * some tests, say): then all run in one row, and so they do where AWS_ENDPOINT_URL names the one endpoint for all.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');
/** Half of the work; what is not named here, a new test too, is in the first row. */
const SECOND_ROW = [
  'test/integ/conformance/',
  'test/integ/backlog.test.ts',
  'test/integ/definitions.test.ts',
  'test/integ/monitor.test.ts',
  'test/integ/ports.test.ts',
  'test/integ/republish.test.ts',
  'test/integ/rollout.test.ts',
  'test/integ/scheduling.test.ts',
];
/** After both, alone: functions that reach their time-outs for want of a processor would be more trouble than it has made. */
const AT_LAST = ['test/integ/chaos.test.ts'];
const JEST = [require.resolve('jest/bin/jest'), '--runInBand', '--selectProjects', 'integ'];

async function jest(words, env = process.env) {
  const options = { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] };
  const [code] = await once(spawn(process.execPath, [...JEST, ...words], options), 'close');
  return code === 0;
}

async function main() {
  const words = process.argv.slice(2);
  if (words.length > 0 || process.env.AWS_ENDPOINT_URL) return jest(['--', ...words]);
  const all = await Promise.all([
    jest(['--testPathIgnorePatterns', '/node_modules/', ...SECOND_ROW, ...AT_LAST]),
    jest(['--', ...SECOND_ROW], { ...process.env, TRIAGE_SESSION_FOLDER: '.triage/second' }),
  ]);
  return (await jest(['--', ...AT_LAST])) && all.every((good) => good);
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
