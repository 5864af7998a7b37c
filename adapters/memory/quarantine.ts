import { createHash } from 'node:crypto';
import type { Quarantine } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

export function createMemoryQuarantine({ world }: { readonly world: MemoryWorld }): Quarantine {
  return {
    keep: (batch) =>
      perform(world, 'quarantine', 'keep', [batch], () => {
        const digest = createHash('sha256').update(JSON.stringify(batch.entries)).digest('hex');
        const key = `${batch.stage}/${digest}.json`;
        world.state.quarantined[key] = batch.entries;
        return key;
      }),
  };
}
