/** Ours against the rival that was best on training data, over one series or many. */
import type { MinuteCount } from '../../../core/contracts/scheduling';
import type { Forecaster, ForecastWindow } from '../../../core/policies/forecast/types';
import { type DieboldMariano, dieboldMariano } from './diebold-mariano';
import type { Rival } from './rivals';
import { type JudgedForecast, runForecaster } from './run';
import { type BandScore, lossesAt, mean, scoreBand, steepnessOf } from './scores';

/** The ends of the 90 % band. */
const BAND = { low: 0.05, high: 0.95 };
const LEVELS = [BAND.low, 0.5, 0.8, 0.9, BAND.high, 0.99] as const;

/** All that is forecast, with the plan's level among it, rising. */
export function levelsWith(planLevel: number): readonly number[] {
  return [...new Set([...LEVELS, planLevel])].sort((a, b) => a - b);
}

export interface Split {
  readonly series: readonly MinuteCount[];
  /** Forecasts made from this minute on, and whose window ends by `testMinute`, train. */
  readonly trainMinute: number;
  readonly testMinute: number;
  /** Those from this minute on are counted as test; the time since `testMinute` is run only. */
  readonly countedMinute: number;
}

export interface TrainingResult {
  readonly level: number;
  /** Every rival's mean loss over the training splits, best first. */
  readonly losses: readonly { readonly name: string; readonly loss: number }[];
}

/** A series' losses count in shares of its mean demand in training, one event a minute at least: a great function is not all. */
export type Weighing = 'events' | 'shares';

/** How the rivals do on training data, by level. */
export function trainRivals(
  splits: readonly Split[],
  rivals: readonly Rival[],
  { window, levels, weighing }: { window: ForecastWindow; levels: readonly number[]; weighing: Weighing },
  onProgress: (done: number) => void = () => {},
): TrainingResult[] {
  const totals = rivals.map(() => levels.map(() => 0));
  splits.forEach((split, index) => {
    const series = split.series.filter(({ minute }) => minute < split.testMinute);
    const unit = unitOf(split, weighing);
    rivals.forEach(({ forecaster }, rival) => {
      const judged = runForecaster(forecaster, series, window, { fromMinute: split.trainMinute, levels });
      levels.forEach((level, column) => {
        const row = totals[rival];
        if (row) row[column] = (row[column] ?? 0) + mean(lossesAt(judged, level, levels)) / unit / splits.length;
      });
    });
    onProgress((index + 1) / splits.length);
  });
  return levels.map((level, column) => ({
    level,
    losses: rivals.map(({ name }, rival) => ({ name, loss: totals[rival]?.[column] ?? Number.NaN })).sort(byLoss),
  }));
}

export interface SkillAtLevel {
  readonly level: number;
  readonly rival: string;
  readonly ourLoss: number;
  readonly rivalLoss: number;
  /** 1 - ours / rival's. */
  readonly skill: number;
  readonly test: DieboldMariano;
  /** Share of targets at or below the quantile. */
  readonly hitShare: number;
  /** Every rival's loss on the test part, best first: what choosing by training data cost the rival, or spared us. */
  readonly onTest: readonly { readonly name: string; readonly loss: number }[];
}

export interface TestResult {
  readonly forecasts: number;
  readonly byLevel: readonly SkillAtLevel[];
  readonly band: BandScore;
  /** At each level: ours and the rival's losses, in order of time. */
  readonly losses: readonly { readonly ours: readonly number[]; readonly theirs: readonly number[] }[];
}

/** Ours against the best on train of each level, on the test part of one series. */
export function testForecaster(
  split: Split,
  ours: Forecaster<unknown>,
  rivals: readonly Rival[],
  trained: readonly TrainingResult[],
  { window, levels, weighing }: { window: ForecastWindow; levels: readonly number[]; weighing: Weighing },
): TestResult {
  const run = (forecaster: Forecaster<unknown>) =>
    runForecaster(forecaster, split.series, window, { fromMinute: split.countedMinute, levels });
  const own = run(ours);
  const unit = unitOf(split, weighing);
  const runs = rivals.map(({ name, forecaster }) => ({ name, judged: run(forecaster) }));
  const compared = trained.map(({ level, losses }) => {
    const inUnits = (judged: readonly JudgedForecast[]) => lossesAt(judged, level, levels).map((loss) => loss / unit);
    const rival = runs.find(({ name }) => name === losses[0]?.name);
    if (rival === undefined) throw new Error(`there is no rival "${losses[0]?.name}" to compare with`);
    const onTest = runs.map(({ name, judged }) => ({ name, loss: mean(inUnits(judged)) })).sort(byLoss);
    return { level, rival: rival.name, ours: inUnits(own), theirs: inUnits(rival.judged), onTest };
  });
  return {
    forecasts: own.length,
    byLevel: compared.map(({ onTest, ...each }) => ({
      ...skillOf(each),
      hitShare: hitShare(own, levels.indexOf(each.level)),
      onTest,
    })),
    band: scoreBand(own, steepnessOf(split.series), { low: levels.indexOf(BAND.low), high: levels.indexOf(BAND.high) }),
    losses: compared.map(({ ours: own, theirs }) => ({ ours: own, theirs })),
  };
}

