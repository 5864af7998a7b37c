/** Proves that the starvation bound is judged over any 60 s, and only while the lowest class waits for capacity. */
import { leastShareOfLowest, type SecondSeen, watchLowest } from '../../../simulator/evaluation/starvation';
import type { LaneView } from '../../../simulator/platform/policy';

const second = (of: Partial<SecondSeen>): SecondSeen => ({
  isBacklogged: true,
  shed: 0,
  running: 1,
  allRunning: 15,
  ...of,
});
const repeat = (count: number, of: Partial<SecondSeen>) => Array.from({ length: count }, () => second(of));

describe('leastShareOfLowest', () => {
  it("is the weight's share where the lowest class waits and is served by its weight", () => {
    expect(leastShareOfLowest(repeat(90, {}))).toBeCloseTo(1 / 15, 12);
  });

  it('is nothing where it waits and is never served', () => {
    expect(leastShareOfLowest(repeat(60, { running: 0 }))).toBe(0);
  });

  it('finds 60 s of hunger that are in no minute of the clock', () => {
    const seconds = [...repeat(30, { running: 5 }), ...repeat(60, { running: 0 }), ...repeat(30, { running: 5 })];
    expect(leastShareOfLowest(seconds)).toBe(0);
  });

  it('weighs 60 s as one: a share of half of them is half the share', () => {
    expect(leastShareOfLowest([...repeat(30, { running: 0 }), ...repeat(30, { running: 3 })])).toBeCloseTo(0.1, 12);
  });

  it('says nothing of 59 s, nor of 60 in one of which nothing waited or nobody looked', () => {
    const hungry = repeat(59, { running: 0 });
    expect(leastShareOfLowest(hungry)).toBeNull();
    expect(leastShareOfLowest([...hungry, second({ isBacklogged: false }), ...hungry])).toBeNull();
    expect(leastShareOfLowest([...hungry, undefined, ...hungry])).toBeNull();
  });

  it('takes seconds of shedding for waiting where it is told to', () => {
    const seconds = repeat(60, { isBacklogged: false, shed: 4, running: 0 });
    expect(leastShareOfLowest(seconds)).toBeNull();
    expect(leastShareOfLowest(seconds, ({ shed }) => shed > 0)).toBe(0);
  });
});

describe('watchLowest', () => {
  const lane = (of: Partial<LaneView>): LaneView => ({
    index: 0,
    queued: 0,
    inFlight: 0,
    invocations: 0,
    environments: 0,
    oldestSinceSeconds: Number.NaN,
    batchWindowSeconds: 0,
    ...of,
  });

  it('looks once a second, and counts what is shed in it', () => {
    const watch = watchLowest(1);
    watch.look([lane({ invocations: 4 }), lane({ invocations: 2, queued: 9, oldestSinceSeconds: 0.5 })], 3.1);
    watch.look([lane({ invocations: 40 }), lane({ invocations: 20 })], 3.9);
    watch.noteShed(3.95);
    expect(watch.seconds[3]).toEqual({ isBacklogged: true, shed: 1, running: 2, allRunning: 6 });
    expect(watch.seconds[2]).toBeUndefined();
  });

  it('does not take a batch that waits in its window for one that waits for an environment', () => {
    const watch = watchLowest(0);
    const forming = { queued: 9, oldestSinceSeconds: 10, batchWindowSeconds: 7 };
    watch.look([lane(forming)], 17.5);
    watch.look([lane(forming)], 18.5);
    expect(watch.seconds.slice(17).map((each) => each?.isBacklogged)).toEqual([false, true]);
  });
});
