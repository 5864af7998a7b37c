/** Two projects: `unit` needs no network; `integ` deploys to an emulator. */
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.tsx?$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
  // Jest runs files in a context in which every look at a global is slow: without this, the simulator's tests take three times as long.
  // Not those that fake timers replace: `Date` and its like are looked up anew at each use.
  sandboxInjectedGlobals: [
    ...['Array', 'Error', 'Float64Array', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Promise', 'RangeError'],
    ...['Set', 'String', 'Symbol', 'Uint32Array'],
  ],
};
module.exports = {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/integ/', '/node_modules/'],
    },
    { ...common, displayName: 'integ', testMatch: ['<rootDir>/test/integ/**/*.test.ts'] },
  ],
  testTimeout: 30_000,
  // Every core, the one that the main process waits on, too.
  maxWorkers: '100%',
};
