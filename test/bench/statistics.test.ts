/** Proves the benchmark's few statistics. */
import { median, pairedRatios, percentile, rateOf, rounded } from '../../scripts/bench/statistics';

describe('statistics', () => {
  it('takes the nearest rank, in numeric order', () => {
    const values = [100, 9, 20, 1];
    expect(percentile(values, 0.5)).toBe(9);
    expect(percentile(values, 0.99)).toBe(100);
    expect(percentile(values, 0)).toBe(1);
    expect(values).toEqual([100, 9, 20, 1]);
  });

  it('finds the 99th of a thousand at the 990th', () => {
    expect(
      percentile(
        Array.from({ length: 1000 }, (_, index) => 1000 - index),
        0.99,
      ),
    ).toBe(990);
  });

  it('has no percentile of nothing', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });

  it('is not moved by one outlier of five', () => {
    expect(median([1.1, 1.2, 1.3, 1.4, 90])).toBe(1.3);
  });

  it('compares what was measured side by side', () => {
    expect(pairedRatios([100, 30], [50, 40])).toEqual([2, 0.75]);
    expect(pairedRatios([100, 30], [50])).toEqual([2]);
  });

  it('counts a rate from the first to the last, in whatever order they come', () => {
    expect(rateOf([3_000, 1_000, 2_000])).toBe(1.5);
    expect(rateOf([5])).toBe(1_000);
  });

  it('rounds to three digits where none are asked for', () => {
    expect(rounded(1.23456)).toBe(1.235);
    expect(rounded(1.26, 1)).toBe(1.3);
  });
});
