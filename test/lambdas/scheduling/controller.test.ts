/**
 * Proves a controller's step around the policies: it acts on its own lane only, once, under its lease, and whatever fails leaves the
 * lane with the capacity that it had.
 */
import {
  createMemoryCapacity,
  createMemoryLoads,
  createMemoryLog,
  createMemoryPorts,
  createMemoryWorld,
  type Hook,
  type ScalingWorld,
} from '../../../adapters/memory';
import type { LaneTerms } from '../../../core/contracts/scheduling';
import { DEFAULT_SCHEDULING } from '../../../core/policies/scheduling/parameters';
import { type ControllerState, decide, type StepResult, step } from '../../../lambdas/scheduling/controller/core';
import { TERMS } from '../../core/policies/scheduling/factory';

const MINUTE_MS = 60_000;
const START_MS = 1_700_000_040_000;
const lane = (name: string, weight: number): LaneTerms => ({
  ...TERMS,
  lane: name,
  weight,
  objectiveSeconds: 1,
  mostBatchSize: 1,
});
/** A hundred invocations of one record and a tenth of a second each. */
const INVOCATIONS = {
  invocations: 100,
  records: 100,
  recordsSquared: 100,
  busySeconds: 10,
  busySecondsSquared: 2,
  recordBusySeconds: 10,
  initSeconds: 0.2,
};
const LANES = [lane('critical', 8), lane('bulk', 1)];

function setUp(hook?: Hook) {
  const world = createMemoryWorld({ nowMs: START_MS, ...(hook ? { hook } : {}) });
  const capacity = {
    provisionedRequested: 0,
    provisionedAllocated: 0,
    provisionedStatus: 'none' as const,
    maximumConcurrency: 5,
    batchSize: 1,
    batchWindowSeconds: 0,
    deploying: false,
  };
  const scaling: ScalingWorld = {
    loads: {},
    capacities: { critical: capacity, bulk: capacity },
    account: { concurrencyLimit: 1000, reservedElsewhere: 0 },
  };
  const log = createMemoryLog();
  const ports = {
    ...createMemoryPorts({ world }),
    log,
    loads: createMemoryLoads({ world, scaling }),
    capacity: createMemoryCapacity({ world, scaling }),
  };
  const settings = {
    lane: 'critical',
    lanes: LANES,
    parameters: DEFAULT_SCHEDULING,
    parametersHash: 'hash',
    leaseMs: 50_000,
  };
  /** The minutes before now have seen this many events each. */
  const offer = (eventsPerMinute: number, minutes = 30) => {
    const nowMinute = Math.floor(world.state.nowMs / MINUTE_MS);
    const arrivals = Array.from({ length: minutes }, (_, index) => ({
      minute: nowMinute - minutes + index,
      count: eventsPerMinute,
    }));
    const load = { invocations: INVOCATIONS, backlog: 0, oldestAgeSeconds: 0, observedAtMs: world.state.nowMs };
    for (const each of LANES)
      scaling.loads[each.lane] = { ...load, arrivals: each.lane === 'critical' ? arrivals : [] };
  };
  const run = (more: Partial<typeof settings> = {}) =>
    step(ports, { ...settings, ...more }, { now: () => world.state.nowMs });
  const next = () => {
    world.state.nowMs += MINUTE_MS;
  };
  return { world, scaling, ports, settings, offer, run, next, log };
}

function decided(result: StepResult) {
  if (result.status !== 'decided') throw new Error(`expected a decision, got ${result.status}`);
  return result.decision;
}
const codes = (result: StepResult) => decided(result).reasons.map(({ code }) => code);

