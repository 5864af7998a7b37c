/**
 * Proves that the code of the pages that show an application compiles under the project's own settings, and that its test passes as
 * printed. All pages are laid out side by side, as the applications of one reader: so the platform is compiled once for all.
 */
import { rmSync } from 'node:fs';
import { blocksOf, layOut, runTool } from './code-of-page';

const PAGES: Readonly<Record<string, readonly string[]>> = {
  'docs/applications.md': [
    'applications/vans/units.ts',
    'applications/vans/index.ts',
    'test/applications/vans.test.ts',
  ],
  'docs/sagas.md': [
    'applications/bikes/index.ts',
    'applications/bikes/agreements.ts',
    'test/applications/bikes.test.ts',
  ],
};

describe('the code of the pages', () => {
  let folder = '';
  beforeAll(() => {
    folder = layOut(Object.keys(PAGES).flatMap(blocksOf));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(Object.entries(PAGES))('%s shows an application and its test', (page, files) => {
    expect(blocksOf(page).map(({ file }) => file)).toEqual(files);
  });

  it('compiles', () => {
    expect(runTool(folder, 'typescript/bin/tsc', '--noEmit', '-p', folder)).toEqual({ status: 0, output: '' });
  }, 120_000);

  it('runs: the tests of both pass', () => {
    const tests = ['vans', 'bikes'].map((application) => `test/applications/${application}`);
    const args = [...tests, '--runInBand', '--selectProjects=unit', '--rootDir', folder];
    expect(runTool(folder, 'jest/bin/jest.js', ...args)).toEqual({ status: 0, output: '' });
  }, 120_000);
});
