/** Proves the busy share of a level of capacity, and how a forecast's spread enters it. */
import fc from 'fast-check';
import { busyShare, demandAt, demandSlices, levelsBusyAtLeast } from '../../../../core/policies/scheduling/warm-levels';
import { certain } from './factory';

const SPREAD = {
  quantiles: [
    { level: 0.1, eventsPerMinute: 100 },
    { level: 0.5, eventsPerMinute: 200 },
    { level: 0.9, eventsPerMinute: 600 },
  ],
};

describe('demandAt', () => {
  it('reads a quantile that the forecast has, and interpolates between two', () => {
    expect(demandAt(SPREAD, 0.5)).toBe(200);
    expect(demandAt(SPREAD, 0.3)).toBeCloseTo(150, 9);
    expect(demandAt(SPREAD, 0.7)).toBeCloseTo(400, 9);
  });

  it('is constant beyond the outermost quantiles', () => {
    expect(demandAt(SPREAD, 0.01)).toBe(100);
    expect(demandAt(SPREAD, 0.99)).toBe(600);
  });

  it('is 0 for a forecast that says nothing', () => {
    expect(demandAt({ quantiles: [] }, 0.5)).toBe(0);
  });
});

describe('demandSlices', () => {
  it('gives ten equally likely demands, the middles of tenths', () => {
    const slices = demandSlices(SPREAD);
    expect(slices).toHaveLength(10);
    expect(slices[0]).toBe(100);
    expect(slices[2]).toBeCloseTo(demandAt(SPREAD, 0.25), 9);
    expect(slices[9]).toBe(600);
  });

  it('is the one demand that a forecast is sure of', () => {
    expect(new Set(demandSlices(certain(2)))).toEqual(new Set([120]));
  });
});

describe('levelsBusyAtLeast', () => {
  it('holds the levels whose busy share reaches the bound: at 10 erlangs, nine for .60', () => {
    // P(Poisson(10) >= 9) = .667180, P(Poisson(10) >= 10) = .542070.
    expect(busyShare([10], 9)).toBeCloseTo(0.66718, 5);
    expect(busyShare([10], 10)).toBeCloseTo(0.54207, 5);
    expect(levelsBusyAtLeast([10], 0.6)).toBe(9);
  });

  it('holds more where a lower share is enough', () => {
    expect(levelsBusyAtLeast([10], 0.05)).toBe(15);
  });

  it('averages over what the demand may be', () => {
    expect(busyShare([0, 10], 9)).toBeCloseTo(0.33359, 5);
    expect(levelsBusyAtLeast([0, 10], 0.6)).toBe(0);
  });

  it('is 0 where nothing is known or nothing comes', () => {
    expect(levelsBusyAtLeast([], 0.01)).toBe(0);
    expect(levelsBusyAtLeast([0, 0], 0.01)).toBe(0);
  });

  it('is the last level at the bound: the next is below it', () => {
    const erlangs = fc.array(fc.double({ min: 0, max: 3000, noNaN: true }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(erlangs, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (list, share) => {
        const level = levelsBusyAtLeast(list, share);
        return (level === 0 || busyShare(list, level) >= share) && busyShare(list, level + 1) < share;
      }),
      { numRuns: 2_000 },
    );
  });
});
