/** The forecast's table (D13) is a command of its own; here it is run on the traces that were given, and its JSON taken over. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Judged } from './forecast';

export interface ForecastSummary {
  /** The quantile that plans are made for; `null` where nothing was judged. */
  readonly planLevel: number | null;
  /** By workload; none without measured traces. */
  readonly judged: readonly Judged[];
  readonly why: string;
}

const COMMAND = 'npm run evaluate:forecast';
/** Of each half of a set of functions. */
const FUNCTIONS = 40;

export function forecastFigures(traces: readonly string[]): ForecastSummary {
  const none = (why: string): ForecastSummary => ({ planLevel: null, judged: [], why });
  if (traces.length === 0) return none(`it needs measured traces: --trace FILE, or ${COMMAND} -- --data DIR`);
  const folder = mkdtempSync(join(tmpdir(), 'evaluate-forecast-'));
  try {
    const json = join(folder, 'forecast.json');
    const args = ['--functions', String(FUNCTIONS), '--json', json, '--trace', ...traces];
    const run = spawnSync(process.execPath, [...process.execArgv, join(__dirname, 'forecast.ts'), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (run.status !== 0) return none(`the command ended with ${run.status}: ${run.stderr.slice(-300)}`);
    const { planLevel, forecast } = JSON.parse(readFileSync(json, 'utf8')) as {
      readonly planLevel: number;
      readonly forecast: readonly Judged[];
    };
    return { planLevel, judged: forecast, why: `${COMMAND}, at most ${FUNCTIONS} functions of each half` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
