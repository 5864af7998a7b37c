import type { Acceptance } from '../../core/contracts/ledger';
import type { Acceptances } from '../../core/ports';
import { holds, type MemoryWorld, perform, type StoredAcceptance } from './world';

export function createMemoryAcceptances({ world }: { readonly world: MemoryWorld }): Acceptances {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'acceptances', name, args, execute);
  const change = (stored: StoredAcceptance, part: Partial<Acceptance>): void => {
    const acceptance = { ...stored.acceptance, ...part };
    world.state.acceptances[acceptance.key] = { ...stored, acceptance };
  };
  const openOne = (key: string): StoredAcceptance | undefined => {
    const stored = world.state.acceptances[key];
    return stored?.closedAtMs === undefined ? stored : undefined;
  };
  return {
    accept: (acceptance) =>
      run('accept', [acceptance], () => {
        const stored = world.state.acceptances[acceptance.key];
        if (!holds(world, 'acceptance: put only where there is none', !stored))
          return { status: 'exists' as const, stored: stored?.acceptance };
        world.state.acceptances[acceptance.key] = { acceptance };
        return { status: 'accepted' as const };
      }),
    markHandedOver: (key) =>
      run('markHandedOver', [key], () => {
        const stored = openOne(key);
        if (stored) change(stored, { handedOver: true });
      }),
    close: (key, atMs) =>
      run('close', [key, atMs], () => {
        const stored = openOne(key);
        if (stored) world.state.acceptances[key] = { ...stored, closedAtMs: atMs };
      }),
    moveDue: (key, fromMs, toMs, resentAtMs) =>
      run('moveDue', [key, fromMs, toMs, resentAtMs], () => {
        const stored = openOne(key);
        if (!stored) return false;
        const held = stored.acceptance.dueAtMs === fromMs;
        if (!holds(world, 'acceptance: due time moved only from what was read', held)) return false;
        const counted = resentAtMs === undefined ? {} : { resends: stored.acceptance.resends + 1, resentAtMs };
        change(stored, { dueAtMs: toMs, ...counted });
        return true;
      }),
    moveLane: (key, fromMs, toMs, lane, atMs) =>
      run('moveLane', [key, fromMs, toMs, lane, atMs], () => {
        const stored = openOne(key);
        if (!stored) return false;
        const { dueAtMs, envelopes, resends } = stored.acceptance;
        if (!holds(world, 'acceptance: due time moved only from what was read', dueAtMs === fromMs)) return false;
        change(stored, {
          dueAtMs: toMs,
          lane,
          envelopes: envelopes.map((each) => ({ ...each, lane })),
          handedOver: false,
          resends: resends + 1,
          resentAtMs: atMs,
        });
        return true;
      }),
    open: (dueBeforeMs, limit) =>
      run('open', [dueBeforeMs, limit], () =>
        Object.values(world.state.acceptances)
          .filter((each) => each.closedAtMs === undefined && each.acceptance.dueAtMs < dueBeforeMs)
          .map((each) => each.acceptance)
          .sort((a, b) => a.dueAtMs - b.dueAtMs || (a.key < b.key ? -1 : 1))
          .slice(0, limit),
      ),
    read: (key) => run('read', [key], () => world.state.acceptances[key]?.acceptance),
  };
}
