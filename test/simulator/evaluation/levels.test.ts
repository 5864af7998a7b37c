/** Proves the curves' model of levels: its path, its judge against counts made by hand, and the clairvoyant against all schedules there are. */
import { candidatesFor } from '../../../simulator/evaluation/levels/candidates';
import { clairvoyantLevel } from '../../../simulator/evaluation/levels/clairvoyant';
import { computeCurves, leastAt } from '../../../simulator/evaluation/levels/curves';
import { IdleHistogram } from '../../../simulator/evaluation/levels/hybrid-histogram';
import { addTotals, judgeLevels } from '../../../simulator/evaluation/levels/judge';
import { levelPath } from '../../../simulator/evaluation/levels/path';
import { runPlan, staticPlan } from '../../../simulator/evaluation/levels/plans';
import { POINTS } from '../../../simulator/evaluation/tune';
import { PLATFORM_PRICES } from '../../../simulator/platform/prices';

const SETTING = { gigabytes: 1, initSeconds: 0.1, keepAliveSeconds: 120, fromMinute: 0, blockMinutes: 5 };
const nothing = (minutes: number) => new Float64Array(minutes);

describe('levelPath', () => {
  it('keeps the levels busy for as long as there are jobs', () => {
    const path = levelPath([30, 0, 90], 2, 1);
    expect(path.busySeconds.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(2 * 120 - 2 * path.levels - 1e-3);
    expect(path.busySeconds.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(240.001);
    expect(path.most[0]).toBeLessThanOrEqual(path.levels);
  });

  it('never has a higher level busier than a lower one', () => {
    const path = levelPath([200, 300, 100], 1, 2);
    for (let minute = 0; minute < 3; minute++)
      for (let level = 2; level <= path.levels; level++)
        expect(path.busySeconds[(level - 1) * 3 + minute] ?? 0).toBeLessThanOrEqual(
          path.busySeconds[(level - 2) * 3 + minute] ?? 0,
        );
  });
});

describe('judgeLevels', () => {
  it('is cold once for each time that an environment was reclaimed', () => {
    // One job, then three empty minutes with a keep-alive of two, then another.
    const path = levelPath([1, 0, 0, 0, 1], 1, 3);
    const total = addTotals(judgeLevels(path, { provisioned: nothing(5) }, SETTING));
    expect(total.cold).toBe(2);
    expect(total.arrivals).toBe(2);
    expect(addTotals(judgeLevels(path, { provisioned: nothing(5) }, { ...SETTING, keepAliveSeconds: 600 })).cold).toBe(
      1,
    );
  });

  it('is never cold where every level is provisioned, and pays for the idle time', () => {
    const path = levelPath([60, 60], 0.5, 4);
    const total = addTotals(judgeLevels(path, staticPlan(path, path.levels), SETTING));
    const busy = path.busySeconds.reduce((sum, each) => sum + each, 0);
    expect(total.cold).toBe(0);
    expect(total.idleBilled).toBeCloseTo(120 * path.levels - busy, 3);
    expect(total.idleResident).toBeCloseTo(total.idleBilled, 6);
  });

  it('keeps idle time between resident bounds on demand', () => {
    const path = levelPath([1, 0, 0, 0, 0], 1, 5);
    const total = addTotals(judgeLevels(path, { provisioned: nothing(5) }, SETTING));
    expect(total.idleResident).toBeCloseTo(120, 3);
    expect(total.idleBilled).toBe(0);
  });
});

describe('what is paid', () => {
  const MINUTES = 20;
  const idle = levelPath(new Array(MINUTES).fill(0), 1, 6);
  const HELD_MINUTE = 60 * PLATFORM_PRICES.provisionedGigabyteSecond;
  const heldMinutes = (minutes: readonly number[], more: object = {}, setting = SETTING) => {
    const provisioned = nothing(MINUTES);
    for (const minute of minutes) provisioned[minute] = 1;
    return addTotals(judgeLevels(idle, { provisioned, ...more }, setting)).dollars / HELD_MINUTE;
  };

  it('rounds each time that a level is held up to five minutes', () => {
    expect(heldMinutes([3])).toBeCloseTo(5, 9);
    expect(heldMinutes([3, 4, 5, 6, 7])).toBeCloseTo(5, 9);
    expect(heldMinutes([1, 3, 5])).toBeCloseTo(15, 9);
    expect(heldMinutes([3, 4, 5, 6, 7, 8, 19])).toBeCloseTo(15, 9);
    expect(heldMinutes([3, 4, 5, 6, 7, 8], {}, { ...SETTING, fromMinute: 5 })).toBeCloseTo(5, 9);
  });

  it('is from when it is asked for, though it serves nobody yet', () => {
    const held = nothing(MINUTES).fill(1, 2, 10);
    expect(heldMinutes([4, 5, 6, 7, 8, 9], { held })).toBeCloseTo(10, 9);
  });

  it('has the decisions in it, and each event’s requests', () => {
    expect(heldMinutes([], { dollarsPerMinute: HELD_MINUTE })).toBeCloseTo(MINUTES, 9);
    const path = levelPath([50], 0.5, 7);
    const { dollars } = addTotals(judgeLevels(path, staticPlan(path, path.levels), SETTING));
    const { lambdaRequest, sqsRequest, provisionedDurationGigabyteSecond } = PLATFORM_PRICES;
    const busy = path.busySeconds.reduce((sum, each) => sum + each, 0);
    const requests = 50 * (lambdaRequest + 3 * sqsRequest);
    expect(dollars).toBeCloseTo(requests + busy * provisionedDurationGigabyteSecond + 5 * path.levels * HELD_MINUTE, 9);
  });
});

describe('what may be chosen', () => {
  it('is as much of each system, of knobs that all differ', () => {
    for (const [system, list] of Object.entries(candidatesFor(true))) {
      if (system === 'on-demand') expect(list).toHaveLength(1);
      else expect(list).toHaveLength(POINTS + 1);
      // The usual point may be one of the others.
      expect(new Set(list.map(({ knobs }) => JSON.stringify(knobs))).size).toBeGreaterThanOrEqual(
        Math.min(POINTS, list.length),
      );
    }
  });

  it('has a schedule only where the training has a whole day to take it from', () => {
    const workload = (trainMinutes: number) => ({
      name: 'x',
      regime: 'pooled' as const,
      train: Array.from({ length: trainMinutes }, (_, minute) => (minute % 60 < 30 ? 60 : 0)),
      test: Array.from({ length: 240 }, (_, minute) => (minute % 60 < 30 ? 60 : 0)),
      warmUpMinutes: 10,
      jobSeconds: 0.5,
      seed: 1,
    });
    const systems = (trainMinutes: number) =>
      computeCurves(workload(trainMinutes), ['on-demand', 'scheduled-tracking'], 2).curves.map(({ system }) => system);
    expect(systems(1440)).toEqual(['on-demand', 'scheduled-tracking']);
    expect(systems(1439)).toEqual(['on-demand']);
  });
});

describe('the clairvoyant', () => {
  const MINUTES = 12;
  /** Every schedule of one level whose stays last five minutes, or until the end. */
  const schedules = Array.from({ length: 2 ** MINUTES }, (_, mask) =>
    Float64Array.from({ length: MINUTES }, (_each, minute) => (mask >> minute) & 1),
  ).filter((bits) => {
    const runs = bits.join('').match(/1+/g) ?? [];
    const open = bits[MINUTES - 1] === 1 ? 1 : 0;
    return runs.slice(0, runs.length - open).every((run) => run.length >= 5);
  });

  it.each([
    [[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1], 60],
    [[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1], 400],
    [[0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0], 200],
    [[2, 0, 0, 2, 0, 0, 2, 0, 0, 2, 0, 0], 5],
    [[0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0], 1000],
  ])('finds what the best of all schedules comes to: %j, θ = %p', (counts, theta) => {
    const whole = levelPath(counts, 0.5, 6);
    // One level: the others are judged alike.
    const path = { ...whole, levels: 1 };
    const best = Math.min(
      ...schedules.map((provisioned) => {
        const { idleResident, cold } = addTotals(judgeLevels(path, { provisioned }, SETTING));
        return idleResident + theta * cold;
      }),
    );
    const found = clairvoyantLevel(path, 1, { keepAliveSeconds: 120, theta, fromMinute: 0, counts: 'resident' });
    expect(found.idleSeconds + theta * found.cold).toBeCloseTo(best, 3);
  });
});

describe('runPlan', () => {
  it('makes more usable after the lag, less at once, and takes no second wish meanwhile', () => {
    const path = levelPath([1, 1, 1, 1, 1, 1, 1], 0.5, 7);
    const wishes = [4, 9, 9, 9, 2, 2, 2];
    const setting = { jobSeconds: 0.5, initSeconds: 0.1, lagMinutes: 2, mostLevels: 100, startMinute: 0 };
    const { provisioned } = runPlan(path, setting, 0, (minute) => wishes[minute]);
    expect(Array.from(provisioned)).toEqual([0, 0, 0, 4, 4, 4, 9]);
  });
});

describe('IdleHistogram', () => {
  it('keeps for its whole range while it knows nothing', () => {
    expect(new IdleHistogram().windows()).toEqual({ preWarmMinutes: 0, keepAliveMinutes: 240 });
  });

  it('unloads and warms again where idle times are alike', () => {
    const histogram = new IdleHistogram();
    for (let n = 0; n < 100; n++) histogram.add(30);
    const { preWarmMinutes, keepAliveMinutes } = histogram.windows();
    expect(preWarmMinutes).toBe(27);
    expect(preWarmMinutes + keepAliveMinutes).toBeGreaterThan(31);
  });

  it('goes by the mean where idle times are beyond its range', () => {
    const histogram = new IdleHistogram();
    for (let n = 0; n < 10; n++) histogram.add(1000);
    expect(histogram.windows().preWarmMinutes).toBeCloseTo(850, 9);
  });
});

describe('leastAt', () => {
  const point = (cold: number, idleResident: number) => ({
    total: { arrivals: 1000, cold, idleResident, idleBilled: 0, dollars: 0 },
  });

  it('is the least among the points that are cold rarely enough, and nothing where none is', () => {
    const points = [point(10, 1), point(1, 5), point(0, 9)];
    expect(leastAt(points, 0.01, 'idleResident')).toBe(1);
    expect(leastAt(points, 0.001, 'idleResident')).toBe(5);
    expect(leastAt(points, 0, 'idleResident')).toBe(9);
    expect(leastAt([point(5, 1)], 0.001, 'idleResident')).toBeNaN();
  });
});
