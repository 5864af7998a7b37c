/** Proves Erlang B and C: golden values, their definition by another way, their order, monotonicity, and stability at 10,000 servers. */
import fc from 'fast-check';
import { erlangB } from '../../../core/queueing/erlang-b';
import { erlangC } from '../../../core/queueing/erlang-c';
import { erlangBByDefinition, expectAtMost, expectBelow, expectGolden, expectRelative } from './tolerance';

const servers = fc.integer({ min: 1, max: 80 });
const load = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('Erlang B', () => {
  it('has the textbook values', () => {
    expectGolden(
      [erlangB({ offeredErlangs: 1, servers: 1 }), erlangB({ offeredErlangs: 2, servers: 2 })],
      [1 / 2, 2 / 5],
    );
    expectGolden([erlangB({ offeredErlangs: 10, servers: 10 })], [0.214582]);
  });

  it('blocks everyone without servers, and nobody without load', () => {
    expect(erlangB({ offeredErlangs: 3, servers: 0 })).toBe(1);
    expect(erlangB({ offeredErlangs: 0, servers: 3 })).toBe(0);
  });

  it('is its definition, below and above the number of servers', () => {
    fc.assert(
      fc.property(servers, fc.double({ min: 0.01, max: 300, noNaN: true }), (count, offeredErlangs) => {
        const expected = erlangBByDefinition(offeredErlangs, count);
        expectRelative(erlangB({ offeredErlangs, servers: count }), expected);
      }),
      { numRuns: 10_000 },
    );
  });

  it('falls with servers and rises with load', () => {
    fc.assert(
      fc.property(servers, load, (count, share) => {
        const offeredErlangs = share * count;
        const blocked = erlangB({ offeredErlangs, servers: count });
        expectBelow(erlangB({ offeredErlangs, servers: count + 1 }), blocked);
        expectBelow(blocked, erlangB({ offeredErlangs: offeredErlangs * 1.01, servers: count }));
      }),
      { numRuns: 10_000 },
    );
  });

  it('keeps its digits at 10,000 servers', () => {
    for (const offeredErlangs of [9_000, 9_900, 9_999, 10_000, 20_000]) {
      const expected = erlangBByDefinition(offeredErlangs, 10_000);
      expectRelative(erlangB({ offeredErlangs, servers: 10_000 }), expected);
    }
  });
});

describe('Erlang C', () => {
  it('has the golden values', () => {
    expectGolden(
      [
        [1.6, 2],
        [8, 10],
        [90, 100],
      ].map(([offered, count]) => erlangC({ offeredErlangs: offered as number, servers: count as number })),
      [0.711111, 0.40918, 0.21694],
    );
    expect(erlangC({ offeredErlangs: 10, servers: 14 })).toBeCloseTo(0.174131933595, 11);
  });

  it('is the utilisation of a single server, and 0 without load', () => {
    expect(erlangC({ offeredErlangs: 0.3, servers: 1 })).toBeCloseTo(0.3, 15);
    expect(erlangC({ offeredErlangs: 0, servers: 3 })).toBe(0);
  });

  it('is a probability, at least Erlang B, falls with servers and rises with load', () => {
    fc.assert(
      fc.property(servers, load, (count, share) => {
        const offeredErlangs = share * count;
        const waits = erlangC({ offeredErlangs, servers: count });
        expectAtMost(erlangB({ offeredErlangs, servers: count }), waits);
        expectAtMost(waits, 1);
        expectBelow(erlangC({ offeredErlangs, servers: count + 1 }), waits);
        expectBelow(waits, erlangC({ offeredErlangs: offeredErlangs * 1.001, servers: count }));
      }),
      { numRuns: 10_000 },
    );
  });

  it('keeps its digits at 10,000 servers', () => {
    for (const offeredErlangs of [9_000, 9_900, 9_999]) {
      const blocked = erlangBByDefinition(offeredErlangs, 10_000);
      const expected = (10_000 * blocked) / (10_000 - offeredErlangs * (1 - blocked));
      expectRelative(erlangC({ offeredErlangs, servers: 10_000 }), expected);
    }
  });
});
