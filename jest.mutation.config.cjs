/** What Stryker runs for each mutant: the tests of the pure core, and the functions' tests that go through its policies. */
const { projects } = require('./jest.config.cjs');

const [unit] = projects;
module.exports = {
  ...unit,
  setupFilesAfterEnv: ['<rootDir>/jest.mutation.setup.cjs'],
  testMatch: ['<rootDir>/test/core/**/*.test.ts', '<rootDir>/test/lambdas/**/*.test.ts'],
};
