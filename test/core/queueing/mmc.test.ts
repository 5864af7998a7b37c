/** Proves M/M/c: golden means, Little's law, scale, and that both tails are distributions whose mean and quantiles agree with them. */
import fc from 'fast-check';
import { type MmcQueue, mmcMeans } from '../../../core/queueing/mmc';
import { mmcSojournQuantileSeconds, mmcSojournTail } from '../../../core/queueing/mmc-sojourn';
import { mmcWaitQuantileSeconds, mmcWaitTail } from '../../../core/queueing/mmc-wait';
import { expectAtMost, expectBelow, expectGolden, expectRelative } from './tolerance';

const queue = (offered: number, servers: number): MmcQueue => ({
  arrivalsPerSecond: offered,
  meanServiceSeconds: 1,
  servers,
});

/** Queues of any speed, up to 60 servers. */
const queues = fc
  .tuple(
    fc.integer({ min: 1, max: 60 }),
    fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    fc.double({ min: 0.001, max: 1000, noNaN: true }),
  )
  .map(([servers, share, meanServiceSeconds]) => ({
    arrivalsPerSecond: (share * servers) / meanServiceSeconds,
    meanServiceSeconds,
    servers,
  }));
const probability = fc.double({ min: 1e-12, max: 1, noNaN: true });
const services = fc.double({ min: 0, max: 50, noNaN: true });

describe('the means of M/M/c', () => {
  it('have the golden values', () => {
    expectGolden(
      [mmcMeans(queue(1.6, 2)).meanWaitSeconds, mmcMeans(queue(1.6, 2)).waitProbability],
      [1.777778, 0.711111],
    );
    expectGolden([mmcMeans(queue(10, 14)).waitProbability], [0.174131933595]);
  });

  it('show what is lost where one pool becomes four', () => {
    expect(mmcMeans(queue(8, 12)).meanWaitSeconds).toBeCloseTo(0.035, 3);
    expectGolden([mmcMeans(queue(2, 3)).meanWaitSeconds], [0.444444]);
  });

  it('are those of M/M/1 with one server', () => {
    const means = mmcMeans({ arrivalsPerSecond: 2, meanServiceSeconds: 0.4, servers: 1 });
    expectGolden(
      [means.utilisation, means.waitProbability, means.meanWaitSeconds, means.meanSojournSeconds],
      [0.8, 0.8, 1.6, 2],
    );
    expectGolden([means.meanWaiting, means.meanInSystem], [3.2, 4]);
  });

  it('are those of an idle queue without arrivals', () => {
    expect(mmcMeans({ arrivalsPerSecond: 0, meanServiceSeconds: 3, servers: 2 })).toEqual({
      utilisation: 0,
      waitProbability: 0,
      meanWaitSeconds: 0,
      meanSojournSeconds: 3,
      meanWaiting: 0,
      meanInSystem: 0,
    });
  });

  it('put as many into service as the load offers', () => {
    fc.assert(
      fc.property(queues, (each) => {
        const { meanInSystem, meanWaiting, utilisation } = mmcMeans(each);
        const offered = each.arrivalsPerSecond * each.meanServiceSeconds;
        expectBelow(Math.abs(meanInSystem - meanWaiting - offered), 1e-9 * meanInSystem);
        expectRelative(utilisation * each.servers, offered);
      }),
      { numRuns: 10_000 },
    );
  });

  it('wait less with a server more, and longer with more arrivals', () => {
    fc.assert(
      fc.property(queues, (each) => {
        const { meanWaitSeconds } = mmcMeans(each);
        expectBelow(mmcMeans({ ...each, servers: each.servers + 1 }).meanWaitSeconds, meanWaitSeconds);
        const busier = { ...each, arrivalsPerSecond: each.arrivalsPerSecond * 1.001 };
        expectBelow(meanWaitSeconds, mmcMeans(busier).meanWaitSeconds);
      }),
      { numRuns: 10_000 },
    );
  });

  it('are finite and ordered at 10,000 servers', () => {
    const waits = [9_000, 9_900, 9_990, 9_999].map((offered) => mmcMeans(queue(offered, 10_000)).meanWaitSeconds);
    expect(waits.every(Number.isFinite)).toBe(true);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeGreaterThan(0);
  });
});

