/** Proves for any setting: the same seed gives the same trace, every event has one outcome, luck belongs to the event. */
import fc from 'fast-check';
import { erlang, exponential } from '../../../simulator/engine';
import {
  accountAll,
  lambdaInit,
  type PlatformSetting,
  poissonArrivals,
  type Routing,
  type ScalingPolicy,
} from '../../../simulator/platform';
import { lane, run } from './setups';

/** A policy that does a bit of everything, by the minute alone. */
const busyPolicy: ScalingPolicy = {
  name: 'busy',
  decide: ({ capacity }, _, __, nowMs) => {
    const minute = nowMs / 60_000;
    if (minute % 5 === 1)
      return [{ kind: 'provision', environments: 3 + (minute % 7), from: capacity.provisionedAllocated }];
    if (minute % 5 === 4) return [{ kind: 'release', from: capacity.provisionedAllocated }];
    if (minute % 5 === 2)
      return [
        {
          kind: 'mapping',
          maximumConcurrency: 2 + minute,
          batchSize: 1 + (minute % 4),
          batchWindowSeconds: minute % 2,
        },
        { kind: 'form', form: minute % 2 === 0 ? 'split' : 'fused' },
      ];
    return [];
  },
  admit: (view, _, now) => (view.queued > 300 ? 1 : now % 97 < 0.2 ? 2 : 0),
};

const anySetting = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  rates: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 3 }),
  limit: fc.integer({ min: 3, max: 60 }),
  routing: fc.constantFrom<Routing>('newest', 'oldest', 'random'),
  failureShare: fc.constantFrom(0, 0.1, 0.5),
  batchSize: fc.integer({ min: 1, max: 12 }),
  batchWindowSeconds: fc.constantFrom(0, 0.5),
  deadlineSeconds: fc.constantFrom(Number.POSITIVE_INFINITY, 5),
  faulty: fc.boolean(),
  policy: fc.boolean(),
  drainSeconds: fc.constantFrom(0, 30, 4000),
});

type AnySetting = typeof anySetting extends fc.Arbitrary<infer Value> ? Value : never;

function settingOf(any: AnySetting): Partial<PlatformSetting> {
  const lanes = any.rates.map((rate, index) =>
    lane({
      arrivals: poissonArrivals(rate, 0, 200, any.seed + index),
      ingest: exponential(0.02),
      overheadSeconds: 0.05,
      record: erlang(0.2, 2),
      init: lambdaInit('nodejs22.x', 4),
      failureShare: any.failureShare,
      batchSize: any.batchSize,
      batchWindowSeconds: any.batchWindowSeconds,
      deadlineSeconds: any.deadlineSeconds,
      visibilitySeconds: 12,
      timeoutSeconds: 2,
      hops: 3,
    }),
  );
  const faults = { interruptedShare: 0.05, slowShare: 0.1, slowFactor: 5, delayedShare: 0.05, delayedSeconds: 3 };
  return {
    seed: any.seed,
    lanes,
    account: { concurrencyLimit: any.limit, reservedElsewhere: 1 },
    routing: any.routing,
    drainSeconds: any.drainSeconds,
    untilSeconds: 200,
    ...(any.faulty ? { faults } : {}),
    ...(any.policy ? { policy: busyPolicy } : {}),
  };
}
describe('any run', () => {
  it('gives every offered event exactly one kind of end, and leaves none in a queue that it forgot', () => {
    fc.assert(
      fc.property(anySetting, (any) => {
        const platform = run(settingOf(any));
        const accounts = accountAll(platform);
        for (const { offered, outcomes } of accounts)
          expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(offered);
        const unfinished = accounts.reduce((sum, { outcomes }) => sum + outcomes.unfinished, 0);
        expect(platform.events.count - platform.events.settled).toBe(unfinished);
        if (any.drainSeconds === 4000) expect(unfinished).toBe(0);
        for (const { usage, idle } of accounts) {
          expect(usage.busySeconds).toBeLessThanOrEqual(usage.residentSeconds + 1e-6);
          expect(idle.billed).toBeGreaterThanOrEqual(-1e-6);
        }
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  it('is the same for the same seed, event by event, and another for another', () => {
    fc.assert(
      fc.property(anySetting, (any) => {
        const trace = (seed: number) => {
          const { events, acted } = run(settingOf({ ...any, seed, rates: [5] }));
          return { settledAt: Array.from(events.settledAt), cold: Array.from(events.cold), acted };
        };
        const first = trace(any.seed);
        expect(trace(any.seed)).toEqual(first);
        expect(trace(any.seed + 1)).not.toEqual(first);
      }),
      { numRuns: 10 },
    );
  }, 60_000);
});

it('an event meets the same luck in two systems: where neither waits, its latency is the same', () => {
  const arrivals = poissonArrivals(5, 0, 300, 9);
  const system = (provisioned: number, batchWindowSeconds: number) =>
    run({
      lanes: [lane({ arrivals, ingest: exponential(0.02), record: exponential(0.3), provisioned, batchWindowSeconds })],
      untilSeconds: 300,
    });
  const [warm, cold] = [system(50, 0), system(0, 0)];
  let compared = 0;
  for (let event = 0; event < arrivals.length; event++) {
    if (warm.events.cold[event] === 1 || cold.events.cold[event] === 1) continue;
    const [left, right] = [warm.events.settledAt[event] as number, cold.events.settledAt[event] as number];
    // The mapping's five first pollers may make one of the two wait.
    if (Math.abs(left - right) < 1e-9) compared++;
  }
  expect(compared / arrivals.length).toBeGreaterThan(0.8);
});
