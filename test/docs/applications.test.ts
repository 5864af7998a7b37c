/** Proves that the code of docs/applications.md compiles under the project's own settings and that its test passes as printed. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs/applications.md'), 'utf8');
const blocks = [...page.matchAll(/^```ts file=(\S+)\n([\s\S]*?)^```$/gm)].map(([, file = '', code = '']) => ({
  file,
  code,
}));

/** The page's code beside the platform that it imports, as its reader would have it. */
function layOut(): string {
  const folder = mkdtempSync(join(tmpdir(), 'triage-docs-'));
  for (const each of ['core', 'lambdas', 'adapters/memory', 'test/harness'])
    cpSync(join(ROOT, each), join(folder, each), { recursive: true });
  // What only AWS needs is not part of the page.
  cpSync(join(ROOT, 'adapters/aws'), join(folder, 'adapters/aws'), { recursive: true });
  for (const each of ['tsconfig.json', 'package.json', 'jest.config.cjs']) cpSync(join(ROOT, each), join(folder, each));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, code } of blocks) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  return folder;
}

const run = (folder: string, tool: string, ...args: string[]) => {
  const done = spawnSync(process.execPath, [join(ROOT, 'node_modules', tool), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status: done.status, output: done.status === 0 ? '' : `${done.stdout}${done.stderr}` };
};

describe('docs/applications.md', () => {
  let folder = '';
  beforeAll(() => {
    folder = layOut();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('shows units, chains and a test', () => {
    expect(blocks.map(({ file }) => file)).toEqual([
      'applications/vans/units.ts',
      'applications/vans/index.ts',
      'test/applications/vans.test.ts',
    ]);
  });

  it('compiles', () => {
    expect(run(folder, 'typescript/bin/tsc', '--noEmit', '-p', folder)).toEqual({ status: 0, output: '' });
  }, 120_000);

  it('runs: its test passes', () => {
    const done = run(
      folder,
      'jest/bin/jest.js',
      'test/applications/vans',
      '--selectProjects=unit',
      '--rootDir',
      folder,
    );
    expect(done).toEqual({ status: 0, output: '' });
  }, 120_000);
});
