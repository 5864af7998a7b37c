import type { MonitorStates } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

export function createMemoryMonitorStates({ world }: { readonly world: MemoryWorld }): MonitorStates {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'monitorStates', name, args, execute);
  return {
    read: (functionName) =>
      run('read', [functionName], () => world.state.monitorStates[functionName] ?? { state: undefined, version: 0 }),
    put: (functionName, state, version) =>
      run('put', [functionName, state, version], () => {
        if ((world.state.monitorStates[functionName]?.version ?? 0) !== version) return false;
        world.state.monitorStates[functionName] = { state, version: version + 1 };
        return true;
      }),
  };
}
