/** Mutation testing: each change of the pure core's code has to make a test fail. `npm run mutation`; a part: `-- --mutate core/policies/match.ts`. */
export default {
  mutate: ['core/queueing/**/*.ts', 'core/policies/**/*.ts'],
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'jest.mutation.config.cjs' },
  // Each mutant runs only the tests that reach it.
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  ignorePatterns: ['cdk.out', 'coverage', 'reports', 'docs', '.triage'],
  concurrency: 2,
  // Nothing here takes a second, so only a loop without end does; a machine that is busy with others is no reason to call a mutant found.
  timeoutMS: 60_000,
  reporters: ['clear-text', 'progress', 'html'],
  htmlReporter: { fileName: 'reports/mutation.html' },
  clearTextReporter: { allowColor: false, logTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
};
