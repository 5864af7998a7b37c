/**
 * Synthesizes every environment twice, with the rule packs and the house's own rules, compares the two, and lints all templates.
 * Exits with 1 on any finding.
 */
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readdirSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { ensureVenv } = require('../local/venv.cjs');

const ROOT = join(__dirname, '..');
const ENVIRONMENTS = readdirSync(join(ROOT, 'config'))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !['index', 'shared'].includes(name));
/** The CDK writes dependencies that CloudFormation would find by itself. */
const IGNORED_LINT = ['W3005'];

const work = mkdtempSync(join(tmpdir(), 'triage-synth-'));
let faults = 0;
const fail = (message) => {
  faults += 1;
  process.stderr.write(`${message}\n`);
};

function run(command, args, environment = {}) {
  const done = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...environment } });
  return { ok: done.status === 0, output: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error ?? ''}` };
}

function synth(environment, round) {
  const out = join(work, `${environment}-${round}`);
  const cdk = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
  const done = run(process.execPath, [cdk, 'synth', '--quiet', '-c', `env=${environment}`, '--output', out]);
  if (!done.ok) fail(`synth of ${environment} fails:\n${done.output}`);
  return out;
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

function lint(folders) {
  const templates = folders.flatMap((folder) =>
    deployed(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name)),
  );
  const python = ensureVenv((message) => process.stderr.write(`${message}\n`));
  const linter = join(python, '..', 'cfn-lint');
  const done = run(linter, [...templates, '--ignore-checks', ...IGNORED_LINT]);
  if (!done.ok) fail(`cfn-lint:\n${done.output}`);
  return templates.length;
}

try {
  const folders = ENVIRONMENTS.map((environment) => {
    const first = synth(environment, 1);
    if (faults === 0) compare(environment, first, synth(environment, 2));
    return first;
  });
  const templates = faults === 0 ? lint(folders) : 0;
  if (faults === 0)
    process.stdout.write(`synth: ${ENVIRONMENTS.join(', ')}; ${templates} templates, no finding, twice the same.\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exit(faults === 0 ? 0 : 1);
