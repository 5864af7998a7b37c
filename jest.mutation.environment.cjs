/** Node's environment, in which a mutant's run ends with the first test that fails: that it falls is known then, and Jest would run the rest. */
const { TestEnvironment } = require('jest-environment-node');

const ACTIVE_MUTANT = '__STRYKER_ACTIVE_MUTANT__';
/** The last mutant that fell. The module outlives a test file, so the files after it are skipped, too. */
let fallen;

module.exports = class extends TestEnvironment {
  isFallen() {
    const mutant = process.env[ACTIVE_MUTANT];
    return mutant !== undefined && fallen === mutant;
  }

  handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) fallen = process.env[ACTIVE_MUTANT];
    if (name === 'test_start' && this.isFallen()) test.mode = 'skip';
  }
};
