import type { Claims } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

type Read = Awaited<ReturnType<Claims['read']>>;

/** `world.state.objects`. */
export function createMemoryClaims({ world }: { readonly world: MemoryWorld }): Claims {
  return {
    read: (key, maxBytes) =>
      perform(world, 'claims', 'read', [key, maxBytes], (): Read => {
        const text = world.state.objects[key];
        if (text === undefined) return { status: 'missing' };
        const body = new TextEncoder().encode(text);
        return body.length > maxBytes ? { status: 'too-large', bytes: body.length } : { status: 'ok', body };
      }),
    put: (key, body) =>
      perform(world, 'claims', 'put', [key], () => {
        world.state.objects[key] = new TextDecoder().decode(body);
      }),
  };
}
