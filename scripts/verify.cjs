/**
 * Everything that needs no emulator: format and lint at first, since that takes a second; then types, synthesis and the unit tests at the
 * same time. Only the unit tests speak while they run; of the others one hears at their end. Exits with 1 where any of them fails,
 * after all have ended.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');

const ROOT = join(__dirname, '..');

/** One of package.json's scripts: whether it succeeded, and what it said where it was not heard. */
async function run(script, { heard = false } = {}) {
  const startedAtMs = Date.now();
  const shell = process.platform === 'win32';
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: ROOT,
    stdio: ['ignore', heard ? 'inherit' : 'pipe', heard ? 'inherit' : 'pipe'],
    shell,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'close');
  process.stdout.write(
    `${said}${script}: ${code === 0 ? 'good' : 'FAILS'}, ${Math.round((Date.now() - startedAtMs) / 1000)} s\n`,
  );
  return code === 0;
}

async function main() {
  if (!(await run('lint'))) return false;
  const all = await Promise.all([run('types'), run('synth'), run('unit', { heard: true })]);
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
