/** Proves priorities, processor sharing and the conservation law that binds them: golden values, limits, and the law for any classes. */
import fc from 'fast-check';
import {
  conservationError,
  mg1ConservedWaitSeconds,
  mmcConservedWaitSeconds,
  sharingConservedSojournSeconds,
  weightedMeanSeconds,
} from '../../../core/queueing/conservation';
import { dpsMeanSojournsSeconds } from '../../../core/queueing/dps';
import { mg1Means } from '../../../core/queueing/mg1';
import { mmcMeans } from '../../../core/queueing/mmc';
import { priorityMg1MeanWaitsSeconds } from '../../../core/queueing/priority-mg1';
import { priorityMmcMeanWaitsSeconds } from '../../../core/queueing/priority-mmc';
import { expectBelow, expectGolden, expectRelative } from './tolerance';

const arrivals = (...rates: number[]) => rates.map((arrivalsPerSecond) => ({ arrivalsPerSecond }));

/** One to five classes of any lengths and weights that together use less than 99 % of one server. */
const classes = fc
  .tuple(
    fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    fc.array(
      fc.record({
        part: fc.double({ min: 0.01, max: 1, noNaN: true }),
        meanServiceSeconds: fc.double({ min: 0.01, max: 100, noNaN: true }),
        serviceScv: fc.double({ min: 0, max: 10, noNaN: true }),
        weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([utilisation, drawn]) => {
    const parts = drawn.reduce((sum, each) => sum + each.part, 0);
    return drawn.map(({ part, ...each }) => ({
      ...each,
      arrivalsPerSecond: (utilisation * part) / parts / each.meanServiceSeconds,
    }));
  });

const withTimes = <C>(each: readonly C[], times: readonly number[]) =>
  each.map((one, index) => ({ ...one, meanSeconds: times[index] as number }));

describe('priorities at M/M/c', () => {
  it('have the golden waits', () => {
    const waits = (meanServiceSeconds: number, servers: number, ...rates: number[]) =>
      priorityMmcMeanWaitsSeconds({ classes: arrivals(...rates), meanServiceSeconds, servers });
    expectGolden(waits(1, 1, 0.4, 0.4), [1.333333, 6.666667]);
    expectGolden(waits(1, 4, 0.5, 1.5, 1.2), [0.170409, 0.340819, 1.491081]);
    expectGolden(waits(1 / 3, 1, 0.2, 0.6, 1.2), [0.238095, 0.324675, 0.909091]);
  });

  it('are first come first served for a single class, and wait 0 without arrivals', () => {
    const queue = { meanServiceSeconds: 2, servers: 3 };
    const [wait] = priorityMmcMeanWaitsSeconds({ ...queue, classes: arrivals(1.2) });
    expectRelative(wait as number, mmcMeans({ ...queue, arrivalsPerSecond: 1.2 }).meanWaitSeconds);
    expect(priorityMmcMeanWaitsSeconds({ ...queue, classes: arrivals(0, 0) })).toEqual([0, 0]);
  });

  it('keep the order of urgency and conserve the wait, on any number of servers', () => {
    fc.assert(
      fc.property(classes, fc.integer({ min: 1, max: 30 }), (drawn, servers) => {
        const meanServiceSeconds = (drawn[0] as (typeof drawn)[0]).meanServiceSeconds;
        const each = drawn.map((one) => ({
          arrivalsPerSecond: (one.arrivalsPerSecond * one.meanServiceSeconds * servers) / meanServiceSeconds,
          meanServiceSeconds,
        }));
        const queue = { classes: each, meanServiceSeconds, servers };
        const waits = priorityMmcMeanWaitsSeconds(queue);
        waits.forEach((wait, index) => {
          expectBelow(waits[index - 1] ?? 0, wait);
        });
        const conservedSeconds = mmcConservedWaitSeconds(queue);
        expectBelow(Math.abs(conservationError({ classes: withTimes(each, waits), conservedSeconds })), 1e-9);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('priorities at M/G/1', () => {
  it('are those of M/M/1 for exponential services', () => {
    const waits = priorityMg1MeanWaitsSeconds({
      classes: arrivals(0.2, 0.6, 1.2).map((each) => ({ ...each, meanServiceSeconds: 1 / 3, serviceScv: 1 })),
    });
    expectGolden(waits, [0.238095, 0.324675, 0.909091]);
  });

  it('have the closed form for classes of different lengths', () => {
    // W0 = .2·2²·1/2 + .1·4²·2/2 = .4 + 1.6 = 2; utilisations .4 and .4.
    const waits = priorityMg1MeanWaitsSeconds({
      classes: [
        { arrivalsPerSecond: 0.2, meanServiceSeconds: 2, serviceScv: 0 },
        { arrivalsPerSecond: 0.1, meanServiceSeconds: 4, serviceScv: 1 },
      ],
    });
    expectGolden(waits, [2 / 0.6, 2 / (0.6 * 0.2)]);
  });

  it('keep the order of urgency and conserve the wait, whatever the classes', () => {
    fc.assert(
      fc.property(classes, (each) => {
        const waits = priorityMg1MeanWaitsSeconds({ classes: each });
        waits.forEach((wait, index) => {
          expectBelow(waits[index - 1] ?? 0, wait);
        });
        const conservedSeconds = mg1ConservedWaitSeconds({ classes: each });
        expectBelow(Math.abs(conservationError({ classes: withTimes(each, waits), conservedSeconds })), 1e-9);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('discriminatory processor sharing', () => {
  const sojourns = (...each: [arrivalsPerSecond: number, meanServiceSeconds: number, weight: number][]) =>
    dpsMeanSojournsSeconds({
      classes: each.map(([arrivalsPerSecond, meanServiceSeconds, weight]) => ({
        arrivalsPerSecond,
        meanServiceSeconds,
        weight,
      })),
    });

  it('has the golden times', () => {
    expectGolden(sojourns([0.35, 1, 1], [0.35, 1, 2]), [3.931624, 2.735043]);
    expectGolden(sojourns([0.3, 1, 1], [0.4, 0.5, 3]), [2.145455, 0.781818]);
    expectGolden(sojourns([0.4, 1, 1], [0.4, 1, 10]), [7.727273, 2.272727]);
  });

  it('is M/M/1 for one class, and a service alone without arrivals', () => {
    expectGolden(sojourns([0.4, 2, 7]), [10]);
    expectGolden(sojourns([0, 2, 1], [0, 3, 5]), [2, 3]);
  });

  it('tells the time of a lone customer of a class that hardly ever comes', () => {
    const [, present] = sojourns([0.4, 1, 1], [1e-9, 1, 3]);
    const [, lone] = sojourns([0.4, 1, 1], [0, 1, 3]);
    expectRelative(lone as number, present as number, 1e-7);
  });

  it('shares evenly for equal weights, whatever they are', () => {
    fc.assert(
      fc.property(classes, fc.double({ min: 0.01, max: 100, noNaN: true }), (drawn, weight) => {
        const each = drawn.map((one) => ({ ...one, weight }));
        const utilisation = each.reduce((sum, one) => sum + one.arrivalsPerSecond * one.meanServiceSeconds, 0);
        dpsMeanSojournsSeconds({ classes: each }).forEach((time, index) => {
          expectRelative(time, (each[index] as (typeof each)[0]).meanServiceSeconds / (1 - utilisation));
        });
      }),
      { numRuns: 10_000 },
    );
  });

  it('conserves the work, and depends on no unit of weight nor on the order of classes', () => {
    fc.assert(
      fc.property(classes, (each) => {
        const times = dpsMeanSojournsSeconds({ classes: each });
        const conservedSeconds = sharingConservedSojournSeconds({ classes: each });
        expectBelow(Math.abs(conservationError({ classes: withTimes(each, times), conservedSeconds })), 1e-9);
        const turned = [...each].reverse().map((one) => ({ ...one, weight: one.weight * 8 }));
        dpsMeanSojournsSeconds({ classes: turned }).forEach((time, index) => {
          expectRelative(time, times[each.length - 1 - index] as number);
        });
      }),
      { numRuns: 10_000 },
    );
  });

  it('favours a class the more, the more it weighs', () => {
    fc.assert(
      fc.property(classes, (each) => {
        fc.pre(each.length > 1);
        const [first, ...rest] = each as [(typeof each)[0], ...typeof each];
        const [time, ...others] = dpsMeanSojournsSeconds({ classes: each });
        const heavier = { ...first, weight: first.weight * 2 };
        const [lessTime, ...longer] = dpsMeanSojournsSeconds({ classes: [heavier, ...rest] });
        expectBelow(lessTime as number, time as number);
        others.forEach((other, index) => {
          expectBelow(other, longer[index] as number);
        });
      }),
      { numRuns: 5_000 },
    );
  });

  it('comes near to preemptive priority for extreme weights', () => {
    const [bulk, urgent] = sojourns([0.4, 1, 1], [0.4, 1, 1e9]);
    expectRelative(urgent as number, 1 / 0.6, 1e-6);
    expectRelative(bulk as number, 1 / (0.6 * 0.2), 1e-6);
  });
});

describe('the conservation law', () => {
  it('weighs times with the load of their class', () => {
    const each = [
      { arrivalsPerSecond: 2, meanServiceSeconds: 3, meanSeconds: 5 },
      { arrivalsPerSecond: 7, meanServiceSeconds: 11, meanSeconds: 13 },
    ];
    expect(weightedMeanSeconds({ classes: each })).toBe(2 * 3 * 5 + 7 * 11 * 13);
    expect(conservationError({ classes: each, conservedSeconds: 1031 })).toBe(0);
    expect(conservationError({ classes: each, conservedSeconds: 2062 })).toBe(-0.5);
    expect(conservationError({ classes: each, conservedSeconds: 515.5 })).toBe(1);
  });

  it('conserves what first come first served waits', () => {
    const each = { arrivalsPerSecond: 0.25, meanServiceSeconds: 2, serviceScv: 3 };
    expectGolden([mg1ConservedWaitSeconds({ classes: [each] })], [0.5 * mg1Means(each).meanWaitSeconds]);
    expectGolden(
      [mmcConservedWaitSeconds({ classes: arrivals(1, 0.6), meanServiceSeconds: 1, servers: 2 })],
      [1.6 * 1.777778],
    );
    expectGolden([sharingConservedSojournSeconds({ classes: [each] })], [0.5 * 4]);
  });
});
