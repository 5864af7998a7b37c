import type { SagaControl, SagaGate } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

const OPEN: SagaGate = { paused: false, cancelled: false };
const idOf = (application: string, instance: string) => `${application}#${instance}`;

export function createMemorySagaControl({ world }: { readonly world: MemoryWorld }): SagaControl {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'sagaControl', name, args, execute);
  const gateOf = (id: string): SagaGate => world.state.gates[id] ?? OPEN;
  return {
    gate: (application, instance) => run('gate', [application, instance], () => gateOf(idOf(application, instance))),
    setPaused: (application, instance, paused) =>
      run('setPaused', [application, instance, paused], () => {
        const id = idOf(application, instance);
        world.state.gates[id] = { ...gateOf(id), paused };
      }),
    setCancelled: (application, instance, cancelled, reason) =>
      run('setCancelled', [application, instance, cancelled, reason], () => {
        const id = idOf(application, instance);
        const { paused } = gateOf(id);
        world.state.gates[id] = { paused, cancelled, ...(cancelled && reason !== undefined ? { reason } : {}) };
      }),
  };
}
