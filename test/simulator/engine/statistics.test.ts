/** Proves that intervals cover as often as they say, and that quantiles stay within the histogram's stated error. */
import { BatchMeans, LogHistogram, TimeAverage, tQuantile975, Xoshiro128 } from '../../../simulator/engine';

describe('batch means', () => {
  it('cover the true mean of a correlated series about 95 times in 100', () => {
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const generator = new Xoshiro128(seed);
      const means = new BatchMeans();
      let level = 0;
      for (let index = 0; index < 3000; index++) {
        level = 0.8 * level + generator.next() - 0.5;
        means.add(10 + level);
      }
      if (Math.abs(means.mean - 10) <= means.halfWidth) covered++;
    }
    expect(covered / 200).toBeGreaterThan(0.89);
    expect(covered / 200).toBeLessThan(0.99);
  });

  it('give the mean of all values, those of an unfinished batch included', () => {
    const means = new BatchMeans(4);
    for (let value = 1; value <= 11; value++) means.add(value);
    expect(means.mean).toBe(6);
  });

  it('do not claim an interval from one batch', () => {
    const means = new BatchMeans();
    means.add(1);
    expect(means.halfWidth).toBe(Number.POSITIVE_INFINITY);
  });
});

it("Student's t has its tabulated values", () => {
  expect(tQuantile975(1)).toBeCloseTo(12.7062, 3);
  expect(tQuantile975(10)).toBeCloseTo(2.2281, 3);
  expect(tQuantile975(31)).toBeCloseTo(2.0395, 3);
});

it('a time average weights each value with how long it stood, and forgets the warm-up', () => {
  const average = new TimeAverage(0, 1);
  average.set(2, 5);
  expect(average.meanUntil(4)).toBe(3);
  average.restart(4);
  average.set(5, 0);
  expect(average.meanUntil(9)).toBe(1);
  expect(average.integralUntil(9)).toBe(5);
});

describe('the histogram', () => {
  it('has quantiles within .4 % of the sorted values, over nine decades', () => {
    const generator = new Xoshiro128(4);
    const histogram = new LogHistogram();
    const values = Float64Array.from({ length: 50_000 }, () => Math.exp(20 * (generator.next() - 0.5)));
    for (const value of values) histogram.add(value);
    values.sort();
    for (const level of [0.01, 0.25, 0.5, 0.9, 0.99, 0.999]) {
      const exact = values[Math.ceil(level * values.length) - 1] as number;
      expect(Math.abs(histogram.quantile(level) / exact - 1)).toBeLessThan(0.004);
    }
    expect(histogram.shareAbove(1)).toBeCloseTo(0.5, 1);
  });

  it('keeps what is out of its range in the outermost buckets', () => {
    const histogram = new LogHistogram();
    for (const value of [0, 1e-30, 1e30]) histogram.add(value);
    expect(histogram.count).toBe(3);
    expect(histogram.quantile(0.5)).toBeLessThan(1e-8);
    expect(histogram.max).toBe(1e30);
  });

  it('merged is the histogram of both', () => {
    const [one, two, both] = [new LogHistogram(), new LogHistogram(), new LogHistogram()];
    for (let value = 1; value < 100; value++) {
      (value % 3 === 0 ? one : two).add(value);
      both.add(value);
    }
    one.merge(two);
    expect([one.count, one.mean, one.quantile(0.7)]).toEqual([both.count, both.mean, both.quantile(0.7)]);
  });
});
