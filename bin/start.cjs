// `npm start` on a clean clone: installs what is missing, then runs the demo. Plain Node, since there may be no packages yet.
const path = require('node:path');
const { ensureInstalled } = require('../scripts/ensure-installed.cjs');

try {
  ensureInstalled();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
process.argv.splice(2, 0, 'start');
require(path.join(__dirname, 'triage.cjs'));
