/** Proves that the import table of `.dependency-cruiser.cjs` holds, and that the check would see a violation. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '..');
const cruise = (...paths: string[]) =>
  spawnSync(
    process.execPath,
    ['node_modules/dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', ...paths],
    { cwd: root, encoding: 'utf8' },
  );

describe('the import table', () => {
  it('holds for the whole tree', () => {
    const run = cruise('core', 'applications', 'adapters', 'lambdas', 'lib', 'simulator');
    expect({ status: run.status, output: run.status === 0 ? '' : run.stdout + run.stderr }).toEqual({
      status: 0,
      output: '',
    });
  }, 120_000);

  it('fails if a policy imports the file system', () => {
    const folder = mkdtempSync(join(root, 'core/policies/planted-'));
    try {
      writeFileSync(join(folder, 'violation.ts'), "import * as fs from 'node:fs';\nexport const planted = fs;\n");
      const run = cruise(relative(root, folder));
      expect(run.status).not.toBe(0);
      expect(run.stdout).toContain('violation.ts');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
