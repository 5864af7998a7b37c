/** The forecast's table (D13) is a command of its own; here it is run on the traces that were given, and its JSON taken over. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ForecastSummary {
  /** As `evaluate:forecast --json` has it; `null` where it was not run. */
  readonly result: unknown;
  readonly why: string;
}

export function forecastFigures(traces: readonly string[]): ForecastSummary {
  if (traces.length === 0)
    return { result: null, why: 'needs measured traces: --trace FILE, or npm run evaluate:forecast' };
  const folder = mkdtempSync(join(tmpdir(), 'evaluate-forecast-'));
  try {
    const json = join(folder, 'forecast.json');
    const script = join(__dirname, 'forecast.ts');
    const args = [
      ...process.execArgv,
      script,
      '--functions',
      '40',
      '--json',
      json,
      ...traces.flatMap((path) => ['--trace', path]),
    ];
    const run = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
    if (run.status !== 0)
      return { result: null, why: `the command ended with ${run.status}: ${run.stderr.slice(-300)}` };
    return {
      result: JSON.parse(readFileSync(json, 'utf8')),
      why: 'npm run evaluate:forecast, at most 40 functions of each half',
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
