/** Functions whose clocks differ from one another and from the machine's: `clock.cjs` in each of their processes, this beside them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A clock that is off by less than this is not counted. */
const LEAST_COUNTED_MS = 100;

export interface Clocks {
  /** What the functions' processes must find in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Processes that had a wrong clock so far. */
  count(): number;
  /** Within half a second all clocks are right, also of those who come later. */
  heal(): void;
  remove(): void;
}

/** Each process's clock is off by -`mostMs` to `mostMs`, but those of the function `right`. */
export function createClocks(mostMs: number, right = ''): Clocks {
  const folder = mkdtempSync(join(tmpdir(), 'triage-clocks-'));
  writeFileSync(join(folder, 'most'), String(mostMs));
  writeFileSync(join(folder, 'right'), right);
  writeFileSync(join(folder, 'off'), '');
  const script = join(__dirname, 'clock.cjs');
  return {
    environment: { TRIAGE_CLOCKS: folder, NODE_OPTIONS: `--require "${script.replaceAll('\\', '/')}"` },
    count: () =>
      readFileSync(join(folder, 'off'), 'utf8')
        .split('\n')
        .filter((line) => Math.abs(Number(line.split(' ')[2] ?? 0)) >= LEAST_COUNTED_MS).length,
    heal: () => writeFileSync(join(folder, 'healed'), ''),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