describe('the wait of M/M/c', () => {
  it('is exceeded as often as the golden values say', () => {
    expectGolden(
      [15, 17].map((servers) => mmcWaitTail({ ...queue(10, servers), waitSeconds: 0.5 })),
      [0.008376, 0.000932],
    );
  });

  it('is above 0 as often as an arrival has to wait, and never above infinity', () => {
    const each = { arrivalsPerSecond: 4, meanServiceSeconds: 2, servers: 10 };
    expect(mmcWaitTail({ ...each, waitSeconds: 0 })).toBe(mmcMeans(each).waitProbability);
    expect(mmcWaitTail({ ...each, waitSeconds: 1e6 })).toBe(0);
  });

  it('has a tail that falls, and scales with the service', () => {
    fc.assert(
      fc.property(queues, services, (each, at) => {
        const tail = (count: number) => mmcWaitTail({ ...each, waitSeconds: count * each.meanServiceSeconds });
        expectAtMost(tail(at), tail(0));
        if (tail(at) > 1e-300) expect(tail(at + 0.1)).toBeLessThan(tail(at));
        const twiceAsFast = {
          ...each,
          arrivalsPerSecond: each.arrivalsPerSecond * 2,
          meanServiceSeconds: each.meanServiceSeconds / 2,
        };
        expect(mmcWaitTail({ ...twiceAsFast, waitSeconds: (at * each.meanServiceSeconds) / 2 })).toBe(tail(at));
      }),
      { numRuns: 10_000 },
    );
  });

  it('has a quantile that inverts the tail, and is 0 where fewer than that wait', () => {
    fc.assert(
      fc.property(queues, probability, (each, exceedProbability) => {
        const waitSeconds = mmcWaitQuantileSeconds({ ...each, exceedProbability });
        const { waitProbability } = mmcMeans(each);
        if (exceedProbability >= waitProbability) expect(waitSeconds).toBe(0);
        else expectRelative(mmcWaitTail({ ...each, waitSeconds }), exceedProbability);
      }),
      { numRuns: 10_000 },
    );
  });

  it('has the quantile of the closed form', () => {
    const each = { arrivalsPerSecond: 0.4, meanServiceSeconds: 2, servers: 1 };
    expectGolden([mmcWaitQuantileSeconds({ ...each, exceedProbability: 0.01 })], [10 * Math.log(80)]);
    expect(mmcWaitQuantileSeconds({ ...each, exceedProbability: 1 })).toBe(0);
    expect(mmcWaitQuantileSeconds({ ...each, arrivalsPerSecond: 0, exceedProbability: 0.5 })).toBe(0);
  });
});

describe('the time in an M/M/c system', () => {
  it('is exponential with one server', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), services, (share, at) => {
        const tail = mmcSojournTail({
          arrivalsPerSecond: share / 3,
          meanServiceSeconds: 3,
          servers: 1,
          sojournSeconds: at * 3,
        });
        expectRelative(tail, Math.exp(-(1 - share) * at));
      }),
      { numRuns: 10_000 },
    );
  });

  it('takes the form of equal rates where exactly one server is spare, and the same beside it', () => {
    const { waitProbability } = mmcMeans(queue(4, 5));
    const expected = Math.exp(-2) * (1 + waitProbability * 2);
    expectRelative(mmcSojournTail({ ...queue(4, 5), sojournSeconds: 2 }), expected, 1e-15);
    for (const nearly of [4 - 1e-9, 4 + 1e-9, 4 - 1e-14]) {
      expectRelative(mmcSojournTail({ ...queue(nearly, 5), sojournSeconds: 2 }), expected, 1e-8);
    }
  });

  it('is a distribution: 1 at 0, falling, at least the tail of a service and that of the wait', () => {
    fc.assert(
      fc.property(queues, services, (each, at) => {
        const tail = (count: number) => mmcSojournTail({ ...each, sojournSeconds: count * each.meanServiceSeconds });
        expect(tail(0)).toBe(1);
        expectAtMost(tail(at), 1);
        expectBelow(tail(at + 0.1), tail(at));
        expectAtMost(Math.exp(-at), tail(at) * (1 + 1e-9));
        const waits = mmcWaitTail({ ...each, waitSeconds: at * each.meanServiceSeconds });
        expectAtMost(waits, tail(at) * (1 + 1e-9));
      }),
      { numRuns: 10_000 },
    );
  });

  it('has a tail whose area is the mean', () => {
    for (const each of [queue(3.5, 4), queue(2, 4), queue(0.5, 8), queue(4, 5)]) {
      const step = 0.001;
      let area = -step / 2;
      for (let at = 0; at < 60; at += step) area += step * mmcSojournTail({ ...each, sojournSeconds: at });
      expect(Math.abs(area - mmcMeans(each).meanSojournSeconds)).toBeLessThan(1e-6);
    }
  });

  it('ends within any time, however long', () => {
    expect(mmcSojournTail({ ...queue(3, 4), sojournSeconds: 1e9 })).toBe(0);
    expect(mmcSojournTail({ ...queue(3.5, 4), sojournSeconds: 1e9 })).toBe(0);
  });

  it('has a quantile that inverts the tail', () => {
    fc.assert(
      fc.property(queues, fc.double({ min: 1e-12, max: 0.999, noNaN: true }), (each, exceedProbability) => {
        const sojournSeconds = mmcSojournQuantileSeconds({ ...each, exceedProbability });
        expectRelative(mmcSojournTail({ ...each, sojournSeconds }), exceedProbability, 1e-9);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has the quantile of the closed form with one server, and 0 for a probability of 1', () => {
    const each = { arrivalsPerSecond: 0.4, meanServiceSeconds: 2, servers: 1 };
    expectRelative(mmcSojournQuantileSeconds({ ...each, exceedProbability: 0.01 }), 10 * Math.log(100));
    expectRelative(mmcSojournQuantileSeconds({ ...each, exceedProbability: 0.95 }), -10 * Math.log(0.95));
    fc.assert(
      fc.property(queues, (any) => {
        expect(mmcSojournQuantileSeconds({ ...any, exceedProbability: 1 })).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
