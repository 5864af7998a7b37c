/**
 * Proves, in short runs with fixed seeds, that the models agree with what is known exactly: within three half-widths of the run's own
 * 95 % interval, which must itself be narrow enough to see a wrong discipline. `npm run simulate:exactness` does it within 1 %.
 */
import { deterministic, exponential } from '../../../simulator/engine';
import { compare, EXACT_CASES, FunctionPool, MultiServer } from '../../../simulator/models';

describe.each(EXACT_CASES.map((each) => [each.name, each] as const))('%s', (_, exactCase) => {
  it('has its known answer', () => {
    const arrivals = exactCase.name.startsWith('M/M/17') ? 600_000 : 60_000;
    const run = { seed: 11, relativeHalfWidth: 1, leastArrivals: arrivals, mostArrivals: arrivals };
    for (const { relativeError, relativeHalfWidth, what } of compare(exactCase, run)) {
      const rare = what.startsWith('share over');
      expect({ what, wide: relativeHalfWidth > (rare ? 0.6 : 0.25) }).toEqual({ what, wide: false });
      expect({ what, off: Math.abs(relativeError) > 3 * relativeHalfWidth }).toEqual({ what, off: false });
    }
  });
});

it('fails if the answer is wrong: a discipline that is not the case’s own is seen', () => {
  const [first] = EXACT_CASES.filter((each) => each.name.startsWith('priority M/M/1 .4'));
  if (first === undefined) throw new Error('the case is gone');
  const swapped = { ...first, targets: [...first.targets].reverse() };
  const run = { seed: 11, relativeHalfWidth: 1, leastArrivals: 60_000, mostArrivals: 60_000 };
  for (const { relativeError, relativeHalfWidth } of compare(swapped, run))
    expect(Math.abs(relativeError)).toBeGreaterThan(3 * relativeHalfWidth);
});

describe('the chance of a long wait, given what an arrival finds', () => {
  const queue = { between: exponential(1 / 10), service: exponential(1) };
  const run = (tail: 'counted' | 'given-found') => {
    const model = new MultiServer({ servers: 12, classes: [queue], seed: 5, waitBound: 0.5, tail });
    model.advance(300_000);
    return model;
  };

  it('is in the mean the share of the waits that are as long, and closer to it', () => {
    const [counted, given] = [run('counted'), run('given-found')];
    // Erlang C of 12 servers at 10, times exp(-(12 - 10) / 2).
    const exact = 0.165321;
    expect(Math.abs(given.beyond.mean / exact - 1)).toBeLessThan((3 * given.beyond.halfWidth) / exact);
    expect(Math.abs(given.beyond.mean - counted.beyond.mean)).toBeLessThan(counted.beyond.halfWidth);
    expect(given.beyond.halfWidth).toBeLessThan(counted.beyond.halfWidth);
    expect(given.events).toBe(counted.events);
  });

  it('is refused where what is left of a service depends on what has passed, or a later arrival goes first', () => {
    const make = (classes: ConstructorParameters<typeof MultiServer>[0]['classes']) => () =>
      new MultiServer({ servers: 2, classes, seed: 1, waitBound: 0.5, tail: 'given-found' });
    expect(make([{ ...queue, service: deterministic(1) }])).toThrow(RangeError);
    expect(make([queue, queue])).toThrow(RangeError);
    expect(make([queue])).not.toThrow();
  });
});

describe('a function that scales per request', () => {
  const pool = (routing: 'newest' | 'oldest' | 'random') => {
    const made = new FunctionPool({
      between: exponential(1 / 0.9),
      warm: exponential(1.991),
      cold: exponential(2.244),
      expirySeconds: 600,
      routing,
      seed: 3,
    });
    made.advance(5_000);
    made.restart();
    made.advance(300_000);
    return made;
  };

  it('agrees with SimFaaS on cold starts and environments', () => {
    const { cold, meanEnvironments } = pool('newest');
    expect(Math.abs(cold.mean - 0.00133)).toBeLessThan(0.00003 + 3 * cold.halfWidth);
    expect(cold.halfWidth).toBeLessThan(0.0003);
    expect(Math.abs(meanEnvironments - 7.69)).toBeLessThan(0.15);
  });

  it.each(['random', 'oldest'] as const)(
    'keeps more environments and starts fewer with %s than with newest',
    (routing) => {
      const [newest, other] = [pool('newest'), pool(routing)];
      expect(other.meanEnvironments).toBeGreaterThan(newest.meanEnvironments + 1);
      expect(other.cold.mean).toBeLessThan(newest.cold.mean);
    },
  );
});
