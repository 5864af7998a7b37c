/**
 * Judges the forecast on measured traces: skill in pinball loss against the best of the usual forecasters on training data, the
 * Diebold–Mariano test, and the band's coverage and width. `--help` says how it is called.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { seededRandom } from '../../cli/workload/random';
import { readTraceTable } from '../../cli/workload/trace';
import { createEnsemble } from '../../core/policies/forecast/ensemble';
import { DEFAULT_FORECAST_PARAMETERS } from '../../core/policies/forecast/parameters';
import type { Forecaster } from '../../core/policies/forecast/types';
import { DEFAULT_PLANNING } from '../../core/policies/scheduling/parameters';
import {
  blocksOf,
  bootstrapSkill,
  levelsWith,
  poolResults,
  type Split,
  type TestResult,
  type TrainingResult,
  testForecaster,
  trainRivals,
  type Weighing,
} from '../../simulator/evaluation/forecast/compare';
import { rivalsFor } from '../../simulator/evaluation/forecast/rivals';
import { loadArrivals, loadFunctions, loadMinutes } from './forecast-data';

const WINDOW = { fromMinutes: 3, untilMinutes: 8 };
const DAY_MINUTES = 1440;
/** Two hours: about as long as a match keeps demand up. */
const BLOCK_FORECASTS = 120;
const BOOTSTRAP_SEED = 1;
const FILES = [
  'worldcup98-minutes.csv.gz',
  'azure2019-functions-per-minute.csv.gz',
  'azure-llm-2023-code.csv.gz',
] as const;

interface Options {
  readonly data: string;
  readonly trace: readonly string[];
  readonly planLevel: number;
  readonly functions: number;
  readonly json?: string;
}

export interface Judged {
  readonly workload: string;
  readonly skillInterval: { readonly low: number; readonly high: number };
  readonly trained: readonly TrainingResult[];
  readonly result: Omit<TestResult, 'losses'>;
}

function judge(options: Options, path: string): Judged[] {
  const [first = ''] = readTraceTable(readFileSync(path)).columns;
  if (first === 'period') return [judgeOne(options, basename(path), loadMinutes(path).split)];
  if (first === 'arrival_seconds' || first === 'TIMESTAMP')
    return [judgeOne(options, `${basename(path)} (illustrative)`, loadArrivals(path).split)];
  const workloads = loadFunctions(path, options.functions);
  const name = basename(path);
  return [
    judgeOne(options, `${name}, pooled`, workloads.pooledTest.split, workloads.pooledTrain.split),
    judgeMany(
      options,
      `${name}, by function`,
      workloads.train.map(({ split }) => split),
      workloads.test.map(({ split }) => split),
    ),
  ];
}

function contest(options: Options, training: readonly Split[], weighing: Weighing) {
  const trainedMinutes = training.map(({ series, testMinute }) => testMinute - (series[0]?.minute ?? 0));
  const rivals = rivalsFor(WINDOW, DEFAULT_FORECAST_PARAMETERS.errors, Math.min(...trainedMinutes) / DAY_MINUTES);
  const terms = { window: WINDOW, levels: levelsWith(options.planLevel), weighing };
  const trained = trainRivals(training, rivals, terms, (done) => progress(`trained ${Math.round(done * 100)} %`));
  const ours = createEnsemble(DEFAULT_FORECAST_PARAMETERS, WINDOW) as Forecaster<unknown>;
  return { trained, test: (split: Split) => testForecaster(split, ours, rivals, trained, terms), ...terms };
}

function judgeOne(options: Options, workload: string, split: Split, training: Split = split): Judged {
  progress(workload);
  const { trained, test, levels } = contest(options, [training], 'events');
  const { losses, ...result } = test(split);
  const plan = losses[levels.indexOf(options.planLevel)] ?? { ours: [], theirs: [] };
  const skillInterval = bootstrapSkill(blocksOf(plan, BLOCK_FORECASTS), seededRandom(BOOTSTRAP_SEED));
  return { workload, skillInterval, trained, result };
}

/** Resampled by function: what another set of functions might have given. */
function judgeMany(options: Options, workload: string, training: readonly Split[], splits: readonly Split[]): Judged {
  progress(workload);
  const { trained, test, levels } = contest(options, training, 'shares');
  const results = splits.map(test);
  const plan = levels.indexOf(options.planLevel);
  const blocks = results.map((each) => ({
    ours: each.byLevel[plan]?.ourLoss ?? 0,
    theirs: each.byLevel[plan]?.rivalLoss ?? 0,
  }));
  const { losses: _, ...result } = poolResults(results);
  return { workload, skillInterval: bootstrapSkill(blocks, seededRandom(BOOTSTRAP_SEED)), trained, result };
}

function print(judged: readonly Judged[], planLevel: number): void {
  for (const { workload, result, skillInterval } of judged) {
    const { band } = result;
    console.log(
      `\n## ${workload}\n\n${result.forecasts} forecasts of the greatest demand per minute in [now + 3, now + 8)`,
    );
    console.log(
      '\n| level | rival (best on train) | rival loss | loss | skill | DM | p | at or below | rival best in hindsight: skill |',
    );
    console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
    for (const each of result.byLevel) {
      const interval =
        each.level === planLevel ? ` (${percent(skillInterval.low)} to ${percent(skillInterval.high)})` : '';
      console.log(
        `| ${each.level}${each.level === planLevel ? ', the plan’s' : ''} | ${each.rival} | ${round(each.rivalLoss)} | ${round(each.ourLoss)} | ${percent(each.skill)}${interval} | ${each.test.statistic.toFixed(2)} | ${each.test.pValue.toPrecision(2)} | ${percent(each.hitShare)} | ${hindsight(each)} |`,
      );
    }
    console.log(
      `\n90 % band: covers ${percent(band.coverage)}, in the tenth where demand had been steepest ${percent(band.steepCoverage)}, where it turned out steepest ${percent(band.turnedOutCoverage)}; mean width ${round(band.width)} events/min, ${percent(band.relativeWidth)} of the mean target`,
    );
  }
}

function hindsight({ ourLoss, onTest }: TestResult['byLevel'][number]): string {
  const best = onTest[0];
  return best === undefined ? '' : `${best.name}: ${percent(1 - ourLoss / best.loss)}`;
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const round = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
const progress = (text: string) => process.stderr.write(`${text}\n`);

function main(): void {
  const options = new Command('evaluate:forecast')
    .description('Judge the forecast on measured traces: skill, significance, coverage, width.')
    .option('--data <dir>', 'where the traces are', '.')
    .option('--trace <file...>', `traces to judge instead of those found in DIR (${FILES.join(', ')})`, [])
    .option('--plan-level <level>', 'the quantile that plans are made for', Number, DEFAULT_PLANNING.planLevel)
    .option(
      '--functions <count>',
      'at most so many functions of each half, evenly chosen',
      Number,
      Number.POSITIVE_INFINITY,
    )
    .option('--json <file>', 'write every figure here')
    .parse()
    .opts<Options>();
  if (!(options.planLevel > 0 && options.planLevel < 1)) throw new Error('--plan-level is between 0 and 1, e.g. 0.95');
  if (!(options.functions >= 1)) throw new Error('--functions is 1 or more');
  const paths = options.trace.length > 0 ? options.trace : FILES.map((file) => join(options.data, file));
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0)
    throw new Error(`not found: ${missing.join(', ')}; say where with --data DIR or --trace FILE`);
  const judged = paths.flatMap((path) => judge(options, path));
  print(judged, options.planLevel);
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ planLevel: options.planLevel, forecast: judged }, null, 1)}\n`);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
