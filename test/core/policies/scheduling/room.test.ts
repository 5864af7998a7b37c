/** Proves what a lane may take beside the others: of what is idle, and never what others run on. */
import fc from 'fast-check';
import { freeFor, leftByOthers, type Taking, withinIdle } from '../../../../core/policies/scheduling/room';
import { observation } from './factory';

const taking = (weight: number, pressing: number, requested = 0, allocated = requested, floor = 0): Taking => ({
  lane: observation({
    terms: { weight, floor },
    capacity: { provisionedRequested: requested, provisionedAllocated: allocated },
  }),
  pressing,
});

describe('freeFor', () => {
  it('is what the others neither run nor keep warm, however much they are granted', () => {
    const lanes = [taking(8, 10), taking(1, 20), taking(1, 5)];
    expect(freeFor(1, lanes, [60, 20, 20], [30, 0, 0], 100)).toBe(100 - 20 - 30 - 5);
  });

  it('leaves a lane that has nothing to do no more than its grant to the others', () => {
    expect(freeFor(0, [taking(1, 50), taking(1, 90)], [50, 40], [0, 0], 100)).toBe(10);
  });
});

describe('leftByOthers', () => {
  it('is the bound less what the others have asked for, ready or not', () => {
    expect(leftByOthers([taking(1, 0, 30), taking(1, 0, 20, 0)], 0, 100)).toBe(80);
    expect(leftByOthers([taking(1, 0, 0), taking(1, 0, 120)], 0, 100)).toBe(0);
  });
});

describe('withinIdle', () => {
  it('asks for nothing in a burst that takes all there is', () => {
    expect(withinIdle([50, 40], [taking(8, 60), taking(1, 60)], 100)).toEqual([0, 0]);
  });

  it('gives what is idle to the heaviest first', () => {
    expect(withinIdle([40, 40], [taking(1, 25), taking(8, 25)], 100)).toEqual([10, 40]);
  });

  it('counts what is on its way as taken, and what is ready as what runs', () => {
    expect(withinIdle([0, 80], [taking(8, 10, 30, 0), taking(1, 20, 20, 20)], 100)).toEqual([0, 60]);
  });

  it('takes nothing from what is held, and keeps a floor', () => {
    expect(withinIdle([30, 40], [taking(8, 90, 30), taking(1, 20, 10, 10, 25)], 100)).toEqual([30, 25]);
  });

  it('never has more taken than there is, but for what was taken before and for floors', () => {
    const lane = fc.record({
      weight: fc.constantFrom(1, 2, 4, 8),
      pressing: fc.nat(100),
      requested: fc.nat(60),
      ready: fc.double({ min: 0, max: 1, noNaN: true }),
      wanted: fc.nat(200),
    });
    fc.assert(
      fc.property(fc.array(lane, { minLength: 1, maxLength: 6 }), fc.nat(600), (rows, environments) => {
        const lanes = rows.map((row) =>
          taking(row.weight, row.pressing, row.requested, Math.floor(row.ready * row.requested)),
        );
        const levels = withinIdle(
          rows.map(({ wanted }) => wanted),
          lanes,
          environments,
        );
        const before = lanes.reduce((sum, { lane: { capacity }, pressing }) => {
          const coming = capacity.provisionedRequested - capacity.provisionedAllocated;
          return sum + Math.max(pressing, capacity.provisionedAllocated) + coming;
        }, 0);
        const raised = levels.reduce((sum, level, at) => sum + Math.max(0, level - (rows[at]?.requested ?? 0)), 0);
        const isWanted = levels.every((level, at) => level <= (rows[at]?.wanted ?? 0));
        return isWanted && (raised === 0 || before + raised <= environments);
      }),
      { numRuns: 5_000 },
    );
  });
});
