/** Proves that the command line runs what its sources say now, and is compiled again only where they have changed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProgram } from '../../scripts/bundle-program.cjs';

describe('bundleProgram', () => {
  let root: string;
  const source = (file: string, text: string) => writeFileSync(join(root, file), text);
  const bundle = () =>
    bundleProgram({ root, entry: 'main.ts', folder: join(root, 'cache'), directories: ['applications'] });
  const run = async () => execFileSync(process.execPath, [await bundle()], { encoding: 'utf8' }).trim();

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'triage-bundle-'));
    mkdirSync(join(root, 'applications/first'), { recursive: true });
    source('applications/first/index.ts', "export const name = 'first';");
    source('word.ts', "export const word: string = 'one';");
    source(
      'main.ts',
      "import { word } from './word';\n" +
        'const named = (name: string) => require(`./applications/$' +
        '{name}/index.ts`).name;\n' +
        'console.log(word, named(process.argv[2] ?? "first"), __dirname);',
    );
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('runs the sources, which have their own folder and find what they look for by name', async () => {
    expect(await run()).toBe(`one first ${root}`);
  });

  it('is the same file as long as nothing changes', async () => {
    const first = await bundle();
    const madeAtMs = statSync(first).mtimeMs;
    expect(await bundle()).toBe(first);
    expect(statSync(first).mtimeMs).toBe(madeAtMs);
  });

  it('sees a source that has changed', async () => {
    expect(await run()).toContain('one');
    source('word.ts', "export const word: string = 'another';");
    expect(await run()).toContain('another');
  });

  it('sees a folder that has come', async () => {
    await bundle();
    mkdirSync(join(root, 'applications/second'));
    source('applications/second/index.ts', "export const name = 'second';");
    const made = await bundle();
    expect(execFileSync(process.execPath, [made, 'second'], { encoding: 'utf8' })).toContain('one second');
  });

  it('makes anew what is broken or gone, and leaves nothing old behind', async () => {
    const first = await bundle();
    rmSync(first);
    expect(await run()).toContain('one');
    source('cache/sources.json', '{');
    expect(await run()).toContain('one');
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(first, longAgo, longAgo);
    source('word.ts', "export const word: string = 'another';");
    await run();
    expect(readdirSync(join(root, 'cache')).filter((name) => name.endsWith('.cjs'))).toHaveLength(1);
  });

  it('says what is wrong with a source', async () => {
    source('word.ts', 'export const = 1;');
    await expect(bundle()).rejects.toThrow('word.ts');
  });
});