describe('a step', () => {
  it('observes, forecasts, plans, acts on its own lane and keeps the record of it', async () => {
    const bench = setUp();
    bench.offer(6000);
    const decision = decided(await bench.run());
    expect(decision.forecast.map((each) => each.lane)).toEqual(['critical', 'bulk']);
    expect(decision.plan?.provisioned).toBeGreaterThan(5);
    expect(decision.outcome).toEqual([
      { action: 'provision', result: 'done' },
      { action: 'mapping', result: 'done' },
    ]);
    expect(bench.scaling.capacities.critical?.provisionedRequested).toBe(decision.plan?.provisioned);
    expect(bench.scaling.capacities.critical?.maximumConcurrency).toBe(decision.plan?.maximumConcurrency);
    expect(bench.scaling.capacities.bulk).toMatchObject({ provisionedRequested: 0, maximumConcurrency: 5 });
    expect(await bench.ports.controllers.decisions('critical', { limit: 9 })).toEqual([decision]);
  });

  it('goes back to the floor when the load is gone', async () => {
    const bench = setUp();
    bench.offer(6000);
    await bench.run();
    for (let minute = 0; minute < 400 && bench.scaling.capacities.critical?.provisionedRequested !== 0; minute += 1) {
      bench.next();
      bench.offer(0, 1);
      await bench.run();
    }
    expect(bench.scaling.capacities.critical).toMatchObject({ provisionedRequested: 0, provisionedStatus: 'none' });
  });

  it('changes the form by the control record, and leaves a pause alone', async () => {
    const bench = setUp();
    bench.offer(60);
    await bench.ports.control.putLane({ lane: 'critical', paused: true, form: 'fused' });
    const load = bench.scaling.loads.critical;
    if (load) bench.scaling.loads.critical = { ...load, backlog: 1_000_000 };
    await bench.run();
    expect(await bench.ports.control.lane('critical')).toEqual({ lane: 'critical', paused: true, form: 'split' });
  });

  it('leaves a form alone that somebody holds, and says so', async () => {
    const bench = setUp();
    bench.offer(60);
    await bench.ports.control.holdForm('critical', 'fused', bench.world.state.nowMs + 60_000);
    const load = bench.scaling.loads.critical;
    if (load) bench.scaling.loads.critical = { ...load, backlog: 1_000_000 };
    const { outcome } = decided(await bench.run());
    expect(outcome).toContainEqual({ action: 'form', result: 'held' });
    expect(await bench.ports.control.lane('critical')).toMatchObject({ form: 'fused' });
  });

  it('decides the same again from its record', async () => {
    const bench = setUp();
    bench.offer(6000);
    await bench.run();
    for (let minute = 0; minute < 10; minute += 1) {
      bench.next();
      bench.offer(6000 + 500 * minute, 1);
      const stored = decided(await bench.run());
      const record = JSON.parse(JSON.stringify(stored)) as typeof stored;
      const { decision: again } = decide(bench.settings, record.stateBefore, record.inputs);
      expect({ plan: again.plan, actions: again.actions, reasons: again.reasons }).toEqual({
        plan: record.plan,
        actions: record.actions,
        reasons: record.reasons,
      });
    }
  });

  it('does not act twice where two controllers run at once', async () => {
    const bench = setUp();
    bench.offer(6000);
    const results = await Promise.all([bench.run(), bench.run(), bench.run()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['decided', 'held-by-another', 'held-by-another']);
  });

  it('does nothing when its lease was taken over while it looked', async () => {
    const taken: { by?: () => Promise<unknown> } = {};
    const bench = setUp({
      after: async ({ port, name }) => {
        if (port === 'loads' && name === 'read') await taken.by?.();
      },
    });
    bench.offer(6000);
    taken.by = () => bench.ports.controllers.acquire('critical', START_MS + 60_000, START_MS + 120_000);
    expect((await bench.run()).status).toBe('lease-lost');
    expect(bench.scaling.capacities.critical?.provisionedRequested).toBe(0);
  });

  it('works on after a controller that was killed in mid-step, once its lease has run out', async () => {
    const kill: { at?: string } = { at: 'provision' };
    const bench = setUp({
      after: async ({ name }) => {
        if (name === kill.at) throw new Error('killed');
      },
    });
    bench.offer(6000);
    await bench.ports.controllers.acquire('critical', START_MS, START_MS + 50_000);
    expect((await bench.run()).status).toBe('held-by-another');
    bench.next();
    bench.offer(6000, 1);
    delete kill.at;
    expect((await bench.run()).status).toBe('decided');
  });

  it('does not lose its step where the answer of a change is lost', async () => {
    const lose = { answers: true };
    const bench = setUp({
      after: async ({ name }) => {
        if (lose.answers && name === 'provision') throw new TypeError('socket hang up');
      },
    });
    bench.offer(6000);
    expect(decided(await bench.run()).outcome).toEqual([
      { action: 'provision', result: 'TypeError: socket hang up' },
      { action: 'mapping', result: 'done' },
    ]);
    lose.answers = false;
    bench.next();
    bench.offer(6000, 1);
    expect(decided(await bench.run()).actions.filter(({ kind }) => kind === 'provision')).toEqual([]);
  });

  it.each(['loads', 'capacity'])('holds the last plan where the %s cannot be read, and says so', async (port) => {
    const fail = { on: false };
    const bench = setUp({
      before: async (operation) => {
        if (fail.on && operation.port === port)
          throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
        return undefined;
      },
    });
    bench.offer(6000);
    const good = decided(await bench.run());
    fail.on = true;
    bench.next();
    const held = await bench.run();
    // What is kept of a plan is rounded.
    const plan = { ...good.plan, utilisation: expect.closeTo(good.plan?.utilisation ?? 0, 5) };
    expect(decided(held)).toMatchObject({ plan, actions: [], outcome: [] });
    expect(decided(held).reasons).toEqual([
      { code: 'inputs-unavailable', args: { error: 'ThrottlingException: Rate exceeded' } },
    ]);
    fail.on = false;
    bench.next();
    bench.offer(6000, 2);
    expect(codes(await bench.run())).toContain('warm');
  });

  it('decides and changes nothing in a dry run', async () => {
    const bench = setUp();
    bench.offer(6000);
    await bench.ports.controllers.setMode('critical', 'dry-run');
    const decision = decided(await bench.run());
    expect(decision.outcome.map(({ result }) => result)).toEqual(decision.actions.map(() => 'dry-run'));
    expect(decision.actions.length).toBeGreaterThan(0);
    expect(bench.scaling.capacities.critical?.provisionedRequested).toBe(0);
  });

  it("does nothing at all while everybody's switch is off", async () => {
    const bench = setUp();
    bench.offer(6000);
    await bench.ports.controllers.setMode(undefined, 'off');
    expect(await bench.run()).toEqual({ status: 'off' });
    expect(await bench.ports.controllers.decisions('critical', { limit: 9 })).toEqual([]);
  });

  /** The last is one that a version before this one kept. */
  it.each([
    '{',
    '[]',
    '{"schedule":1}',
    'null',
    '{"schedule":{"hysteresis":{"lowerSteps":1,"highestLower":3}},"forecasts":{}}',
  ])('starts anew from a state that reads %s', async (garbage) => {
    const bench = setUp();
    bench.offer(6000);
    const first = decided(await bench.run());
    const held = await bench.ports.controllers.acquire('critical', START_MS + MINUTE_MS, START_MS + 2 * MINUTE_MS);
    await bench.ports.controllers.finish(held?.token ?? 0, first, garbage);
    bench.world.state.nowMs += 2 * MINUTE_MS;
    bench.offer(6000, 30);
    expect(decided(await bench.run()).stateBefore).toEqual<ControllerState>({
      schedule: { hysteresis: { lower: [] } },
      forecasts: {},
    });
  });
});
