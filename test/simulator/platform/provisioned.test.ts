/** Proves how provisioned concurrency behaves: late, whole or not at all, spilling over, within the quota, billed in five minutes. */
import type { ScalingAction } from '../../../core/contracts/scheduling';
import { deterministic } from '../../../simulator/engine';
import { accountAll, type ScalingPolicy } from '../../../simulator/platform';
import { ProvisionedMeter } from '../../../simulator/platform/provisioned-meter';
import { at, lane, run, times } from './setups';

/** Does each action at its minute, and remembers what it saw. */
function script(actions: Readonly<Record<number, ScalingAction>>) {
  const seen: { requested: number; allocated: number; status: string }[] = [];
  const policy: ScalingPolicy = {
    name: 'script',
    decide: ({ capacity }, _, __, nowMs) => {
      seen.push({
        requested: capacity.provisionedRequested,
        allocated: capacity.provisionedAllocated,
        status: capacity.provisionedStatus,
      });
      const action = actions[nowMs / 60_000];
      return action === undefined ? [] : [action];
    },
  };
  return { policy, seen };
}
const provision = (environments: number): ScalingAction => ({ kind: 'provision', environments, from: 0 });

describe('provisioned concurrency', () => {
  it('is usable only when all of it is there, after its lag and 6,000 a minute', () => {
    const { policy, seen } = script({ 1: provision(200) });
    run({ policy, untilSeconds: 240, account: { concurrencyLimit: 1000, reservedElsewhere: 0 } });
    // 90 s of lag and 2 s for 200 of them: at 152 s, seen at 180 s.
    expect(seen.slice(0, 3)).toEqual([
      { requested: 0, allocated: 0, status: 'none' },
      { requested: 200, allocated: 0, status: 'in-progress' },
      { requested: 200, allocated: 200, status: 'ready' },
    ]);
  });

  it('serves without an init, and spills over to on demand beyond itself', () => {
    const platform = run({ lanes: [lane({ arrivals: times(5, 10), provisioned: 3 })] });
    expect(Array.from(platform.events.cold)).toEqual([0, 0, 0, 1, 1]);
  });

  it('takes no more than ten requests a second for each environment', () => {
    const arrivals = Float64Array.from({ length: 40 }, (_, index) => 5 + index * 0.025);
    const platform = run({
      lanes: [
        lane({
          arrivals,
          provisioned: 1,
          overheadSeconds: 0.001,
          record: deterministic(0.001),
          pollers: { mode: 'provisioned', least: 10, most: 10 },
        }),
      ],
    });
    const cold = platform.events.cold.reduce((sum, each) => sum + each, 0);
    // A burst of 10, and 9 more in .975 s; what is above that goes on demand.
    expect(accountAll(platform)[0]?.usage.provisionedBilledSeconds).toBeCloseTo(0.002 * 19, 9);
    expect(cold).toBeGreaterThan(0);
  });

  it('is refused whole where 100 would not stay unreserved, and what there is stays', () => {
    const { policy, seen } = script({ 1: provision(50), 4: provision(901) });
    run({ policy, untilSeconds: 360, account: { concurrencyLimit: 1000, reservedElsewhere: 0 } });
    expect(seen[4]).toEqual({ requested: 50, allocated: 50, status: 'failed' });
  });

  it('takes no second change while one is in progress', () => {
    const { policy, seen } = script({ 1: provision(50), 2: provision(60) });
    run({ policy, untilSeconds: 300 });
    expect(seen[3]).toEqual({ requested: 50, allocated: 50, status: 'ready' });
  });

  it('goes when it is released, the busy ones when their run ends', () => {
    const { policy } = script({ 1: { kind: 'release', from: 4 } });
    const platform = run({
      policy,
      lanes: [lane({ arrivals: at(59.9, 61), provisioned: 4 })],
      keepAliveSeconds: 10,
    });
    expect(Array.from(platform.events.cold)).toEqual([0, 1]);
    expect(platform.lanes[0]?.environments).toBe(0);
  });

  it('takes its share of the account’s concurrency, used or not', () => {
    const platform = run({
      lanes: [lane({ arrivals: times(30, 1) }), lane({ provisioned: 15 })],
      account: { concurrencyLimit: 20, reservedElsewhere: 0 },
    });
    expect(accountAll(platform)[0]?.usage.coldStarts).toBe(5);
  });
});

describe('its bill', () => {
  it('is rounded up to five minutes, by level and by configuration', () => {
    const meter = new ProvisionedMeter();
    meter.set(0, 2);
    meter.set(400, 5);
    meter.set(500, 1);
    meter.set(1000, 0);
    // Levels: 0-1000, 0-500, three of 100 s. Configurations: 2 for 400 s, 5 for 100 s, 1 for 500 s.
    expect(meter.between(0, 2000)).toEqual({
      perLevel: 1200 + 600 + 3 * 300,
      perConfiguration: 2 * 600 + 5 * 300 + 600,
    });
  });

  it('counts what is still held as given back at the end', () => {
    const meter = new ProvisionedMeter();
    meter.set(100, 3);
    expect(meter.between(0, 450)).toEqual({ perLevel: 1800, perConfiguration: 1800 });
    expect(meter.between(400, 450)).toEqual({ perLevel: 900, perConfiguration: 900 });
  });
});
