/** Proves the weighted max-min sharing by its defining properties, and its two published special cases. */
import fc from 'fast-check';
import { type Claim, shareCapacity } from '../../../../core/policies/scheduling/share-capacity';

const claim = (lane: string, weight: number, needed: number, floor = 0, pressing?: number): Claim => ({
  lane,
  weight,
  needed,
  floor,
  ...(pressing === undefined ? {} : { pressing }),
});
const granted = (claims: readonly Claim[], total: number, lend?: boolean) =>
  shareCapacity(claims, total, lend).map((each) => each.granted);
const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);

const claims = fc
  .array(
    fc.record({
      weight: fc.constantFrom(0.5, 1, 2, 4, 8),
      needed: fc.nat(300),
      floor: fc.nat(10),
      pressing: fc.option(fc.nat(300), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) => list.map((each, index) => claim(`lane${index}`, each.weight, each.needed, each.floor, each.pressing)));

describe('shareCapacity', () => {
  it('gives everybody what it needs where that is to be had', () => {
    expect(granted([claim('a', 8, 10), claim('b', 1, 20)], 100)).toEqual([10, 20]);
  });

  it('shares by weight where every lane needs all of its share', () => {
    expect(granted([claim('a', 8, 200), claim('b', 4, 200), claim('c', 2, 200), claim('d', 1, 200)], 150)).toEqual([
      80, 40, 20, 10,
    ]);
  });

  it('lends what a lane leaves over, by weight, and says who borrowed', () => {
    expect(shareCapacity([claim('a', 8, 8), claim('b', 4, 100), claim('c', 3, 100)], 150)).toEqual([
      { lane: 'a', granted: 8, borrowed: 0 },
      { lane: 'b', granted: 81, borrowed: 41 },
      { lane: 'c', granted: 61, borrowed: 31 },
    ]);
  });

  it('lends nothing where it may not', () => {
    expect(granted([claim('a', 8, 8), claim('b', 4, 100), claim('c', 3, 100)], 150, false)).toEqual([8, 40, 30]);
  });

  it('keeps a floor against heavier lanes', () => {
    expect(granted([claim('a', 8, 100), claim('b', 0.5, 100, 5)], 20)).toEqual([15, 5]);
  });

  it('gives all what presses before any gets more, and shares the rest by weight', () => {
    expect(granted([claim('a', 8, 100, 0, 20), claim('b', 1, 60, 0, 40)], 100)).toEqual([60, 40]);
    expect(granted([claim('a', 8, 100), claim('b', 1, 60)], 100)).toEqual([89, 11]);
  });

  it('shares only what presses where not even that is to be had', () => {
    expect(granted([claim('a', 3, 100, 0, 60), claim('b', 1, 100, 0, 60)], 80)).toEqual([60, 20]);
  });

  it('shares the floors where not even they are to be had', () => {
    expect(granted([claim('a', 1, 10, 6), claim('b', 1, 10, 2)], 4)).toEqual([3, 1]);
  });

  it('gives nothing of nothing', () => {
    expect(granted([claim('a', 1, 10), claim('b', 1, 0)], 0)).toEqual([0, 0]);
  });

  it('gives the odd environment to the largest remainder, and to the heavier of equals', () => {
    expect(granted([claim('a', 1, 9), claim('b', 2, 9), claim('c', 1, 9)], 5)).toEqual([1, 3, 1]);
    expect(granted([claim('a', 1, 9), claim('b', 1, 9)], 3)).toEqual([2, 1]);
  });

  it('never gives more than is there, more than is needed, or a part of an environment', () => {
    fc.assert(
      fc.property(claims, fc.nat(1000), fc.boolean(), (list, total, lend) => {
        const got = granted(list, total, lend);
        const isWithin = (each: number, index: number) =>
          Number.isInteger(each) && each >= 0 && each <= (list[index]?.needed ?? 0);
        return sum(got) <= total && got.every(isWithin);
      }),
      { numRuns: 10_000 },
    );
  });

  it('leaves nothing unused while somebody needs it', () => {
    fc.assert(
      fc.property(claims, fc.nat(1000), (list, total) => {
        const needed = sum(list.map((each) => each.needed));
        return sum(granted(list, total)) === Math.min(total, needed);
      }),
      { numRuns: 10_000 },
    );
  });

  it('is max-min, of what presses and then of the rest: who is short has, by weight and but for rounding, no less than anybody above its least', () => {
    fc.assert(
      fc.property(claims, fc.nat(1000), (list, total) => {
        const got = granted(list, total);
        const firsts = list.map(({ needed, floor, pressing = 0 }) => Math.min(needed, Math.max(floor, pressing)));
        const onlyFirsts = sum(firsts) > total;
        const rows = list.map((each, index) => {
          const first = firsts[index] ?? 0;
          const bounds = onlyFirsts ? { least: each.floor, most: first } : { least: first, most: each.needed };
          return { weight: each.weight, ...bounds, got: got[index] ?? 0 };
        });
        const short = rows.filter((row) => row.got < row.most);
        const rich = rows.filter((row) => row.got > row.least);
        return short.every((poor) =>
          rich.every((row) => (row.got - 1) / row.weight <= (poor.got + 1) / poor.weight + 1e-9),
        );
      }),
      { numRuns: 10_000 },
    );
  });
});
