/**
 * Proves, in short runs with fixed seeds, that the models agree with what is known exactly: within three half-widths of the run's own
 * 95 % interval, which must itself be narrow enough to see a wrong discipline. `npm run simulate:exactness` does it within 1 %.
 */
import { exponential } from '../../../simulator/engine';
import { compare, EXACT_CASES, FunctionPool } from '../../../simulator/models';

describe.each(EXACT_CASES.map((each) => [each.name, each] as const))('%s', (_, exactCase) => {
  it('has its known answer', () => {
    const run = { seed: 11, relativeHalfWidth: 1, leastArrivals: 60_000, mostArrivals: 60_000 };
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
