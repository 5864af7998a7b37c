/** Proves the plan of all lanes: need, sharing, lending, warm capacity, and its ceilings. */
import fc from 'fast-check';
import type { DemandForecast, LaneObservation } from '../../../../core/contracts/scheduling';
import { environmentsNeeded } from '../../../../core/policies/scheduling/need';
import type { PlanningParameters } from '../../../../core/policies/scheduling/parameters';
import { planCapacity } from '../../../../core/policies/scheduling/plan';
import { BREAK_EVEN_BUSY_SHARE, provisionedDollarsPerHour } from '../../../../core/policies/scheduling/prices';
import { certain, observation, PARAMETERS, SERVICE, TERMS } from './factory';

const ACCOUNT = { concurrencyLimit: 1000, reservedElsewhere: 0 };
const plan = (
  lanes: readonly LaneObservation[],
  forecasts: readonly DemandForecast[],
  more: Partial<PlanningParameters> = {},
  account = ACCOUNT,
) => planCapacity({ lanes, forecasts, account, parameters: { ...PARAMETERS, ...more } });
const only = (...words: Parameters<typeof plan>) => {
  const [first] = plan(...words).plans;
  if (first === undefined) throw new Error('no plan');
  return first;
};
/** One record of a tenth of a second per invocation: erlangs are a tenth of events per second. */
const SINGLE = { mostBatchSize: 1 };

describe('environmentsNeeded', () => {
  const need = (eventsPerSecond: number, objectiveSeconds: number, more: { scv?: number; backlog?: number } = {}) =>
    environmentsNeeded(
      {
        terms: { objectiveSeconds },
        service: { ...SERVICE, overheadSeconds: 0, recordSeconds: 1, scv: more.scv ?? 1 },
        eventsPerSecond,
        batchSize: 1,
        backlog: more.backlog ?? 0,
      },
      { utilisationBound: 0.99, lateShare: 0.01 },
    );

  it('is the fewest servers for P(wait > .5) <= 1 % at 10 erlangs: 15', () => {
    expect(need(10, 1.5)).toBe(15);
  });

  it('is what the utilisation bound asks for where the objective is long', () => {
    expect(need(10, 1000)).toBe(11);
    expect(need(99, 100_000)).toBe(100);
  });

  it('rises with the variability of service', () => {
    expect(need(10, 1.5, { scv: 4 })).toBeGreaterThan(15);
    expect(need(10, 1.5, { scv: 0 })).toBeLessThan(15);
  });

  it('counts what waits as demand within the objective', () => {
    expect(need(0, 100, { backlog: 1000 })).toBe(need(10, 100));
  });

  it('is none where nothing comes and nothing waits, one for the least trickle', () => {
    expect(need(0, 10)).toBe(0);
    expect(need(0.001, 10)).toBe(1);
  });
});

/** A demand of so many events a second at the middle of its forecast, and so many at its upper end. */
const quantilesOf = (middle: number, upper: number) => [
  { level: 0.5, eventsPerMinute: 60 * middle },
  { level: 0.95, eventsPerMinute: 60 * upper },
];

