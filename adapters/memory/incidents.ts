import type { Incident } from '../../core/contracts/incident';
import type { Incidents, ReadIncident } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

export function createMemoryIncidents({ world }: { readonly world: MemoryWorld }): Incidents {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'incidents', name, args, execute);
  const isThere = (id: string, read: ReadIncident) => {
    const { version = 0, token = 0 } = world.state.incidents[id] ?? {};
    return version === read.version && token === read.token;
  };
  const store = (next: Incident, read: ReadIncident) => {
    world.state.incidents[next.id] = { ...next, version: read.version + 1 };
  };
  return {
    read: (id) => run('read', [id], () => world.state.incidents[id]),
    put: (next, read) =>
      run('put', [next, read], () => {
        if (!isThere(next.id, read)) return false;
        store(next, read);
        return true;
      }),
    begin: (next, read, limits) =>
      run('begin', [next, read, limits], () => {
        const { recovery } = world.state;
        if (recovery.mode === 'off') return 'off' as const;
        if (!isThere(next.id, read) || recovery.version !== limits.version) return 'conflict' as const;
        store(next, read);
        world.state.recovery = { ...recovery, limits: limits.next, version: limits.version + 1 };
        return 'begun' as const;
      }),
    limits: () =>
      run('limits', [], () => ({ limits: world.state.recovery.limits, version: world.state.recovery.version })),
    putLimits: (next, version) =>
      run('putLimits', [next, version], () => {
        if (world.state.recovery.version !== version) return false;
        world.state.recovery = { ...world.state.recovery, limits: next, version: version + 1 };
        return true;
      }),
    mode: () => run('mode', [], () => world.state.recovery.mode),
    setMode: (mode) =>
      run('setMode', [mode], () => {
        world.state.recovery = { ...world.state.recovery, mode };
      }),
    due: (nowMs, limit) =>
      run('due', [nowMs, limit], () =>
        Object.values(world.state.incidents)
          .filter(({ dueAtMs }) => dueAtMs !== undefined && dueAtMs <= nowMs)
          .sort((a, b) => (a.dueAtMs ?? 0) - (b.dueAtMs ?? 0))
          .slice(0, limit)
          .map(({ id }) => id),
      ),
  };
}
