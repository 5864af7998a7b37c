/** Proves the report's statistics against values from tables and from cases worked by hand. */
import { Xoshiro128 } from '../../../simulator/engine';
import {
  bootstrap,
  gain,
  holm,
  meanInterval,
  NO_RUN,
  nothing,
  reduction,
  twoSidedT,
} from '../../../simulator/evaluation/statistics';

describe('meanInterval', () => {
  it('is the mean and the t interval', () => {
    // Standard deviation 1, n = 4, t = 3.1824.
    const values = [2, 3, 4, 5].map((each) => (each - 3.5) / Math.sqrt(5 / 3) + 10);
    const { estimate, low, high } = meanInterval(values);
    expect(estimate).toBeCloseTo(10, 9);
    expect(high - estimate).toBeCloseTo(3.1824 / 2, 4);
    expect(estimate - low).toBeCloseTo(3.1824 / 2, 4);
  });

  it('says nothing of one value', () => {
    expect(meanInterval([3])).toEqual({
      estimate: 3,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
      p: 1,
    });
  });

  it('has no doubt where all values are the same', () => {
    expect(meanInterval([2, 2, 2])).toEqual({ estimate: 2, low: 2, high: 2, p: 0 });
    expect(meanInterval([0, 0]).p).toBe(1);
  });
});

describe('twoSidedT', () => {
  it.each([
    [12.7062, 1, 0.05],
    [2.2622, 9, 0.05],
    [2.093, 19, 0.05],
    [2.8609, 19, 0.01],
    [1, 1, 0.5],
    [0, 5, 1],
  ])('t = %p with %p degrees of freedom: p = %p', (t, degrees, p) => {
    expect(twoSidedT(t, degrees)).toBeCloseTo(p, 4);
    expect(twoSidedT(-t, degrees)).toBeCloseTo(p, 4);
  });
});

describe('holm', () => {
  it('corrects step by step and keeps the order of the values', () => {
    const corrected = holm([0.04, 0.01, 0.03]);
    expect(corrected[1]).toBeCloseTo(0.03, 12);
    expect(corrected[2]).toBeCloseTo(0.06, 12);
    // Never below one that was smaller before.
    expect(corrected[0]).toBeCloseTo(0.06, 12);
  });

  it('never goes above one', () => {
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
  });
});

describe('bootstrap', () => {
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;

  it('covers the mean about as the normal interval does', () => {
    const uniforms = new Xoshiro128(3);
    const values = Array.from({ length: 400 }, () => uniforms.next());
    const { estimate, low, high } = bootstrap(values, mean, new Xoshiro128(4), 2000);
    expect(estimate).toBeCloseTo(mean(values), 12);
    const half = 1.96 * Math.sqrt(1 / 12 / 400);
    expect(high - low).toBeGreaterThan(1.6 * half);
    expect(high - low).toBeLessThan(2.4 * half);
  });

  it('is the same for the same seed', () => {
    const once = () => bootstrap([1, 2, 3, 9], mean, new Xoshiro128(7), 50);
    expect(once()).toEqual(once());
  });
});

describe('reduction and gain', () => {
  it('turn log-ratios into percent', () => {
    expect(reduction([Math.log(0.4), Math.log(0.4)])).toMatchObject({ estimate: 60, low: 60, high: 60 });
    expect(gain([Math.log(1.8), Math.log(1.8)]).estimate).toBeCloseTo(80, 9);
  });

  it('swap the limits of a reduction, since a greater ratio is a smaller one', () => {
    const { estimate, low, high } = reduction([Math.log(0.5), Math.log(0.25)]);
    expect(low ?? 0).toBeLessThan(estimate ?? 0);
    expect(high ?? 0).toBeGreaterThan(estimate ?? 0);
  });

  it('say why where there is no figure', () => {
    expect(reduction([])).toEqual(nothing(NO_RUN));
  });

  it('have no interval, neither end of it, where there is one run', () => {
    expect(reduction([Math.log(0.4)])).toMatchObject({ low: null, high: null, p: 1 });
    expect(gain([Math.log(1.5)])).toMatchObject({ low: null, high: null, p: 1 });
  });
});
