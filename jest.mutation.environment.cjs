/** Node's environment, in which a mutant's run ends with the first test that fails: that it falls is known then, and Jest would run the rest. */
const { TestEnvironment } = require('jest-environment-node');

const ACTIVE_MUTANT = '__STRYKER_ACTIVE_MUTANT__';
/** The last mutant that fell. The module outlives a test file, so the files after it are skipped, too. */
let fallen;

module.exports = class extends TestEnvironment {
  handleTestEvent({ name, test }) {
    const mutant = process.env[ACTIVE_MUTANT];
    if (mutant === undefined) return;
    if (name === 'test_done' && test.errors.length > 0) fallen = mutant;
    if (name === 'test_start' && fallen === mutant) test.mode = 'skip';
  }
};
