/** What the curves are drawn on: measured traces where they are given, and a drawn week where none is. */

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readTraceTable } from '../../cli/workload/trace';
import { Xoshiro128 } from '../../simulator/engine';
import { countsAtRates } from '../../simulator/evaluation/arrivals';
import type { CurveWorkload } from '../../simulator/evaluation/levels/curves';
import { loadArrivals, loadFunctions, loadMinutes } from './forecast-data';

const WARM_UP_MINUTES = 60;
const DAY_MINUTES = 1440;
/** The greatest minute of a trace is thinned to about so many jobs at once: more only takes longer. */
const MOST_ERLANGS = 100;
const JOB_SECONDS = 0.5;
const FUNCTIONS = 12;

export function curveWorkloads(traces: readonly string[], quick: boolean): CurveWorkload[] {
  return [drawnDays(quick ? 1 : 3), ...traces.flatMap((path) => fromTrace(path, quick))];
}

function fromTrace(path: string, quick: boolean): CurveWorkload[] {
  const [first = ''] = readTraceTable(readFileSync(path)).columns;
  const name = basename(path);
  if (first === 'period') {
    const { series, testMinute } = loadMinutes(path).split;
    const counts = (from: number, until: number) =>
      series.filter(({ minute }) => minute >= from && minute < until).map(({ count }) => count);
    const days = quick ? 1 : 7;
    const test = counts(testMinute, quick ? testMinute + DAY_MINUTES : Number.POSITIVE_INFINITY);
    return [thinned(`${name}, pooled`, 'pooled', counts(testMinute - days * DAY_MINUTES, testMinute), test)];
  }
  if (first === 'arrival_seconds' || first === 'TIMESTAMP') {
    const { series, testMinute } = loadArrivals(path).split;
    const [train, test] = halves(
      series.map(({ count }) => count),
      testMinute,
    );
    return [{ ...thinned(`${name} (illustrative)`, 'pooled', train, test), warmUpMinutes: 5 }];
  }
  const { pooledTrain, pooledTest, train, test } = loadFunctions(path, FUNCTIONS);
  const parts = (own: typeof pooledTrain, which: 0 | 1) =>
    halves(
      own.split.series.map(({ count }) => count),
      own.split.testMinute,
    )[which];
  return [
    thinned(`${name}, pooled`, 'pooled', parts(pooledTrain, 0), parts(pooledTest, 1)),
    ...(quick
      ? []
      : test.map((each, index) =>
          thinned(`${name}, function ${index}`, 'per-function', parts(train[index] ?? each, 0), parts(each, 1)),
        )),
  ];
}

const halves = (counts: readonly number[], at: number) => [counts.slice(0, at), counts.slice(at)] as const;

/** Every so-manieth event is kept, the same share of the training part. */
function thinned(
  name: string,
  regime: CurveWorkload['regime'],
  train: readonly number[],
  test: readonly number[],
): CurveWorkload {
  const most = Math.max(1, ...train, ...test);
  const keep = Math.min(1, (MOST_ERLANGS * 60) / JOB_SECONDS / most);
  const thin = (counts: readonly number[]) => counts.map((count) => Math.round(count * keep));
  return {
    name,
    regime,
    train: thin(train),
    test: thin(test),
    warmUpMinutes: WARM_UP_MINUTES,
    jobSeconds: JOB_SECONDS,
    seed: 1,
  };
}

/** A daily rhythm with a tenfold burst at another time each day. */
function drawnDays(days: number): CurveWorkload {
  const rate = (minute: number) => {
    const day = Math.floor(minute / DAY_MINUTES);
    const wave = 0.5 - 0.5 * Math.cos((2 * Math.PI * minute) / DAY_MINUTES);
    const since = (minute % DAY_MINUTES) - 300 - ((day * 377) % 900);
    return 4 + 26 * wave + (since >= 0 && since < 20 ? 30 : 0);
  };
  const counts = (from: number) =>
    countsAtRates(
      Array.from({ length: days * DAY_MINUTES }, (_, minute) => rate(from + minute)),
      new Xoshiro128(1, 600 + from),
    );
  return {
    name: 'drawn days',
    regime: 'pooled',
    train: counts(0),
    test: counts(days * DAY_MINUTES),
    warmUpMinutes: WARM_UP_MINUTES,
    jobSeconds: JOB_SECONDS,
    seed: 1,
  };
}
