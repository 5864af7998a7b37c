/** Proves that packages which are not those of the lock file are noticed, by the installation and by the command line, and no others. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../local/session';
import { packagesAreCurrent } from '../../scripts/ensure-installed.cjs';

type Packages = Readonly<Record<string, { readonly version: string; readonly optional?: boolean }>>;
const OF_A_PULL: Packages = { '': { version: '1.0.0' }, 'node_modules/tsx': { version: '4.0.0' } };

describe('packages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'triage-installed-'));
  const lock = join(folder, 'package-lock.json');
  const installed = join(folder, 'node_modules/.package-lock.json');
  const write = (file: string, packages: Packages, atSeconds: number) => {
    writeFileSync(file, JSON.stringify({ packages }));
    utimesSync(file, atSeconds, atSeconds);
  };
  beforeEach(() => mkdirSync(join(folder, 'node_modules/tsx'), { recursive: true }));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('that were installed after the lock file was written are current', () => {
    write(lock, OF_A_PULL, 1);
    write(installed, {}, 2);
    expect(packagesAreCurrent(folder)).toBe(true);
  });

  it('are current where a checkout has only touched the lock file, whatever is left out as optional', () => {
    write(lock, { ...OF_A_PULL, 'node_modules/for-windows': { version: '1.0.0', optional: true } }, 2);
    write(installed, { 'node_modules/tsx': { version: '4.0.0' } }, 1);
    expect(packagesAreCurrent(folder)).toBe(true);
  });

  it.each<[string, Packages]>([
    ['one is missing', {}],
    ['one has another version', { 'node_modules/tsx': { version: '3.0.0' } }],
  ])('are not current where %s', (_what, packages) => {
    write(lock, OF_A_PULL, 2);
    write(installed, packages, 1);
    expect(packagesAreCurrent(folder)).toBe(false);
  });

  it('are not current before the first install', () => {
    write(lock, OF_A_PULL, 2);
    expect(packagesAreCurrent(folder)).toBe(false);
  });

  it('that are not current end the command line with what to do, in place of a failed import', () => {
    write(lock, OF_A_PULL, 2);
    write(installed, {}, 1);
    writeFileSync(join(folder, 'node_modules/tsx/package.json'), '{}');
    for (const each of ['bin/triage.cjs', 'scripts/ensure-installed.cjs', 'local/venv.cjs'])
      cpSync(join(ROOT, each), join(folder, each));
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin/triage.cjs'), 'status'], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('npm ci');
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
