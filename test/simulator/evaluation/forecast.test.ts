/** The judge of forecasts: what it compares with what, and that its figures are right on cases worked by hand. */
import { seededRandom } from '../../../cli/workload/random';
import type { MinuteCount } from '../../../core/contracts/scheduling';
import type { Forecaster } from '../../../core/policies/forecast/types';
import {
  blocksOf,
  bootstrapSkill,
  levelsWith,
  poolResults,
  type Split,
  testForecaster,
  trainRivals,
} from '../../../simulator/evaluation/forecast/compare';
import { dieboldMariano, longRunVariance, upperNormal } from '../../../simulator/evaluation/forecast/diebold-mariano';
import { rivalsFor } from '../../../simulator/evaluation/forecast/rivals';
import { runForecaster, windowMaxima } from '../../../simulator/evaluation/forecast/run';
import { lossesAt, scoreBand, steepnessOf } from '../../../simulator/evaluation/forecast/scores';

const WINDOW = { fromMinutes: 1, untilMinutes: 3 };

function series(counts: readonly (number | undefined)[]): MinuteCount[] {
  return counts.flatMap((count, minute) => (count === undefined ? [] : [{ minute, count }]));
}

/** Says `factor` times the last count at every level. */
function multiple(factor: number): Forecaster<unknown> {
  return {
    name: `${factor} times`,
    update: (_, { count }) => count,
    predict: (state, { levels }) => levels.map(() => factor * Number(state)),
  };
}

describe('the run', () => {
  it('compares a forecast with the greatest count of its window', () => {
    // At the beginning of minute 1 the window is the minutes 2 and 3.
    expect(windowMaxima(series([9, 9, 3, 5]), WINDOW).get(1)).toBe(5);
  });

  it('has no target where a minute of the window is missing', () => {
    const targets = windowMaxima(series([1, 2, undefined, 4, 5, 6]), WINDOW);
    expect([...targets.keys()].sort()).toEqual([-1, 2, 3]);
  });

  it('shows a forecaster nothing of what it has to forecast', () => {
    const judged = runForecaster(multiple(1), series([1, 2, 3, 4, 5]), WINDOW, { fromMinute: 0, levels: [0.5] });
    expect(judged).toEqual([
      { nowMinute: 1, target: 4, quantiles: [1] },
      { nowMinute: 2, target: 5, quantiles: [2] },
    ]);
  });

  it('judges from the minute it is told, with a forecaster that has seen all before', () => {
    const judged = runForecaster(multiple(1), series([1, 2, 3, 4, 5]), WINDOW, { fromMinute: 2, levels: [0.5] });
    expect(judged.map(({ nowMinute }) => nowMinute)).toEqual([2]);
  });
});

describe('scores', () => {
  const judged = [
    { nowMinute: 20, target: 10, quantiles: [5, 15] },
    { nowMinute: 21, target: 20, quantiles: [5, 15] },
  ];
  const level = {
    seen: new Map([
      [20, 0],
      [21, 9],
    ]),
    turnedOut: new Map([
      [20, 9],
      [21, 0],
    ]),
  };

  it('takes the loss at one level', () => {
    expect(lossesAt(judged, 0.9, [0.1, 0.9])).toEqual([expect.closeTo(0.5, 9), expect.closeTo(4.5, 9)]);
    expect(() => lossesAt(judged, 0.8, [0.1, 0.9])).toThrow('level 0.8 was not forecast');
  });

  it('tells the band’s coverage, in all and where it was steep, and its width', () => {
    expect(scoreBand(judged, level, { low: 0, high: 1 })).toEqual({
      coverage: 0.5,
      steepCoverage: 0,
      turnedOutCoverage: 1,
      width: 10,
      relativeWidth: expect.closeTo(10 / 15, 9),
    });
  });

  it('counts the ends as inside', () => {
    const ends = [
      { nowMinute: 20, target: 5, quantiles: [5, 15] },
      { nowMinute: 21, target: 15, quantiles: [5, 15] },
    ];
    expect(scoreBand(ends, level, { low: 0, high: 1 }).coverage).toBe(1);
  });

  it('finds the steep place of a step: when it has been seen, and when it is about to come', () => {
    const { seen, turnedOut } = steepnessOf(series([...new Array(40).fill(10), ...new Array(40).fill(1_000)]));
    const steepest = (map: ReadonlyMap<number, number>) => [...map].sort((a, b) => b[1] - a[1])[0];
    expect(steepest(seen)).toEqual([45, expect.closeTo(Math.log(5_001 / 5 / (101 / 10)), 9)]);
    expect(steepest(turnedOut)).toEqual([40, expect.closeTo(Math.log(15_001 / 151), 9)]);
    expect(seen.get(20)).toBeCloseTo(Math.abs(Math.log(51 / 5 / (101 / 10))), 9);
  });
});

