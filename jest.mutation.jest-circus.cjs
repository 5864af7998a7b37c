/**
 * Jest's own runner of a test file, but for the files after a mutant fell: these are not even loaded, which costs more than their tests.
 * Stryker wants the runner's name in this file's.
 */
const { createEmptyTestResult } = require('@jest/test-result');
const circus = require('jest-circus/runner');

const run = circus.default ?? circus;
const SKIPPED = { ancestorTitles: [], failureMessages: [], fullName: 'skipped', status: 'pending', title: 'skipped' };

module.exports = async (globalConfig, config, environment, ...rest) =>
  environment.isFallen()
    ? { ...createEmptyTestResult(), numPendingTests: 1, testResults: [SKIPPED] }
    : run(globalConfig, config, environment, ...rest);
