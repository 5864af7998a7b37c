/** The code of a page of the documentation, laid out beside the platform that it imports, as its reader would have it. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

export interface Block {
  readonly file: string;
  readonly code: string;
}

export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts file=(\S+)\n([\s\S]*?)^```$/gm)].map(([, file = '', code = '']) => ({ file, code }));
}

export function layOut(blocks: readonly Block[]): string {
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

/** Status 0 comes without its output. */
export function runTool(folder: string, tool: string, ...args: string[]) {
  const done = spawnSync(process.execPath, [join(ROOT, 'node_modules', tool), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status: done.status, output: done.status === 0 ? '' : `${done.stdout}${done.stderr}` };
}
