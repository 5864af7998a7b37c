/** Proves that one command at a time brings the local environment up, and that a killed one blocks nobody. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockBringUp } from '../../local/lock';

describe('the lock of the local environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'triage-lock-'));
  const file = join(folder, 'up.lock');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('fails if another command holds it, naming its process, and is free afterwards', () => {
    const unlock = lockBringUp(file);
    expect(() => lockBringUp(file)).toThrow(`Process ${process.pid}`);
    unlock();
    expect(existsSync(file)).toBe(false);
    lockBringUp(file)();
  });

  it('takes over the lock of a process that is gone', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    writeFileSync(file, String(pid));
    lockBringUp(file)();
    expect(existsSync(file)).toBe(false);
  });
});
