import type { EventBus } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

export function createMemoryEventBus({ world }: { readonly world: MemoryWorld }): EventBus {
  return {
    publish: (events) =>
      perform(world, 'bus', 'publish', [events], () => {
        world.state.published = [...world.state.published, ...events];
        return [] as readonly number[];
      }),
  };
}
