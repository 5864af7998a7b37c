/** Proves what a reservation of concurrency does: the lane has it whatever others do, has no more, and the account's pool is that much smaller. */
import type { ScalingAction } from '../../../core/contracts/scheduling';
import { accountAll, type LaneSetting, type PlatformSetting } from '../../../simulator/platform';
import { at, lane, run, times } from './setups';

const ACCOUNT = { concurrencyLimit: 130, reservedElsewhere: 0 };
/** 300 pollers' worth from the start: only the account stands in its way. */
const FLOOD = lane({
  arrivals: times(200, 1),
  pollers: { mode: 'provisioned', least: 30, most: 30 },
});
const reserving = (reserved: number, over: Partial<LaneSetting> = {}) => lane({ reserved, ...over });
const latencies = (over: Partial<PlatformSetting>) =>
  accountAll(run({ account: ACCOUNT, ...over })).map((each) => Array.from(each.latencySeconds));

it('is the most that the lane runs at once: what is above it waits in the queue', () => {
  // Cold: 2 s of init and .5 s of work; then .5 s each, three at a time.
  expect(latencies({ lanes: [reserving(3, { arrivals: times(10, 1) })] })).toEqual([
    [2.5, 2.5, 2.5, 3, 3, 3, 3.5, 3.5, 3.5, 4],
  ]);
});

it('is there for the lane while another takes all that the account has', () => {
  const [, own] = latencies({ lanes: [FLOOD, reserving(10, { arrivals: at(2, 2, 2) })] });
  expect(own).toEqual([2.5, 2.5, 2.5]);
});

it('makes the pool of the others smaller, used or not', () => {
  const started = (lanes: readonly LaneSetting[]) =>
    accountAll(run({ account: ACCOUNT, lanes }))[0]?.usage.coldStarts ?? 0;
  expect(started([FLOOD, lane()])).toBe(130);
  expect(started([FLOOD, reserving(10)])).toBe(120);
});

it('does not hand what it has free to a lane that waits', () => {
  const [flood] = latencies({ lanes: [FLOOD, reserving(10, { arrivals: at(2) })] });
  expect(flood?.filter((each) => each === 2.5)).toHaveLength(120);
  expect(flood?.filter((each) => each === 3)).toHaveLength(80);
});

describe('its provisioned environments', () => {
  const provision = (environments: number): ScalingAction => ({ kind: 'provision', environments, from: 0 });
  const asks = (environments: number, index: number) => ({
    name: 'asks',
    decide: ({ terms }: { readonly terms: { readonly lane: string } }) =>
      terms.lane === `lane-${index}` ? [provision(environments)] : [],
  });
  const named = (index: number, each: LaneSetting): LaneSetting => ({
    ...each,
    terms: { ...each.terms, lane: `lane-${index}` },
  });
  const status = (environments: number, index: number) => {
    const lanes = [named(0, lane()), named(1, reserving(10))];
    const platform = run({ account: ACCOUNT, lanes, policy: asks(environments, index), untilSeconds: 300 });
    return [platform.lanes[index]?.provisionedStatus, platform.lanes[index]?.provisionedAllocated];
  };

  it('are part of what is reserved, and refused beyond it', () => {
    expect(status(10, 1)).toEqual(['ready', 10]);
    expect(status(11, 1)).toEqual(['failed', 0]);
  });

  it('leave the other lanes what the account has unreserved, less a hundred', () => {
    expect(status(20, 0)).toEqual(['ready', 20]);
    expect(status(21, 0)).toEqual(['failed', 0]);
  });

  it('leave the lane the rest of its reservation on demand', () => {
    // Two warm ones and one more, which is cold; the fourth waits for a warm one.
    const lanes = [reserving(3, { provisioned: 2, arrivals: times(4, 1) })];
    expect(latencies({ lanes })).toEqual([[0.5, 0.5, 2.5, 1]]);
  });
});

it('is refused where less than a hundred would stay unreserved', () => {
  expect(() => run({ account: ACCOUNT, lanes: [reserving(31)] })).toThrow(RangeError);
  expect(() => run({ account: ACCOUNT, lanes: [reserving(30)] })).not.toThrow();
});
