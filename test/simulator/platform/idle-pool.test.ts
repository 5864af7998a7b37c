/** Proves that idle environments are handed out by the routing that was chosen, and reclaimed by age whatever it is. */
import fc from 'fast-check';
import { keyedUniform } from '../../../simulator/engine';
import { IdlePool, type Routing } from '../../../simulator/platform/idle-pool';

describe('the idle pool', () => {
  const routings: readonly Routing[] = ['newest', 'oldest', 'random'];

  it.each(routings)('(%s) agrees with a list under any mixture of adding, taking and reclaiming', (routing) => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant('add'), fc.constant('reclaim'), fc.double({ min: 0, max: 0.999, noNaN: true }))),
        (steps) => {
          const pool = new IdlePool(routing);
          const list: number[] = [];
          steps.forEach((step, now) => {
            if (step === 'add') {
              // Far apart, so that the arrays must grow.
              pool.add(now * 3, now);
              list.push(now);
            } else if (step === 'reclaim') expect(pool.takeOldest()).toBe((list.shift() ?? -1 / 3) * 3);
            else {
              const taken = pool.take(step as number);
              if (list.length === 0) expect(taken).toBe(-1);
              else if (routing === 'newest') expect(taken).toBe((list.pop() as number) * 3);
              else if (routing === 'oldest') expect(taken).toBe((list.shift() as number) * 3);
              else {
                expect(list).toContain(taken / 3);
                list.splice(list.indexOf(taken / 3), 1);
              }
            }
            expect(pool.size).toBe(list.length);
            expect(pool.oldestSince()).toBe(list[0] ?? Number.POSITIVE_INFINITY);
          });
        },
      ),
    );
  });

  it('picks every one alike where the routing is random', () => {
    const pool = new IdlePool('random');
    const counts = [0, 0, 0, 0];
    for (let environment = 0; environment < 4; environment++) pool.add(environment, 0);
    for (let draw = 0; draw < 400; draw++) {
      const taken = pool.take(keyedUniform(1, 0, draw));
      counts[taken] = (counts[taken] ?? 0) + 1;
      pool.add(taken, 0);
    }
    for (const count of counts) expect(count).toBeGreaterThan(60);
  });
});
