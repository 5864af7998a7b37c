/** Proves that the code of docs/sagas.md compiles under the project's own settings and that its test passes as printed. */
import { rmSync } from 'node:fs';
import { blocksOf, layOut, runTool } from './code-of-page';

const blocks = blocksOf('docs/sagas.md');

describe('docs/sagas.md', () => {
  let folder = '';
  beforeAll(() => {
    folder = layOut(blocks);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('shows an application and its test', () => {
    expect(blocks.map(({ file }) => file)).toEqual([
      'applications/bikes/index.ts',
      'applications/bikes/agreements.ts',
      'test/applications/bikes.test.ts',
    ]);
  });

  it('compiles', () => {
    expect(runTool(folder, 'typescript/bin/tsc', '--noEmit', '-p', folder)).toEqual({ status: 0, output: '' });
  }, 120_000);

  it('runs: its test passes', () => {
    const args = ['test/applications/bikes', '--selectProjects=unit', '--rootDir', folder];
    expect(runTool(folder, 'jest/bin/jest.js', ...args)).toEqual({ status: 0, output: '' });
  }, 120_000);
});
