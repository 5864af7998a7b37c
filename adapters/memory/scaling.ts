/** A lane's load and capacity as plain data that a test sets and looks at. */
import type { AccountObservation, LaneCapacity } from '../../core/contracts/scheduling';
import type { Capacity, LaneLoad, Loads } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

export interface ScalingWorld {
  readonly loads: Record<string, LaneLoad>;
  readonly capacities: Record<string, Omit<LaneCapacity, 'form'>>;
  account: AccountObservation;
}

export function createMemoryLoads({
  world,
  scaling,
}: {
  readonly world: MemoryWorld;
  readonly scaling: ScalingWorld;
}): Loads {
  return {
    read: (lanes, nowMs) =>
      perform(world, 'loads', 'read', [lanes, nowMs], () => {
        const found = lanes.map(({ lane, fromMinute }) => {
          const load = scaling.loads[lane];
          if (load === undefined) throw new RangeError(`no load of lane ${lane}`);
          return [lane, { ...load, arrivals: load.arrivals.filter(({ minute }) => minute >= fromMinute) }] as const;
        });
        return new Map(found);
      }),
  };
}

/** A request is allocated at once, as it is on the emulator. */
export function createMemoryCapacity({
  world,
  scaling,
}: {
  readonly world: MemoryWorld;
  readonly scaling: ScalingWorld;
}): Capacity {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'capacity', name, args, execute);
  const of = (lane: string) => {
    const capacity = scaling.capacities[lane];
    if (capacity === undefined) throw new RangeError(`no capacity of lane ${lane}`);
    return capacity;
  };
  const change = (lane: string, more: Partial<LaneCapacity>) => {
    scaling.capacities[lane] = { ...of(lane), ...more };
  };
  return {
    read: (lane) => run('read', [lane], () => of(lane)),
    account: () => run('account', [], () => scaling.account),
    provision: (lane, environments) =>
      run('provision', [lane, environments], () =>
        change(lane, {
          provisionedRequested: environments,
          provisionedAllocated: environments,
          provisionedStatus: 'ready',
        }),
      ),
    release: (lane) =>
      run('release', [lane], () =>
        change(lane, { provisionedRequested: 0, provisionedAllocated: 0, provisionedStatus: 'none' }),
      ),
    updateMapping: (lane, settings) => run('updateMapping', [lane, settings], () => change(lane, { ...settings })),
  };
}
