/** Proves that a kept bundle is taken while nothing that it was made from has changed, and only then. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptBundle } from '../../lib/kept-bundles';

const root = mkdtempSync(join(tmpdir(), 'triage-kept-'));
const folder = join(root, 'bundles');
afterAll(() => rmSync(root, { recursive: true }));

let builds = 0;
/** Text of the bundle, which is that of its one source. */
const take = (name = 'entry', anew = false): string =>
  readFileSync(
    join(
      keptBundle({ root, folder, name, anew }, () => {
        builds++;
        return { text: readFileSync(join(root, 'src/word.ts'), 'utf8'), inputs: ['src/word.ts'] };
      }),
      'index.js',
    ),
    'utf8',
  );
const buildsOf = (act: () => void): number => {
  const before = builds;
  act();
  return builds - before;
};

beforeEach(() => {
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(root, 'src/word.ts'), 'one');
  take();
});

it('is taken as it is while nothing has changed', () => {
  expect(buildsOf(() => expect(take()).toBe('one'))).toBe(0);
});

it('is built where a source has changed, also if it is as long as before', () => {
  writeFileSync(join(root, 'src/word.ts'), 'two');
  utimesSync(join(root, 'src/word.ts'), 1, 1);
  expect(buildsOf(() => expect(take()).toBe('two'))).toBe(1);
});

it.each(['package-lock.json', 'tsconfig.json', 'src/word.js'])('is built where %s has come', (file) => {
  expect(
    buildsOf(() => {
      writeFileSync(join(root, file), '{}');
      take();
    }),
  ).toBe(1);
});

it('is built for each name, and where that is asked for', () => {
  expect(buildsOf(() => take('another'))).toBe(1);
  expect(buildsOf(() => take('entry', true))).toBe(1);
});

it('is built where what was kept is broken or gone', () => {
  rmSync(folder, { recursive: true });
  expect(buildsOf(() => expect(take()).toBe('one'))).toBe(1);
});
