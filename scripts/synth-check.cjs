/**
 * Synthesizes every environment twice, compares the two, and lints all templates. The first time with the rule packs and the house's own
 * rules; these change nothing and take most of the time, so the second goes without. One environment's second bundles all functions anew. Exits with 1 on any finding.
 */
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, readdirSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { ensureVenv } = require('../local/venv.cjs');

const ROOT = join(__dirname, '..');
const ENVIRONMENTS = readdirSync(join(ROOT, 'config'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !['index', 'shared'].includes(name));
/** As in cdk.json, but that the rule packs' WebAssembly is compiled once: to optimize it takes longer than all that it then does. */
const APP = 'node --liftoff-only --import tsx bin/app.ts';
/** The CDK writes dependencies that CloudFormation would find by itself. */
const IGNORED_LINT = ['W3005'];

const work = mkdtempSync(join(tmpdir(), 'triage-synth-'));
let faults = 0;
const fail = (message) => {
  faults += 1;
  process.stderr.write(`${message}\n`);
};

async function run(command, args, environment = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close').catch((error) => [String(error)]);
  return { ok: code === 0, output: typeof code === 'string' ? `${output}${code}` : output };
}

async function synth(environment, round, context = [], settings = {}) {
  const out = join(work, `${environment}-${round}`);
  const cdk = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
  const args = [
    cdk,
    'synth',
    '--quiet',
    '--no-notices',
    '--app',
    APP,
    '-c',
    `env=${environment}`,
    ...context,
    '--output',
    out,
  ];
  const done = await run(process.execPath, args, settings);
  if (!done.ok) fail(`synth of ${environment} fails:\n${done.output}`);
  return out;
}

/** The folder of one environment's assembly. */
async function check(environment) {
  const first = await synth(environment, 1);
  if (faults > 0) return first;
  // Bundling knows no environment, so one is enough.
  const context = environment === ENVIRONMENTS[0] ? ['-c', 'bundles=anew'] : [];
  compare(environment, first, await synth(environment, 2, context, { CDK_VALIDATION: 'false' }));
  return first;
}

/** Everything in an assembly's folder that is deployed: templates, and asset folders, which are named after their content. */
const deployed = (folder) =>
  readdirSync(folder).filter((name) => name.endsWith('.template.json') || name.startsWith('asset.'));

function compare(environment, first, second) {
  const [a, b] = [deployed(first), deployed(second)];
  if (a.join() !== b.join()) return fail(`${environment}: two synths differ in their files:\n${a}\n${b}`);
  for (const name of a.filter((each) => each.endsWith('.json'))) {
    if (readFileSync(join(first, name), 'utf8') !== readFileSync(join(second, name), 'utf8'))
      fail(`${environment}: two synths differ in ${name}.`);
  }
}

async function lint(folders) {
  const templates = folders.flatMap((folder) =>
    deployed(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name)),
  );
  const python = ensureVenv((message) => process.stderr.write(`${message}\n`));
  const linter = join(python, '..', 'cfn-lint');
  const done = await run(linter, [...templates, '--ignore-checks', ...IGNORED_LINT]);
  if (!done.ok) fail(`cfn-lint:\n${done.output}`);
  return templates.length;
}

async function main() {
  try {
    const folders = await Promise.all(ENVIRONMENTS.map(check));
    const templates = faults === 0 ? await lint(folders) : 0;
    if (faults === 0)
      process.stdout.write(`synth: ${ENVIRONMENTS.join(', ')}; ${templates} templates, no finding, twice the same.\n`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

main()
  .catch((error) => fail(error.stack))
  .finally(() => process.exit(faults === 0 ? 0 : 1));
