/** Proves that the fewest servers keep the promise, that one less does not, and where the search ends. */
import fc from 'fast-check';
import { fewestServersForMeanWait, fewestServersForWaitTail } from '../../../core/queueing/fewest-servers';
import { mmcMeans } from '../../../core/queueing/mmc';
import { mmcWaitTail } from '../../../core/queueing/mmc-wait';
import { expectAtMost, expectBelow, refusal } from './tolerance';

const demands = fc
  .tuple(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.double({ min: 0.001, max: 1000, noNaN: true }))
  .map(([offered, meanServiceSeconds]) => ({ arrivalsPerSecond: offered / meanServiceSeconds, meanServiceSeconds }));
const isStable = (demand: { arrivalsPerSecond: number; meanServiceSeconds: number }, servers: number) =>
  demand.arrivalsPerSecond * demand.meanServiceSeconds < servers;

describe('the fewest servers for a tail of the wait', () => {
  it('have the golden values', () => {
    const demand = { arrivalsPerSecond: 10, meanServiceSeconds: 1, waitSeconds: 0.5 };
    expect(fewestServersForWaitTail({ ...demand, exceedProbability: 0.01 })).toBe(15);
    expect(fewestServersForWaitTail({ ...demand, exceedProbability: 0.001 })).toBe(17);
    const faster = { arrivalsPerSecond: 100, meanServiceSeconds: 0.1, waitSeconds: 0.05 };
    expect(fewestServersForWaitTail({ ...faster, exceedProbability: 0.001 })).toBe(17);
  });

  it('keep the promise, and one less breaks it or is unstable', () => {
    fc.assert(
      fc.property(
        demands,
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        (demand, services, exceedProbability) => {
          const waitSeconds = services * demand.meanServiceSeconds;
          const servers = fewestServersForWaitTail({ ...demand, waitSeconds, exceedProbability });
          expectAtMost(mmcWaitTail({ ...demand, servers, waitSeconds }), exceedProbability);
          if (servers > 1 && isStable(demand, servers - 1)) {
            const fewer = mmcWaitTail({ ...demand, servers: servers - 1, waitSeconds });
            expectBelow(exceedProbability, fewer);
          }
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it('are the fewest stable ones where every wait is allowed, and one where nothing comes', () => {
    const every = { meanServiceSeconds: 1, waitSeconds: 0, exceedProbability: 1 };
    expect(fewestServersForWaitTail({ ...every, arrivalsPerSecond: 2.5 })).toBe(3);
    expect(fewestServersForWaitTail({ ...every, arrivalsPerSecond: 3 })).toBe(4);
    expect(fewestServersForWaitTail({ ...every, arrivalsPerSecond: 0, exceedProbability: 1e-9 })).toBe(1);
  });

  it('are found for a promise that is kept exactly', () => {
    // One server at utilisation .5: P(Wq > 0) is .5 to the last bit.
    const exact = { arrivalsPerSecond: 0.5, meanServiceSeconds: 1, waitSeconds: 0, exceedProbability: 0.5 };
    expect(fewestServersForWaitTail(exact)).toBe(1);
    expect(fewestServersForWaitTail({ ...exact, exceedProbability: 0.4999 })).toBe(2);
  });

  it('fails if a million servers are not enough, and tells the load', () => {
    const demand = { meanServiceSeconds: 2, waitSeconds: 1, exceedProbability: 1 };
    expect(fewestServersForWaitTail({ ...demand, arrivalsPerSecond: 499_999.9 })).toBe(1_000_000);
    const { faults, message } = refusal(() => fewestServersForWaitTail({ ...demand, arrivalsPerSecond: 500_000 }));
    expect(faults).toEqual([
      {
        path: 'arrivalsPerSecond × meanServiceSeconds',
        value: 1_000_000,
        allowed: 'what 1000000 servers can serve',
      },
    ]);
    expect(message).toContain('fewestServersForWaitTail');
  });
});

describe('the fewest servers for a mean wait', () => {
  it('keep the promise, and one less breaks it or is unstable', () => {
    fc.assert(
      fc.property(demands, fc.double({ min: 1e-6, max: 10, noNaN: true }), (demand, services) => {
        const meanWaitSeconds = services * demand.meanServiceSeconds;
        const servers = fewestServersForMeanWait({ ...demand, meanWaitSeconds });
        expectAtMost(mmcMeans({ ...demand, servers }).meanWaitSeconds, meanWaitSeconds);
        if (servers > 1 && isStable(demand, servers - 1)) {
          const fewer = mmcMeans({ ...demand, servers: servers - 1 }).meanWaitSeconds;
          expectBelow(meanWaitSeconds, fewer);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('are found for a promise that is kept exactly', () => {
    const exact = { arrivalsPerSecond: 0.25, meanServiceSeconds: 2 };
    expect(fewestServersForMeanWait({ ...exact, meanWaitSeconds: 2 })).toBe(1);
    expect(fewestServersForMeanWait({ ...exact, meanWaitSeconds: 1.999 })).toBe(2);
  });
});
