/** Proves the Poisson tail against published values, at its seams, and as a distribution. */
import fc from 'fast-check';
import { poissonTail } from '../../../core/queueing/poisson';

describe('poissonTail', () => {
  it.each([
    [1, 1, 0.6321205588],
    [3, 2, 0.3233235838],
    [10, 10, 0.5420702855],
    [15, 10, 0.083458473],
    [100, 100, 0.5132987982],
  ])('P(N >= %d) at mean %d is %d', (k, mean, expected) => {
    expect(poissonTail(k, mean)).toBeCloseTo(expected, 9);
  });

  it('is 1 for none, and 0 for some of nothing', () => {
    expect(poissonTail(0, 0)).toBe(1);
    expect(poissonTail(0, 7)).toBe(1);
    expect(poissonTail(1, 0)).toBe(0);
  });

  it('goes from the sum to the approximation without a step', () => {
    for (const k of [150, 180, 200, 201, 220, 260])
      expect(Math.abs(poissonTail(k, 200.0001) - poissonTail(k, 200))).toBeLessThan(1e-4);
  });

  it('stays close at large means: about half at the mean, next to nothing six deviations above', () => {
    expect(poissonTail(10_000, 10_000)).toBeCloseTo(0.50133, 4);
    expect(poissonTail(10_600, 10_000)).toBeLessThan(1e-8);
    expect(poissonTail(9_400, 10_000)).toBeGreaterThan(1 - 1e-8);
  });

  it('never rises with k nor falls with the mean', () => {
    const cases = fc.tuple(fc.nat(500), fc.double({ min: 0, max: 400, noNaN: true }));
    fc.assert(
      fc.property(cases, ([k, mean]) => {
        const tail = poissonTail(k, mean);
        const crossesSeam = mean <= 200 && mean + 1 > 200;
        const slack = crossesSeam ? 1e-4 : 1e-9;
        return (
          tail >= 0 && tail <= 1 && poissonTail(k + 1, mean) <= tail + 1e-9 && poissonTail(k, mean + 1) >= tail - slack
        );
      }),
      { numRuns: 5_000 },
    );
  });

  it('refuses what is no count or no mean, both at once', () => {
    expect(() => poissonTail(-1, 1)).toThrow('k: -1 (allowed: a whole number, 0 or more)');
    expect(() => poissonTail(1.5, Number.NaN)).toThrow(/k: 1.5[\s\S]*mean: NaN/);
    expect(() => poissonTail(1, Number.POSITIVE_INFINITY)).toThrow('mean');
    expect(() => poissonTail(1, -1)).toThrow('mean: -1 (allowed: a number, 0 or more)');
  });
});
