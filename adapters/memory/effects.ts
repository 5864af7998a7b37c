import type { Effects } from '../../core/ports';
import { holds, type MemoryWorld, perform } from './world';

export function createMemoryEffects({ world }: { readonly world: MemoryWorld }): Effects {
  return {
    apply: (write) =>
      perform(world, 'effects', 'apply', [write], () => {
        const id = `${write.collection}#${write.key}`;
        const before = world.state.effects[id];
        const newer = !before || before.version < write.version;
        if (!holds(world, 'effect: only where absent or newer', newer)) return 'stale' as const;
        world.state.effects[id] = write;
        return 'applied' as const;
      }),
    read: (collection, key) =>
      perform(world, 'effects', 'read', [collection, key], () => world.state.effects[`${collection}#${key}`]),
  };
}
