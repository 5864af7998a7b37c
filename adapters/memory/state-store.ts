import {
  checkClaim,
  checkCommit,
  checkMark,
  type FailedMark,
  type StaleMark,
  type StateCommit,
  type StateKey,
  type StateRead,
  type StateResult,
  type StateWrite,
  stateKeyText,
} from '../../core/contracts/state';
import {
  beginChecks,
  failedChecks,
  isBegun,
  isMarkedFailed,
  isMarkedStale,
  isPut,
  isWritten,
  putChecks,
  readChecks,
  type StateCheck,
  type StateRefusal,
  staleChecks,
} from '../../core/contracts/state-conditions';
import type { BeginAnswer, MarkAnswer, StateCommitAnswer, StateCommitRefusal, StateStore } from '../../core/ports';
import { holds, type MemoryWorld, perform } from './world';

export function createMemoryStateStore({ world }: { readonly world: MemoryWorld }): StateStore {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'states', name, args, execute);
  const find = (key: StateKey): StateResult | undefined => world.state.states[stateKeyText(key)];
  return {
    read: (key) => run('read', [key], () => find(key)),
    list: (application, instance) =>
      run('list', [application, instance], () =>
        Object.values(world.state.states)
          .filter(({ key }) => key.application === application && key.instance === instance)
          .sort((a, b) => Buffer.compare(Buffer.from(a.key.name), Buffer.from(b.key.name))),
      ),
    begin: async (claim, atMs) => {
      checkClaim(claim);
      return run('begin', [claim, atMs], (): BeginAnswer => {
        const found = find(claim.key);
        if (found === undefined && (claim.ifVersion ?? 0) > 0) return { status: 'refused', why: 'absent', found };
        const why = found && failing(world, beginChecks(found, claim));
        if (found && why !== undefined) {
          if (isBegun(found, claim)) return { status: 'begun', result: found };
          if (isPut(found, claim)) return { status: 'done', result: found };
          return { status: 'refused', why, found };
        }
        const { version = 0, value, basis = [] } = found ?? {};
        const { key, owner, token } = claim;
        const result: StateResult = { key, owner, token, version, value, basis, freshness: 'pending', sinceMs: atMs };
        return { status: 'begun', result: store(world, result) };
      });
    },
    put: async (write, atMs) => {
      checkCommit({ reads: [], writes: [write] });
      return run('put', [write, atMs], () => {
        const answer = commit(world, { reads: [], writes: [write] }, atMs);
        if (answer.status === 'committed') return { status: 'written' as const, version: write.ifVersion + 1 };
        if (answer.status === 'conflict') return answer;
        const { why = 'absent', found } = answer.refusals[0] ?? {};
        return { status: 'refused' as const, why, found };
      });
    },
    markStale: async (mark, atMs) => {
      checkMark(mark);
      return run('markStale', [mark, atMs], () =>
        change(world, find(mark.key), (found) => staleChecks(found, mark), isMarkedStale, mark, 'stale', atMs),
      );
    },
    markFailed: async (mark, atMs) => {
      checkMark(mark);
      return run('markFailed', [mark, atMs], () =>
        change(world, find(mark.key), (found) => failedChecks(found, mark), isMarkedFailed, mark, 'failed', atMs),
      );
    },
    commitIfCurrent: async (given, atMs) => {
      checkCommit(given);
      return run('commitIfCurrent', [given, atMs], () => commit(world, given, atMs));
    },
  };
}

function change<Mark extends StaleMark | FailedMark>(
  world: MemoryWorld,
  found: StateResult | undefined,
  checks: (found: StateResult) => readonly StateCheck[],
  isRepeat: (found: StateResult, mark: Mark) => boolean,
  mark: Mark,
  freshness: 'stale' | 'failed',
  atMs: number,
): MarkAnswer {
  if (!found) return { status: 'refused', why: 'absent', found };
  if (isRepeat(found, mark)) return { status: 'marked' };
  const why = failing(world, checks(found));
  if (why !== undefined) return { status: 'refused', why, found };
  store(world, { ...found, freshness, reason: mark.reason, sinceMs: atMs });
  return { status: 'marked' };
}

function commit(world: MemoryWorld, { reads, writes }: StateCommit, atMs: number): StateCommitAnswer {
  const refusals: StateCommitRefusal[] = [];
  const look = <Each extends StateRead | StateWrite>(
    of: 'read' | 'write',
    items: readonly Each[],
    checks: (found: StateResult, each: Each) => readonly StateCheck[],
    /** Where there is nothing. */
    holdsOfNothing: (each: Each) => boolean,
  ): void => {
    // Most commits refuse nothing, and a simulation makes many.
    for (const [index, each] of items.entries()) {
      const found = world.state.states[stateKeyText(each.key)];
      const absent = holdsOfNothing(each) ? undefined : ('absent' as const);
      const why = found ? failing(world, checks(found, each)) : absent;
      if (why !== undefined) refusals.push({ of, index, why, found });
    }
  };
  look('read', reads, readChecks, ({ version }) => version === 0);
  look('write', writes, putChecks, () => false);
  const repeated = ({ of, index, found }: StateCommitRefusal) => {
    const write = writes[index];
    return of === 'write' && found !== undefined && write !== undefined && isWritten(found, write);
  };
  if (writes.length > 0 && refusals.filter(repeated).length === writes.length) return { status: 'committed' };
  if (refusals.length > 0 && !world.without.has('commit: reads and writes all or nothing'))
    return { status: 'refused', refusals };
  writes.forEach((write, index) => {
    if (refusals.some((each) => each.of === 'write' && each.index === index)) return;
    const { key, owner, token, ifVersion } = write;
    const [value, version] = [asJson(write.value), ifVersion + 1];
    store(world, { key, owner, token, value, version, basis: reads, freshness: 'current', sinceMs: atMs });
  });
  return refusals.length > 0 ? { status: 'refused', refusals } : { status: 'committed' };
}

const failing = (world: MemoryWorld, checks: readonly StateCheck[]): StateRefusal | undefined =>
  checks.find((each) => !holds(world, each.condition, each.held))?.why;

function store(world: MemoryWorld, result: StateResult): StateResult {
  world.state.states[stateKeyText(result.key)] = result;
  return result;
}

/** Like a database: what the caller does with its value afterwards changes nothing here. */
const asJson = (value: unknown): unknown =>
  typeof value === 'string' ? value : JSON.parse(JSON.stringify(value) ?? 'null');
