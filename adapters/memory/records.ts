import type {
  CommitGroup,
  CommitResult,
  ContextWrite,
  LedgerRecord,
  OutcomeCommit,
  RecordKey,
} from '../../core/contracts/ledger';
import type { Records } from '../../core/ports';
import { holds, type MemoryWorld, perform } from './world';

const isWithin = (atMs: number, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): boolean =>
  atMs >= fromMs && atMs <= toMs;
const idOf = (key: RecordKey): string => `${key.key}#${key.generation}`;

export function createMemoryRecords({ world }: { readonly world: MemoryWorld }): Records {
  const run = <Answer>(name: string, args: readonly unknown[], execute: () => Answer) =>
    perform(world, 'records', name, args, execute);
  const stored = (key: RecordKey): LedgerRecord | undefined => world.state.records[idOf(key)];
  const find = (keys: readonly RecordKey[]) => keys.flatMap((key) => stored(key) ?? []);
  return {
    read: (keys) => run('read', [keys], () => find(keys)),
    // A hook answers with less where a test wants an answer of a moment ago.
    readEventually: (keys) => run('readEventually', [keys], () => find(keys)),
    dead: (query) =>
      run('dead', [query], () =>
        Object.values(world.state.records)
          .filter(({ outcome }) => outcome?.kind === 'DEAD' && isWithin(outcome.decidedAtMs, query))
          .sort((a, b) => (b.outcome?.decidedAtMs ?? 0) - (a.outcome?.decidedAtMs ?? 0))
          .slice(0, query.limit),
      ),
    latest: (key) =>
      run(
        'latest',
        [key],
        () =>
          Object.values(world.state.records)
            .filter((each) => each.key === key)
            .sort((a, b) => b.generation - a.generation)[0],
      ),
    commit: (group, attemptId) => run('commit', [group, attemptId], () => commit(world, group, attemptId)),
    putProgress: (key, progress) =>
      run('putProgress', [key, progress], () => {
        const before = stored(key);
        const forward = before?.progress === undefined || before.progress.position.stage < progress.position.stage;
        if (!holds(world, 'progress: only where there is no outcome', !before?.outcome)) return 'refused' as const;
        if (!holds(world, 'progress: forward only', forward)) return 'refused' as const;
        put(world, { ...(before ?? fresh(key)), progress });
        return 'written' as const;
      }),
    addBranch: (key, stage, branch, output) =>
      run('addBranch', [key, stage, branch, output], () => {
        const before = stored(key);
        const progress = before?.progress;
        if (!before || !progress) return { status: 'refused' as const };
        const held =
          holds(world, 'branch: only where there is no outcome', !before.outcome) &&
          holds(world, 'branch: only at its own stage', progress.position.stage === stage) &&
          holds(world, 'branch: only where it is not in the set', !(branch in progress.branches));
        if (!held) return { status: 'refused' as const };
        const branches = { ...progress.branches, [branch]: output };
        const record = put(world, { ...before, progress: { ...progress, branches } });
        return { status: 'written' as const, record };
      }),
    noteError: (key, error, attemptsRead) =>
      run('noteError', [key, error, attemptsRead], () => {
        const before = stored(key) ?? fresh(key);
        if (before.outcome || before.attempts !== attemptsRead) return;
        put(world, { ...before, attempts: before.attempts + 1, lastError: error });
      }),
  };
}

function fresh(key: RecordKey): LedgerRecord {
  return { key: key.key, generation: key.generation, attempts: 0 };
}

function put(world: MemoryWorld, record: LedgerRecord): LedgerRecord {
  world.state.records[idOf(record)] = record;
  world.state.stream = [...world.state.stream, record];
  return record;
}

function commit(world: MemoryWorld, group: CommitGroup, attemptId: string): CommitResult {
  const isTransaction = group.outcomes.length + group.contexts.length > 1;
  const content = isTransaction ? JSON.stringify(group) : '';
  const repeated = isTransaction ? world.state.tokens[attemptId] : undefined;
  if (repeated !== undefined) {
    if (repeated !== content) throw new Error(`IdempotentParameterMismatch: attempt ${attemptId} had another content`);
    return { status: 'committed' };
  }
  const refusedOutcomes = indexesWhere(group.outcomes, (each) => !outcomeHolds(world, each));
  const refusedContexts = indexesWhere(group.contexts, (each) => !contextHolds(world, each));
  const refused = refusedOutcomes.length + refusedContexts.length > 0;
  if (refused && !world.without.has('commit: outcome and contexts all or nothing'))
    return { status: 'refused', outcomes: refusedOutcomes, contexts: refusedContexts };
  group.outcomes.forEach((each, index) => {
    if (refusedOutcomes.includes(index)) return;
    // Progress goes with the outcome, as on AWS: nothing reads it any more.
    const { progress: _done, ...before } = world.state.records[idOf(each)] ?? fresh(each);
    put(world, { ...before, outcome: each.outcome });
  });
  group.contexts.forEach((each, index) => {
    if (!refusedContexts.includes(index)) world.state.contexts[each.next.key] = each.next;
  });
  if (refused) return { status: 'refused', outcomes: refusedOutcomes, contexts: refusedContexts };
  if (isTransaction) world.state.tokens[attemptId] = content;
  return { status: 'committed' };
}

function outcomeHolds(world: MemoryWorld, each: OutcomeCommit): boolean {
  const before = world.state.records[idOf(each)];
  const stage = before?.progress?.position.stage;
  const notFurther = each.atMostStage === undefined || stage === undefined || stage <= each.atMostStage;
  return (
    holds(world, 'outcome: only where there is none', !before?.outcome) &&
    holds(world, 'outcome: DEAD and EXPIRED only where progress is no further', notFurther)
  );
}

function contextHolds(world: MemoryWorld, write: ContextWrite): boolean {
  const version = world.state.contexts[write.next.key]?.version ?? 0;
  return holds(world, 'context: only at the version that was read', version === write.expectedVersion);
}

function indexesWhere<Item>(items: readonly Item[], test: (item: Item) => boolean): number[] {
  return items.flatMap((each, index) => (test(each) ? [index] : []));
}