describe('planCapacity', () => {
  it('plans a lane alone: need within ρ, warm levels that the objective needs, a cap with all that is idle', () => {
    const lane = observation({ terms: { ...SINGLE, objectiveSeconds: 1 } });
    const { needed, granted, provisioned, maximumConcurrency, utilisation } = only([lane], [certain(100)]);
    expect([needed, granted]).toEqual([15, 15]);
    expect(utilisation).toBeCloseTo(10 / 15, 9);
    expect(provisioned).toBe(15);
    expect(maximumConcurrency).toBe(900);
  });

  it('warms only what pays where the objective outlasts a cold start', () => {
    expect(only([observation({ terms: { ...SINGLE, objectiveSeconds: 60 } })], [certain(100)]).provisioned).toBe(9);
    // Two seconds are ten inits: from there on a cold start does no harm.
    expect(only([observation({ terms: { ...SINGLE, objectiveSeconds: 2 } })], [certain(100)]).provisioned).toBe(9);
    expect(only([observation({ terms: { ...SINGLE, objectiveSeconds: 1.9 } })], [certain(100)]).provisioned).toBe(15);
  });

  it('keeps floor and ceiling', () => {
    const slow = { ...SINGLE, objectiveSeconds: 60 };
    expect(only([observation({ terms: { ...slow, floor: 12 } })], [certain(100)]).provisioned).toBe(12);
    expect(only([observation({ terms: { ...slow, ceiling: 4 } })], [certain(100)]).provisioned).toBe(4);
    expect(only([observation({ terms: { ...slow, floor: 3 }, paused: true })], [certain(100)]).provisioned).toBe(3);
  });

  it('shares by weight what is short, and says who is short by how much', () => {
    const heavy = observation({ terms: { ...SINGLE, lane: 'heavy', weight: 3 } });
    const light = observation({ terms: { ...SINGLE, lane: 'light', weight: 1 } });
    const forecasts = [certain(5000, 'heavy'), certain(5000, 'light')];
    const { plans, reasons } = plan(
      [heavy, light],
      forecasts,
      { headroomShare: 0 },
      { ...ACCOUNT, concurrencyLimit: 400 },
    );
    expect(plans.map(({ granted }) => granted)).toEqual([300, 100]);
    expect(plans.map(({ maximumConcurrency }) => maximumConcurrency)).toEqual([300, 100]);
    expect(plans.map(({ borrowed }) => borrowed)).toEqual([0, 0]);
    expect(reasons).toContainEqual({ lane: 'light', code: 'short', args: { needed: 625, granted: 100 } });
  });

  it('lends what others leave over, and says so', () => {
    const idle = observation({ terms: { ...SINGLE, lane: 'idle', weight: 3 } });
    const busy = observation({ terms: { ...SINGLE, lane: 'busy', weight: 1 } });
    const forecasts = [certain(0, 'idle'), certain(2000, 'busy')];
    const account = { ...ACCOUNT, concurrencyLimit: 400 };
    const lent = plan([idle, busy], forecasts, { headroomShare: 0 }, account);
    expect(lent.plans.map(({ granted }) => granted)).toEqual([2, 250]);
    expect(lent.plans[1]?.borrowed).toBe(150);
    expect(lent.reasons).toContainEqual({ lane: 'busy', code: 'borrowed', args: { borrowed: 150 } });
    const apart = plan([idle, busy], forecasts, { headroomShare: 0, lend: false }, account);
    expect(apart.plans.map(({ granted }) => granted)).toEqual([2, 100]);
    expect(apart.plans.map(({ maximumConcurrency }) => maximumConcurrency)).toEqual([2, 100]);
  });

  it('plans the least for a lane of which nothing is known, and its floor warm', () => {
    const { plans, reasons } = plan([observation({ service: undefined, terms: { floor: 1 } })], [certain(100)], {
      lend: false,
    });
    expect(plans[0]).toMatchObject({
      needed: 2,
      granted: 2,
      provisioned: 1,
      maximumConcurrency: 2,
      batchSize: 10,
      utilisation: 0,
    });
    expect(reasons.map(({ code }) => code)).toEqual(['nothing-measured', 'warm']);
    expect(only([observation({ capacity: { batchSize: 7 } })], [])).toMatchObject({
      needed: 2,
      provisioned: 0,
      batchSize: 7,
    });
  });

  it('takes warm environments from the least weight first where the ceiling on cost is met, never below a floor', () => {
    const slow = { ...SINGLE, objectiveSeconds: 60 };
    const heavy = observation({ terms: { ...slow, lane: 'heavy', weight: 3 } });
    const light = observation({ terms: { ...slow, lane: 'light', weight: 1, floor: 2 } });
    const forecasts = [certain(100, 'heavy'), certain(100, 'light')];
    const dollars = provisionedDollarsPerHour(256);
    const capped = (environments: number) =>
      plan([heavy, light], forecasts, { costCeilingDollarsPerHour: environments * dollars }).plans.map(
        ({ provisioned }) => provisioned,
      );
    expect(capped(18)).toEqual([9, 9]);
    expect(capped(14)).toEqual([9, 5]);
    expect(capped(8)).toEqual([6, 2]);
    expect(capped(0)).toEqual([0, 2]);
  });

  it('never provisions what AWS keeps unreserved', () => {
    const lane = observation({ terms: { ...SINGLE, objectiveSeconds: 60, floor: 10 } });
    const account = { concurrencyLimit: 250, reservedElsewhere: 100 };
    expect(only([lane], [certain(700)], { headroomShare: 0 }, account).provisioned).toBe(50);
  });

  it('puts off warm capacity in a burst that takes all there is, and says so', () => {
    const lane = observation({ terms: { ...SINGLE, objectiveSeconds: 60 } });
    const account = { concurrencyLimit: 300, reservedElsewhere: 0 };
    const { plans, reasons } = plan([lane], [certain(2400)], { headroomShare: 0 }, account);
    expect(plans[0]?.provisioned).toBe(300 - Math.ceil(240 / 0.98));
    expect(reasons).toContainEqual({ lane: 'critical', code: 'warm-later', args: { wished: 200, provisioned: 55 } });
    expect(plan([lane], [certain(500)], {}, account).reasons.map(({ code }) => code)).not.toContain('warm-later');
  });

  it('asks for no more warm environments than what the other lanes hold leaves over', () => {
    const slow = { ...SINGLE, objectiveSeconds: 60 };
    const own = observation({ terms: { ...slow, lane: 'own' } });
    const other = observation({ terms: { ...slow, lane: 'other' }, capacity: { provisionedRequested: 95 } });
    const account = { concurrencyLimit: 200, reservedElsewhere: 0 };
    const forecasts = [certain(100, 'own'), certain(0, 'other')];
    expect(plan([own, other], forecasts, {}, account).plans.map(({ provisioned }) => provisioned)).toEqual([5, 0]);
  });

  describe('a lane that batches', () => {
    // A record in ten is free: ten to a batch, four planned; 1,000 / 4 x .104 s / .8 = 33 environments, full batches in 14.
    const service = { ...SERVICE, overheadSeconds: 0.1, recordSeconds: 0.001 };
    const terms = { objectiveSeconds: 20 };
    const capped = (capacity: Partial<LaneObservation['capacity']>, rate = 1000) =>
      only([observation({ service, terms, capacity })], [certain(rate)]).maximumConcurrency;

    it('is kept to its grant, unless its objective is too short to wait for a batch', () => {
      const lane = observation({ service, terms, capacity: { maximumConcurrency: 200 } });
      expect(only([lane], [certain(1000)])).toMatchObject({ batchSize: 10, needed: 33, maximumConcurrency: 33 });
      const hasty = observation({ service, terms: { objectiveSeconds: 2 } });
      expect(only([hasty], [certain(1000)]).maximumConcurrency).toBe(900);
    });

    it('meets a rise with fuller batches on what it has, and starts only what full ones lack', () => {
      expect(capped({ maximumConcurrency: 20 })).toBe(20);
      expect(capped({ maximumConcurrency: 10 })).toBe(14);
      expect(capped({ maximumConcurrency: 50 })).toBe(33);
    });

    it('starts nothing for what may come while it has room for twice what is there: the last minute, or the middle of the forecast', () => {
      // Full batches take 14 environments at 1,000 a second, and 42 at the 3,000 that are planned for.
      const wide = (middle: number): DemandForecast => ({
        ...certain(0),
        quantiles: [
          { level: 0.05, eventsPerMinute: 0 },
          { level: 0.5, eventsPerMinute: 60 * middle },
          { level: 0.95, eventsPerMinute: 60 * 3000 },
        ],
      });
      const capOf = (middle: number, last: number) => {
        const arrivals = [1, last].map((perSecond, minute) => ({ minute, count: 60 * perSecond }));
        const lane = observation({
          service,
          terms: { ...terms, ceiling: 3 },
          arrivals,
          capacity: { maximumConcurrency: 14 },
        });
        return only([lane], [wide(middle)]).maximumConcurrency;
      };
      expect(capOf(500, 500)).toBe(14);
      expect(capOf(600, 500)).toBe(42);
      expect(capOf(500, 600)).toBe(42);
    });

    it('does not count as its own the warm environments that the plan gives up', () => {
      // 20 at once, all of them warm, of which the plan keeps 3: what is left is not 20 that it might start.
      const warm = { maximumConcurrency: 20, provisionedAllocated: 20, provisionedRequested: 20 };
      const lane = only([observation({ service, terms: { ...terms, ceiling: 3 }, capacity: warm })], [certain(1000)]);
      expect(lane).toMatchObject({ provisioned: 3, maximumConcurrency: 14 });
      expect(capped(warm)).toBe(20);
    });

    it('whose warm environments are too few for all: first what only eases is taken, from the lightest, then what is needed', () => {
      const lane = (name: string, weight: number) =>
        observation({ service, terms: { ...terms, lane: name, weight }, capacity: { maximumConcurrency: 2 } });
      const forecasts = [certain(1000, 'heavy'), certain(1000, 'light')];
      const warmOf = (concurrencyLimit: number) =>
        plan([lane('heavy', 3), lane('light', 1)], forecasts, {}, { concurrencyLimit, reservedElsewhere: 0 }).plans.map(
          ({ provisioned }) => provisioned,
        );
      expect(warmOf(200)).toEqual([33, 33]);
      expect(warmOf(150)).toEqual([33, 17]);
      expect(warmOf(140)).toEqual([26, 14]);
      expect(warmOf(120)).toEqual([14, 6]);
      expect(warmOf(110)).toEqual([10, 0]);
    });
  });

  it('batches harder only while capacity is short, the least weight first, and waits for batches only as the last resort', () => {
    const service = { ...SERVICE, overheadSeconds: 0.05, recordSeconds: 0.05 };
    const heavy = observation({ service, terms: { lane: 'heavy', weight: 3, objectiveSeconds: 60 } });
    const light = observation({
      service,
      terms: { lane: 'light', weight: 1, objectiveSeconds: 60, mostBatchSize: 50 },
    });
    const batches = (perSecond: number) =>
      plan(
        [heavy, light],
        [certain(perSecond, 'heavy'), certain(perSecond, 'light')],
        { headroomShare: 0 },
        {
          ...ACCOUNT,
          concurrencyLimit: 300,
        },
      ).plans.map(({ batchSize, batchWindowSeconds }) => [batchSize, batchWindowSeconds]);
    expect(batches(1000)).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(batches(1300)).toEqual([
      [1, 0],
      [10, 0],
    ]);
    expect(batches(2000)).toEqual([
      [10, 0],
      [10, 0],
    ]);
    expect(batches(2250)[1]).toEqual([10, 0]);
    expect(batches(2700)[1]).toEqual([50, 3]);
  });

  describe('where a record costs nearly as much as an invocation', () => {
    const service = { ...SERVICE, overheadSeconds: 0.01, recordSeconds: 0.24 };
    const heavy = observation({ service, terms: { lane: 'heavy', weight: 8, objectiveSeconds: 10 } });
    const light = observation({ service, terms: { lane: 'light', weight: 1, objectiveSeconds: 150 } });
    const account = { ...ACCOUNT, concurrencyLimit: 100 };
    const wide = { ...certain(100, 'heavy'), quantiles: quantilesOf(100, 600) };

    it('does not make records wait for one another for a demand that is only forecast', () => {
      expect(plan([heavy, light], [wide, certain(100, 'light')], {}, account).plans[1]).toMatchObject({ batchSize: 1 });
      expect(plan([heavy, light], [wide, certain(400, 'light')], {}, account).plans[1]).toMatchObject({
        batchSize: 10,
      });
    });

    it('gives every lane what it runs before any lane gets what may come', () => {
      const [h, l] = plan([heavy, light], [wide, certain(100, 'light')], {}, account).plans;
      expect(l?.granted).toBeGreaterThanOrEqual(25);
      expect(h?.granted).toBeGreaterThanOrEqual(25);
      expect(h?.needed).toBeGreaterThan(100);
    });

    it('lets a lane run all that the others neither run nor keep warm, beside what they hold for a burst', () => {
      const cold = { busyShareAtLeast: 1.01, busyShareAtLeastSensitive: 1.01 };
      const [, l] = plan([heavy, light], [wide, certain(100, 'light')], cold, account).plans;
      expect(l?.maximumConcurrency).toBe(90 - Math.ceil(25 / 0.98));
      const [, beside] = plan([heavy, light], [wide, certain(100, 'light')], { ...cold, lend: false }, account).plans;
      expect(beside?.maximumConcurrency).toBe(beside?.granted);
    });

    it('keeps no lane to its grant that batches would not help', () => {
      const first = plan([light], [certain(10, 'light')], {}, account).plans[0];
      expect(first?.maximumConcurrency).toBe(90);
    });
  });

  it('splits chains while a backlog waits that idle environments could take', () => {
    const busy = observation({ backlog: 1_000_000, terms: { mostBatchSize: 1 } });
    expect(only([busy], [certain(1)]).form).toBe('split');
    expect(only([observation()], [certain(1)]).form).toBe('fused');
  });

  it('never grants more in all than there is, and never plans warm capacity beyond a grant or a ceiling', () => {
    const lanes = fc.array(
      fc.record({
        weight: fc.constantFrom(1, 2, 4, 8),
        rate: fc.double({ min: 0, max: 4000, noNaN: true }),
        backlog: fc.nat(10_000),
        objective: fc.constantFrom(1, 5, 60),
        ceiling: fc.nat(400),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(lanes, fc.integer({ min: 200, max: 1000 }), (list, concurrencyLimit) => {
        const observations = list.map((each, index) =>
          observation({
            terms: { lane: `l${index}`, weight: each.weight, objectiveSeconds: each.objective, ceiling: each.ceiling },
            backlog: each.backlog,
          }),
        );
        const forecasts = list.map((each, index) => certain(each.rate, `l${index}`));
        const { plans } = plan(observations, forecasts, {}, { concurrencyLimit, reservedElsewhere: 0 });
        const granted = plans.reduce((sum, each) => sum + each.granted, 0);
        return (
          granted <= 0.9 * concurrencyLimit &&
          plans.every((each, index) => each.provisioned <= Math.min(each.granted, list[index]?.ceiling ?? 0)) &&
          plans.every((each) => each.maximumConcurrency >= TERMS.leastConcurrency && each.batchSize >= 1)
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('prices', () => {
  it('make a provisioned level pay from a busy share of .60', () => {
    expect(BREAK_EVEN_BUSY_SHARE).toBeCloseTo(0.6, 3);
  });

  it('charge memory by the gigabyte and time by the hour', () => {
    expect(provisionedDollarsPerHour(1024)).toBeCloseTo(0.012, 5);
    expect(provisionedDollarsPerHour(512)).toBeCloseTo(0.006, 5);
  });
});

describe('a lane whose own cap is short while the account has plenty', () => {
  /** One by one, three environments do some hundred events a second; in batches of ten, twice as many. */
  const capped = (backlog: number, service = { overheadSeconds: 0.015, recordSeconds: 0.0143 }) =>
    only(
      [
        observation({
          terms: { objectiveSeconds: 8, mostConcurrency: 3 },
          service: { ...SERVICE, ...service },
          capacity: { maximumConcurrency: 3, batchSize: 1 },
          backlog,
        }),
      ],
      [certain(24)],
      { lengthenShare: 0.1 },
    );

  it('batches as hard as its objective allows', () => {
    expect(capped(800)).toMatchObject({ batchSize: 10, batchWindowSeconds: 0, maximumConcurrency: 3 });
  });

  it('stays relaxed while its cap is enough', () => {
    expect(capped(0).batchSize).toBe(1);
  });

  it('stays relaxed where batches save nothing', () => {
    expect(capped(800, { overheadSeconds: 0, recordSeconds: 0.0293 }).batchSize).toBe(1);
  });
});
