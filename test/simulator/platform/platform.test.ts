/** Proves that the platform model keeps AWS's rules: who waits for an init, what the limits allow, what comes back, what is billed. */
import { mmcMeans } from '../../../core/queueing/mmc';
import { deterministic, exponential } from '../../../simulator/engine';
import {
  accountAll,
  DEAD,
  DONE,
  EXPIRED,
  poissonArrivals,
  REFUSED,
  type ScalingPolicy,
} from '../../../simulator/platform';
import { at, lane, run, times } from './setups';

const idlePolicy = (over: Partial<ScalingPolicy>): ScalingPolicy => ({ name: 'test', decide: () => [], ...over });
const latencies = (platform: ReturnType<typeof run>) =>
  Array.from(platform.events.settledAt, (settled, event) => settled - (platform.events.arrivedAt[event] as number));

describe('an environment', () => {
  it('is started cold, found warm, and reclaimed after the keep-alive', () => {
    const platform = run({
      lanes: [lane({ arrivals: at(0, 10, 610.4, 1300) })],
      untilSeconds: 2000,
      keepAliveSeconds: 600,
    });
    expect(Array.from(platform.events.cold)).toEqual([1, 0, 0, 1]);
    expect(latencies(platform).map((each) => Number(each.toFixed(6)))).toEqual([2.5, 0.5, 0.5, 2.5]);
    // 0 to 610.9 and its keep-alive, then 1,300 to the end of its own.
    expect(accountAll(platform)[0]?.usage.residentSeconds).toBeCloseTo(1210.9 + 602.5, 6);
  });

  it('is started no faster than 1,000 at once and 100 a second', () => {
    const platform = run({
      lanes: [
        lane({
          arrivals: times(1500, 0),
          record: deterministic(20),
          pollers: { mode: 'provisioned', least: 200, most: 200 },
        }),
      ],
      account: { concurrencyLimit: 5000, reservedElsewhere: 0 },
    });
    const early = latencies(platform).filter((each) => each < 22.3).length;
    expect(early).toBe(1000);
    expect(latencies(platform).filter((each) => each < 24.4).length).toBeGreaterThanOrEqual(1100);
    expect(latencies(platform).filter((each) => each < 24.2).length).toBeLessThanOrEqual(1200);
  });

  it('runs no more invocations than the account has concurrency, whatever the lanes want', () => {
    let most = 0;
    const policy = idlePolicy({
      admit: (_, all) => {
        most = Math.max(
          most,
          all.reduce((sum, each) => sum + each.invocations, 0),
        );
        return 0;
      },
    });
    const platform = run({
      lanes: [lane({ arrivals: poissonArrivals(40, 0, 60, 1) }), lane({ arrivals: poissonArrivals(40, 0, 60, 2) })],
      account: { concurrencyLimit: 20, reservedElsewhere: 4 },
      policy,
    });
    expect(most).toBe(16);
    expect(platform.events.settled).toBe(platform.events.count);
  });
});

describe('the mapping', () => {
  const concurrencyAt = (pollers: Parameters<typeof lane>[0], second: number) => {
    let seen = 0;
    const arrivals = Float64Array.from([...times(4000, 0), second]);
    run({
      lanes: [
        lane({ arrivals, record: deterministic(1000), timeoutSeconds: 2000, visibilitySeconds: 12_000, ...pollers }),
      ],
      account: { concurrencyLimit: 5000, reservedElsewhere: 0 },
      policy: idlePolicy({
        admit: (view, _, now) => {
          if (now === second) seen = view.invocations;
          return 0;
        },
      }),
    });
    return seen;
  };

  it('begins with 5 concurrent invocations and adds 300 a minute, to 1,250', () => {
    expect(concurrencyAt({}, 0.5)).toBe(5);
    expect(concurrencyAt({}, 60.5)).toBe(305);
    expect(concurrencyAt({ maximumConcurrency: 2000 }, 400)).toBe(1250);
  });

  it('stops at its maximum concurrency', () => {
    expect(concurrencyAt({ maximumConcurrency: 40 }, 120)).toBe(40);
  });

  it('with provisioned pollers begins with ten for each and adds 1,000 a minute', () => {
    const pollers = { mode: 'provisioned', least: 20, most: 2000 } as const;
    expect(concurrencyAt({ pollers }, 0.5)).toBe(200);
    expect(concurrencyAt({ pollers }, 30.5)).toBe(700);
  });

  it('with provisioned pollers keeps a cap by as many of them as it takes, and those that stand', () => {
    const pollers = { mode: 'provisioned', least: 2, most: 2000 } as const;
    expect(concurrencyAt({ pollers, maximumConcurrency: 41 }, 120)).toBe(50);
    expect(concurrencyAt({ pollers, maximumConcurrency: 5 }, 120)).toBe(20);
  });

  it('gathers a batch until it is full or its window is over', () => {
    const platform = run({ lanes: [lane({ arrivals: at(0, 1, 2, 10, 11), batchSize: 3, batchWindowSeconds: 5 })] });
    // Three at 2 s (cold); two when the window of the first is over, at 15 s.
    expect(Array.from(platform.events.settledAt)).toEqual([5, 5, 5, 15.75, 15.75]);
    expect(accountAll(platform)[0]?.usage.invocations).toBe(2);
  });
});

