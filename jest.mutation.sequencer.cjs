/**
 * The small test files of the core first. Jest takes the longest first, so that processes end together; here most mutants fall to the
 * first file, in one process, and a file that loads a function's whole code costs seconds.
 */
const { statSync } = require('node:fs');
const { default: Sequencer } = require('@jest/test-sequencer');

const isOfCore = (path) => path.includes('/test/core/');

module.exports = class extends Sequencer {
  sort(tests) {
    const cost = ({ path }) => statSync(path).size + (isOfCore(path) ? 0 : Number.MAX_SAFE_INTEGER / 2);
    return [...tests].sort((a, b) => cost(a) - cost(b));
  }
};
