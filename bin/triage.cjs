#!/usr/bin/env node
// Runs the command line. Plain Node, so that it can say what is missing when packages are.
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(2);
};

if (Number.parseInt(process.versions.node, 10) < 20)
  fail(
    `Triage needs Node 20 or newer; this is ${process.versions.node}.\nInstall a newer one from https://nodejs.org.`,
  );
if (!fs.existsSync(path.join(root, 'node_modules/tsx/package.json')))
  fail(`Triage's packages are not installed.\nRun \`npm ci\` in ${root} (or \`npm start\`, which does it by itself).`);

// After a pull that adds a package, what failed would be an import deep inside.
if (!require('../scripts/ensure-installed.cjs').packagesAreCurrent(root))
  fail(
    `Triage's packages are not those of package-lock.json.\nRun \`npm ci\` in ${root} (or \`npm start\`, which does it by itself).`,
  );

// The SDK's notice about old versions of Node would stand before every answer; `engines` says what is supported.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Where no bundle can be kept, the sources are run as they are. */
function runSources() {
  require(require.resolve('tsx/cjs', { paths: [root] }));
  require(path.join(root, 'bin/triage.ts'));
}

const program = { root, entry: 'bin/triage.ts', folder: path.join(root, '.triage/cli'), directories: ['applications'] };
require('../scripts/bundle-program.cjs').bundleProgram(program).then(require, runSources);