describe('what goes wrong', () => {
  it('comes back after its wait and ends in the dead-letter queue after its last receive', () => {
    const platform = run({ lanes: [lane({ arrivals: at(0), failureShare: 1, maxReceives: 3, retrySeconds: 7 })] });
    expect(platform.events.outcome[0]).toBe(DEAD);
    expect(platform.events.settledAt[0]).toBeCloseTo(2.5 + 2 * 7.5, 9);
  });

  it('comes back only when its visibility ends if the function was killed', () => {
    const platform = run({
      lanes: [
        lane({ arrivals: at(0), record: deterministic(10), timeoutSeconds: 5, visibilitySeconds: 30, maxReceives: 2 }),
      ],
    });
    expect(platform.events.outcome[0]).toBe(DEAD);
    expect(platform.events.settledAt[0]).toBeCloseTo(30 + 5, 9);
  });

  it('takes the environment with it if the run was interrupted', () => {
    const faults = { interruptedShare: 1, slowShare: 0, slowFactor: 1, delayedShare: 0, delayedSeconds: 0 };
    const platform = run({ lanes: [lane({ arrivals: at(0), maxReceives: 2, visibilitySeconds: 30 })], faults });
    expect(accountAll(platform)[0]?.usage.coldStarts).toBe(2);
    expect(platform.lanes[0]?.environments).toBe(0);
  });

  it('is slower by the factor of a slow environment and the delay of an answer', () => {
    const faults = { interruptedShare: 0, slowShare: 1, slowFactor: 3, delayedShare: 1, delayedSeconds: 4 };
    const platform = run({ lanes: [lane({ arrivals: at(0, 100) })], faults });
    expect(latencies(platform)).toEqual([6 + 1.5 + 4, 5.5]);
  });

  it('has expired, was shed or refused: each counts as late as ten objectives at least', () => {
    const policy = idlePolicy({ admit: (_, __, now) => (now === 1 ? 1 : now === 2 ? 2 : 0) });
    const platform = run({
      lanes: [lane({ arrivals: at(0, 1, 2, 3), maximumConcurrency: 1, deadlineSeconds: 2 })],
      policy,
    });
    const [account] = accountAll(platform);
    expect(account?.outcomes).toMatchObject({ done: 2, shed: 1, refused: 1 });
    expect(Array.from(account?.latencySeconds ?? [])).toEqual([2.5, 10, 10, 0.5]);
    const late = run({ lanes: [lane({ arrivals: at(0, 0.1), maximumConcurrency: 1, deadlineSeconds: 2 })] });
    expect(Array.from(late.events.outcome)).toEqual([DONE, EXPIRED]);
    expect(REFUSED).toBe(platform.events.outcome[2]);
  });
});

describe('a split chain', () => {
  it('makes one invocation per hop, each with the overhead and its part of the work', () => {
    const platform = run({ lanes: [lane({ arrivals: at(0, 100), form: 'split', hops: 5 })] });
    expect(latencies(platform)[1]).toBeCloseTo(5 * 0.25 + 0.25, 9);
    expect(accountAll(platform)[0]?.usage.invocations).toBe(10);
  });
});

describe('the model as a queue', () => {
  it('with a limit of c environments waits as M/M/c does', () => {
    const platform = run({
      lanes: [
        lane({
          arrivals: poissonArrivals(8, 0, 20_000, 5),
          overheadSeconds: 0,
          record: exponential(1),
          init: deterministic(1e-9),
          pollers: { mode: 'provisioned', least: 200, most: 200 },
        }),
      ],
      account: { concurrencyLimit: 10, reservedElsewhere: 0 },
      keepAliveSeconds: 1e9,
      untilSeconds: 20_000,
    });
    const exact = mmcMeans({ arrivalsPerSecond: 8, meanServiceSeconds: 1, servers: 10 });
    const mean = accountAll(platform)[0]?.meanLatencySeconds ?? Number.NaN;
    expect(Math.abs(mean - (1 + exact.meanWaitSeconds))).toBeLessThan(0.05);
  });
});
