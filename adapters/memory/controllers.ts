import { type DecisionRecord, stricterMode } from '../../core/contracts/scheduling';
import type { Controllers } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

/** Everybody's switch lies under this name, which no lane can have. */
const ALL = '*';

export function createMemoryControllers({ world }: { readonly world: MemoryWorld }): Controllers {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'controllers', name, args, execute);
  const held = (lane: string, token: number) => world.state.leases[lane]?.token === token;
  const store = (decision: DecisionRecord) => {
    const others = (world.state.decisions[decision.lane] ?? []).filter(({ atMs }) => atMs !== decision.atMs);
    world.state.decisions[decision.lane] = [...others, decision].sort((a, b) => b.atMs - a.atMs);
  };
  return {
    mode: (lane) => run('mode', [lane], () => stricterMode(world.state.modes[ALL], world.state.modes[lane])),
    setMode: (lane, mode) =>
      run('setMode', [lane, mode], () => {
        world.state.modes[lane ?? ALL] = mode;
      }),
    acquire: (lane, nowMs, untilMs) =>
      run('acquire', [lane, nowMs, untilMs], () => {
        const before = world.state.leases[lane];
        if (before !== undefined && before.untilMs > nowMs) return undefined;
        const token = (before?.token ?? 0) + 1;
        world.state.leases[lane] = { token, untilMs, state: before?.state };
        return { token, state: before?.state };
      }),
    begin: (token, decision) =>
      run('begin', [token, decision], () => {
        if (!held(decision.lane, token)) return false;
        store(decision);
        return true;
      }),
    finish: (token, decision, state) =>
      run('finish', [token, decision, state], () => {
        if (!held(decision.lane, token)) return false;
        store(decision);
        world.state.leases[decision.lane] = { token, untilMs: 0, state };
        return true;
      }),
    decisions: (lane, { limit, untilMs }) =>
      run('decisions', [lane, limit, untilMs], () =>
        (world.state.decisions[lane] ?? [])
          .filter(({ atMs }) => atMs <= (untilMs ?? Number.POSITIVE_INFINITY))
          .slice(0, limit),
      ),
  };
}