const byLoss = (a: { readonly loss: number }, b: { readonly loss: number }) => a.loss - b.loss;

/** Many series as one: each minute's loss is the mean over the series. They must have been judged at the same minutes. */
export function poolResults(results: readonly TestResult[]): TestResult {
  const first = results[0];
  if (first === undefined) throw new Error('there is no result to pool');
  const losses = first.losses.map((_, column) => ({
    ours: meanByMinute(results.map((each) => each.losses[column]?.ours ?? [])),
    theirs: meanByMinute(results.map((each) => each.losses[column]?.theirs ?? [])),
  }));
  const averaged = (pick: (result: TestResult) => number) => mean(results.map(pick));
  return {
    forecasts: results.reduce((sum, each) => sum + each.forecasts, 0),
    byLevel: first.byLevel.map(({ level, rival, onTest }, column) => ({
      ...skillOf({ level, rival, ...(losses[column] ?? { ours: [], theirs: [] }) }),
      hitShare: averaged((each) => each.byLevel[column]?.hitShare ?? Number.NaN),
      onTest: onTest
        .map(({ name }) => ({ name, loss: averaged((each) => lossOf(each.byLevel[column]?.onTest ?? [], name)) }))
        .sort(byLoss),
    })),
    band: {
      coverage: averaged(({ band }) => band.coverage),
      steepCoverage: averaged(({ band }) => band.steepCoverage),
      turnedOutCoverage: averaged(({ band }) => band.turnedOutCoverage),
      width: averaged(({ band }) => band.width),
      relativeWidth: averaged(({ band }) => band.relativeWidth),
    },
    losses,
  };
}

/** The interval that holds 95 % of the skill's resamples; `blocks`: pairs of loss sums, one per block of time or per function. */
export function bootstrapSkill(
  blocks: readonly { readonly ours: number; readonly theirs: number }[],
  random: () => number,
  resamples = 2_000,
): { readonly low: number; readonly high: number } {
  const skills = Array.from({ length: resamples }, () => {
    let [ours, theirs] = [0, 0];
    for (let draw = 0; draw < blocks.length; draw++) {
      const block = blocks[Math.floor(random() * blocks.length)];
      ours += block?.ours ?? 0;
      theirs += block?.theirs ?? 0;
    }
    return 1 - ours / theirs;
  }).sort((a, b) => a - b);
  const at = (share: number) => skills[Math.round(share * (resamples - 1))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}

/** Loss sums of so many neighbouring forecasts each. */
export function blocksOf(
  losses: { readonly ours: readonly number[]; readonly theirs: readonly number[] },
  length: number,
) {
  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  return Array.from({ length: Math.ceil(losses.ours.length / length) }, (_, block) => ({
    ours: sum(losses.ours.slice(block * length, (block + 1) * length)),
    theirs: sum(losses.theirs.slice(block * length, (block + 1) * length)),
  }));
}

function skillOf({ level, rival, ours, theirs }: { level: number; rival: string; ours: number[]; theirs: number[] }) {
  const [ourLoss, rivalLoss] = [mean(ours), mean(theirs)];
  return { level, rival, ourLoss, rivalLoss, skill: 1 - ourLoss / rivalLoss, test: dieboldMariano(ours, theirs) };
}

function hitShare(judged: readonly JudgedForecast[], column: number): number {
  return mean(judged.map(({ target, quantiles }) => (target <= (quantiles[column] ?? 0) ? 1 : 0)));
}

function unitOf({ series, testMinute }: Split, weighing: Weighing): number {
  if (weighing === 'events') return 1;
  return Math.max(1, mean(series.filter(({ minute }) => minute < testMinute).map(({ count }) => count)));
}

function meanByMinute(series: readonly (readonly number[])[]): number[] {
  return (series[0] ?? []).map((_, minute) => mean(series.map((each) => each[minute] ?? Number.NaN)));
}

function lossOf(losses: readonly { readonly name: string; readonly loss: number }[], name: string): number {
  return losses.find((each) => each.name === name)?.loss ?? Number.NaN;
}
