/** What Stryker runs for each mutant: the tests of the policies and the mathematics, and those of the functions that are mostly policy. */
const { projects } = require('./jest.config.cjs');

const [unit] = projects;
module.exports = {
  ...unit,
  // Jest lists the roots and asks who imports the changed file, for each mutant anew: so no more of them than that takes.
  roots: ['<rootDir>/core', '<rootDir>/lambdas', '<rootDir>/test'],
  testEnvironment: require.resolve('./jest.mutation.environment.cjs'),
  testRunner: require.resolve('./jest.mutation.jest-circus.cjs'),
  testSequencer: require.resolve('./jest.mutation.sequencer.cjs'),
  moduleNameMapper: { '^fast-check$': '<rootDir>/jest.mutation.fast-check.cjs' },
  testMatch: [
    // Forecasts after days: seconds for each mutant, and what is wrong there is wrong in the first minutes, too.
    '<rootDir>/test/core/policies/**/!(foresight).test.ts',
    '<rootDir>/test/core/queueing/**/*.test.ts',
    '<rootDir>/test/lambdas/monitoring/{recovery*,settled-sagas}.test.ts',
    '<rootDir>/test/lambdas/scheduling/*.test.ts',
  ],
};
