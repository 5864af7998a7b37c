/**
 * `npm run simulate:recovery [-- --only matrix,troubles,healthy,liar,readers,safeguards] [-- --seeds N] [-- --from SEED] [-- --json]`: the
 * booking with its monitor and its recovery in virtual time. Each part has a number of seeds of its own, which `--seeds` replaces.
 * Exit code 1 if anything is wrong; 2 if a part has not met enough to have shown anything.
 */
import { parseArgs } from 'node:util';
import {
  runHealthy,
  runLiar,
  runMatrix,
  runReaders,
  runTrouble,
  SAFEGUARDS,
  sumOf,
  TROUBLES,
} from '../../simulator/recovery';

const PARTS = ['matrix', 'troubles', 'healthy', 'liar', 'readers', 'safeguards'] as const;
type Part = (typeof PARTS)[number];
const SEEDS: Readonly<Record<Part, number>> = {
  matrix: 10,
  troubles: 40,
  healthy: 250,
  liar: 5,
  readers: 10,
  safeguards: 1,
};
const LEAST = 30;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join(',') },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const from = whole(values.from);

interface Report {
  readonly table: Readonly<Record<string, object>>;
  readonly wrong: readonly string[];
  /** Too few of what the part is about. */
  readonly tooFew: readonly string[];
}

const RUN: Readonly<Record<Part, (seeds: readonly number[]) => Promise<Report>>> = {
  matrix,
  troubles,
  healthy,
  liar,
  readers,
  safeguards,
};

void main();

async function main(): Promise<void> {
  const parts = values.only.split(',').map(part);
  const reports: Record<string, Report & { seconds: number }> = {};
  for (const name of parts) {
    const fromMs = performance.now();
    const count = values.seeds === undefined ? SEEDS[name] : whole(values.seeds);
    const report = await RUN[name](Array.from({ length: count }, (_, index) => from + index));
    reports[name] = { ...report, seconds: (performance.now() - fromMs) / 1000 };
    if (!values.json) print(name, count, reports[name]);
  }
  const all = Object.values(reports);
  if (values.json) process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  process.exitCode = all.some(({ wrong }) => wrong.length > 0)
    ? 1
    : all.some(({ tooFew }) => tooFew.length > 0)
      ? 2
      : 0;
}

function print(name: Part, seeds: number, { table, wrong, tooFew, seconds }: Report & { seconds: number }): void {
  const of = name === 'safeguards' ? '' : ` (seeds ${from} to ${from + seeds - 1})`;
  console.log(`${name}${of}, ${seconds.toFixed(0)} s`);
  console.table(table);
  for (const each of wrong.slice(0, 10)) console.log(`wrong: ${each}`);
  for (const each of tooFew) console.log(`invalid: ${each}`);
}

async function matrix(seeds: readonly number[]): Promise<Report> {
  const found = await runMatrix(seeds[0] ?? 1, seeds.length);
  const table = Object.fromEntries(
    found.rows.map(({ fault, tries, kind: _kind, ...row }) => [`${fault}, ${tries} try`, row]),
  );
  const { bad, ...sum } = sumOf(found);
  const wrong = bad > 0 ? [`${bad} of ${sum.runs} runs`, ...found.examples] : [];
  const few = found.rows
    .filter(({ injected }) => injected < LEAST)
    .map(({ fault }) => `fewer than ${LEAST} of ${fault}`);
  return { table: { ...table, all: sum }, wrong, tooFew: few };
}

async function troubles(seeds: readonly number[]): Promise<Report> {
  const table: Record<string, Record<string, number>> = {};
  const all: string[] = [];
  const few: string[] = [];
  for (const trouble of TROUBLES) {
    const sum: Record<string, number> = {};
    for (const seed of seeds) {
      const { wrong, ...run } = await runTrouble(trouble, seed);
      add(sum, run);
      all.push(...wrong.map((each) => `monitor ${trouble}, seed ${seed}: ${each}`));
    }
    table[trouble] = sum;
    if ((sum.failed ?? 0) < LEAST)
      few.push(`monitor ${trouble}: ${sum.failed} executions failed, ${LEAST} are asked for`);
  }
  return { table, wrong: all, tooFew: few };
}

async function healthy(seeds: readonly number[]): Promise<Report> {
  const sum: Record<string, number> = {};
  const all: string[] = [];
  for (const seed of seeds) {
    const { wrong, ...run } = await runHealthy(seed);
    add(sum, run);
    all.push(...wrong.map((each) => `seed ${seed}: ${each}`));
  }
  return { table: { healthy: sum }, wrong: all, tooFew: [] };
}

async function liar(seeds: readonly number[]): Promise<Report> {
  const table: Record<string, object> = {};
  const all: string[] = [];
  const few: string[] = [];
  for (const seed of seeds) {
    const { wrong, ...run } = await runLiar(seed);
    table[`seed ${seed}`] = run;
    all.push(...wrong.map((each) => `seed ${seed}: ${each}`));
    if (run.actions < LEAST) few.push(`seed ${seed}: ${run.actions} actions, ${LEAST} are asked for`);
  }
  return { table, wrong: all, tooFew: few };
}

async function readers(seeds: readonly number[]): Promise<Report> {
  const sum: Record<string, number> = {};
  const all: string[] = [];
  let slowest = 0;
  for (const seed of seeds) {
    const { wrong, halfActs, slowestRepairMs, ...run } = await runReaders(seed);
    add(sum, { ...run, halfActs: halfActs.length });
    slowest = Math.max(slowest, slowestRepairMs);
    all.push(...wrong.map((each) => `seed ${seed}: ${each}`));
  }
  const few = (sum.lost ?? 0) < LEAST ? [`${sum.lost} writes were lost, ${LEAST} are asked for`] : [];
  return { table: { readers: { ...sum, slowestRepairMs: slowest } }, wrong: all, tooFew: few };
}

async function safeguards(): Promise<Report> {
  const table: Record<string, { kept: string; gone: string }> = {};
  const wrong: string[] = [];
  for (const [name, check] of Object.entries(SAFEGUARDS)) {
    const [kept, gone] = [await check(false), await check(true)];
    table[name] = { kept: kept ?? 'nothing', gone: (gone ?? 'nothing').slice(0, 100) };
    if (kept !== undefined) wrong.push(`with ${name}: ${kept}`);
    if (gone === undefined) wrong.push(`without ${name}: nothing was noticed`);
  }
  return { table, wrong, tooFew: [] };
}

function add(sum: Record<string, number>, run: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(run)) sum[name] = (sum[name] ?? 0) + value;
}

function part(name: string): Part {
  const found = PARTS.find((each) => each === name);
  if (found === undefined) throw new RangeError(`${name} is none of ${PARTS.join(', ')}`);
  return found;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${text} is not a whole number from 1`);
  return value;
}