describe('Diebold–Mariano', () => {
  it.each([
    [0, 0.5],
    [1.959964, 0.025],
    [1, 0.158655],
    [3, 0.00135],
  ])('knows the normal tail beyond %d', (z, tail) => {
    expect(upperNormal(z)).toBeCloseTo(tail, 5);
  });

  it('weighs autocovariances as Newey and West do', () => {
    // Autocovariances of 1, -1, 1, -1 at lags 0, 1: 1 and -3/4. With one lag, Bartlett's weight is a half.
    expect(longRunVariance([1, -1, 1, -1], 1)).toBeCloseTo(1 - 0.75, 12);
    expect(longRunVariance([1, -1, 1, -1], 0)).toBeCloseTo(1, 12);
  });

  it('finds no difference where there is none', () => {
    expect(dieboldMariano([1, 2, 3], [1, 2, 3])).toMatchObject({ statistic: 0, pValue: 1 });
  });

  it('is positive where ours are lower, and the mirror image the other way round', () => {
    const random = seededRandom(1);
    const theirs = Array.from({ length: 400 }, () => 1 + random());
    const ours = theirs.map((loss) => loss - 0.2 + 0.2 * (random() - 0.5));
    const result = dieboldMariano(ours, theirs);
    expect(result.statistic).toBeGreaterThan(5);
    expect(result.pValue).toBeLessThan(1e-4);
    expect(result.lags).toBe(26);
    expect(dieboldMariano(theirs, ours).statistic).toBeCloseTo(-result.statistic, 9);
  });

  it('rejects at the 5 % level about as often as it should where losses are alike and depend on one another', () => {
    const random = seededRandom(6);
    let rejected = 0;
    for (let trial = 0; trial < 200; trial++) {
      let carried = 0;
      const differences = Array.from({ length: 300 }, () => {
        carried = 0.7 * carried + random() - 0.5;
        return carried;
      });
      if (
        dieboldMariano(
          differences.map(() => 0),
          differences,
        ).pValue < 0.05
      )
        rejected++;
    }
    expect(rejected / 200).toBeLessThan(0.14);
  });
});

describe('the comparison', () => {
  const counts = Array.from({ length: 60 }, (_, minute) => 10 + (minute % 2));
  const split: Split = { series: series(counts), trainMinute: 5, testMinute: 30, countedMinute: 35 };
  const terms = { window: WINDOW, levels: levelsWith(0.9), weighing: 'events' as const };
  const rivals = [
    { name: 'double', forecaster: multiple(2) },
    { name: 'same', forecaster: multiple(1) },
  ];

  it('holds its levels in order, the plan’s among them once', () => {
    expect(levelsWith(0.9)).toEqual([0.05, 0.5, 0.8, 0.9, 0.95, 0.99]);
    expect(levelsWith(0.7)).toEqual([0.05, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99]);
  });

  it('chooses the rival on training data only', () => {
    // After the training part, doubling would be right.
    const turned = series([...counts.slice(0, 30), ...counts.slice(30).map((count, index) => count * 2 ** index)]);
    const [first] = trainRivals([{ ...split, series: turned }], rivals, terms);
    expect(first?.losses.map(({ name }) => name)).toEqual(['same', 'double']);
  });

  it('counts the test part without its first hour, and the skill against the chosen rival', () => {
    const trained = trainRivals([split], rivals, terms);
    const same = testForecaster(split, multiple(1), rivals, trained, terms);
    // Forecasts are made from minute 35 to 57: the windows of later ones are not over.
    expect(same.forecasts).toBe(23);
    // At 0.99 doubling is the better rival: being above costs next to nothing there.
    expect(same.byLevel.map(({ rival }) => rival)).toEqual(['same', 'same', 'same', 'same', 'same', 'double']);
    expect(same.byLevel.slice(0, 5).map(({ skill }) => skill)).toEqual([0, 0, 0, 0, 0]);
    expect(same.byLevel[0]?.onTest.map(({ name }) => name)).toEqual(['same', 'double']);
    expect(same.byLevel[5]?.onTest.map(({ name }) => name)).toEqual(['double', 'same']);
    expect(same.byLevel[0]?.onTest[0]?.loss).toBeCloseTo(same.byLevel[0]?.ourLoss ?? 0, 12);
    const worse = testForecaster(split, multiple(3), rivals, trained, terms);
    expect(worse.byLevel.every(({ skill }) => skill < 0)).toBe(true);
  });

  it('weighs by shares of the mean demand in training, where that is asked for', () => {
    const inShares = { ...terms, weighing: 'shares' as const };
    const [events] = trainRivals([split], rivals, terms);
    const [shares] = trainRivals([split], rivals, inShares);
    expect((events?.losses[0]?.loss ?? 0) / (shares?.losses[0]?.loss ?? 1)).toBeCloseTo(10.5, 9);
  });

  it('pools series minute by minute', () => {
    const trained = trainRivals([split], rivals, terms);
    const [a, b] = [multiple(1), multiple(3)].map((ours) => testForecaster(split, ours, rivals, trained, terms));
    if (a === undefined || b === undefined) throw new Error('not judged');
    const pooled = poolResults([a, b]);
    expect(pooled.forecasts).toBe(46);
    expect(pooled.byLevel[3]?.ourLoss).toBeCloseTo(
      ((a.byLevel[3]?.ourLoss ?? 0) + (b.byLevel[3]?.ourLoss ?? 0)) / 2,
      9,
    );
    expect(pooled.byLevel[3]?.onTest).toEqual(a.byLevel[3]?.onTest);
    expect(() => poolResults([])).toThrow('no result');
  });

  it('resamples blocks, and brackets the skill', () => {
    const random = seededRandom(3);
    const losses = { ours: Array.from({ length: 600 }, () => 0.8 + 0.4 * random()), theirs: new Array(600).fill(1.25) };
    const blocks = blocksOf(losses, 50);
    expect(blocks).toHaveLength(12);
    expect(blocks[0]?.theirs).toBeCloseTo(62.5, 9);
    const { low, high } = bootstrapSkill(blocks, random);
    expect(low).toBeGreaterThan(0.15);
    expect(low).toBeLessThan(0.2);
    expect(high).toBeGreaterThan(0.2);
    expect(high).toBeLessThan(0.25);
  });

  it('lets Holt–Winters take part from two days on', () => {
    const errors = { sizeAlpha: 0.02, shapeAlpha: 0.0005 };
    const hasSeason = (days: number) => rivalsFor(WINDOW, errors, days).some(({ name }) => name.startsWith('Holt–W'));
    expect([hasSeason(1.9), hasSeason(2)]).toEqual([false, true]);
  });
});
