/** Measured traces as series per minute, with the split into a training and a test part that belongs to each format. */
import { readFileSync } from 'node:fs';
import { parseTrace, readTraceTable } from '../../cli/workload/trace';
import type { MinuteCount } from '../../core/contracts/scheduling';
import type { Split } from '../../simulator/evaluation/forecast/compare';

export interface Workload {
  readonly name: string;
  readonly split: Split;
}

export interface FunctionWorkloads {
  /** All functions of the training half, as one lane sees them, on its hours; the test half likewise. */
  readonly pooledTrain: Workload;
  readonly pooledTest: Workload;
  readonly train: readonly Workload[];
  readonly test: readonly Workload[];
}

const DAY_MINUTES = 1440;
/** Forecasters learn from it before their losses count, where the series is days long; for one of a day, see `COUNTED_MINUTES`. */
const LEARNING_DAYS = 3;
/** The first part of a test window, which is run and not counted. */
const COUNTED_MINUTES = 60;
/** World Cup 98: trained up to 7 June, tested from the 8th, in the site's local time. */
const WORLD_CUP_TEST_MINUTE = Date.parse('1998-06-08T00:00Z') / 60_000;

/** `period,count`: split at the World Cup's date where that lies inside, else at three quarters. */
export function loadMinutes(path: string): Workload {
  const { rows } = readTraceTable(readFileSync(path));
  const series = rows.map(([period = '', count]) => ({
    minute: Date.parse(`${period.trim().replace(' ', 'T')}Z`) / 60_000,
    count: Number(count),
  }));
  const [first, last] = [series[0]?.minute ?? 0, series.at(-1)?.minute ?? 0];
  const isInside = first < WORLD_CUP_TEST_MINUTE && WORLD_CUP_TEST_MINUTE < last;
  const testMinute = isInside ? WORLD_CUP_TEST_MINUTE : Math.round(first + (last - first) * 0.75);
  return {
    name: path,
    split: {
      series,
      trainMinute: first + LEARNING_DAYS * DAY_MINUTES,
      testMinute,
      countedMinute: testMinute + COUNTED_MINUTES,
    },
  };
}

/** Arrivals with their second: 20 of 57 minutes train. A minute without an arrival is a zero: the set is complete. */
export function loadArrivals(path: string): Workload {
  const bins = parseTrace(readFileSync(path));
  const counts = new Array<number>(Math.floor((bins.at(-1)?.startSeconds ?? 0) / 60)).fill(0);
  for (const { startSeconds } of bins) {
    const minute = Math.floor(startSeconds / 60);
    if (minute < counts.length) counts[minute] = (counts[minute] ?? 0) + 1;
  }
  const testMinute = Math.round((counts.length * 20) / 57);
  return {
    name: path,
    split: { series: fromCounts(counts), trainMinute: 5, testMinute, countedMinute: testMinute },
  };
}

/** Functions per minute of a day: every other function trains, on the first half of the day; the others are tested on the second. */
export function loadFunctions(path: string, mostFunctions: number): FunctionWorkloads {
  const { columns, rows } = readTraceTable(readFileSync(path));
  const first = columns.findIndex((name) => name === 'minute_1' || name === '1');
  const counts = rows.map((row) => row.slice(first).map(Number));
  const half = (parity: number) => counts.filter((_, index) => index % 2 === parity);
  const some = (all: readonly number[][]) => {
    const stride = Math.max(1, Math.ceil(all.length / mostFunctions));
    return all.filter((_, index) => index % stride === 0);
  };
  const workload = (name: string, series: readonly number[]): Workload => ({ name, split: halfDay(series) });
  return {
    pooledTrain: workload('pooled, training half', sumOf(half(0))),
    pooledTest: workload('pooled, test half', sumOf(half(1))),
    train: some(half(0)).map((series, index) => workload(`training function ${index}`, series)),
    test: some(half(1)).map((series, index) => workload(`test function ${index}`, series)),
  };
}

function halfDay(counts: readonly number[]): Split {
  const testMinute = Math.floor(counts.length / 2);
  return {
    series: fromCounts(counts),
    trainMinute: 2 * COUNTED_MINUTES,
    testMinute,
    countedMinute: testMinute + COUNTED_MINUTES,
  };
}

const fromCounts = (counts: readonly number[]): MinuteCount[] => counts.map((count, minute) => ({ minute, count }));

function sumOf(series: readonly (readonly number[])[]): number[] {
  return (series[0] ?? []).map((_, minute) => series.reduce((sum, each) => sum + (each[minute] ?? 0), 0));
}
