import type { ContextStore } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

export function createMemoryContextStore({ world }: { readonly world: MemoryWorld }): ContextStore {
  return {
    read: (keys) =>
      perform(world, 'contexts', 'read', [keys], () =>
        keys.flatMap((key) => {
          const item = world.state.contexts[key];
          return item ? [item] : [];
        }),
      ),
  };
}
