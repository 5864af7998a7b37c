/** Carries out a commit plan: computes each chunk, commits it, and deals with what a refusal or a conflict leaves. */
import { createHash } from 'node:crypto';
import { RetryableError } from '../../../core/contracts/errors';
import type { CommitGroup, ContextItem } from '../../../core/contracts/ledger';
import { foldCandidates } from '../../../core/units/fold';
import { handleRefusal } from './handle-refusal';
import type { CommitPlan } from './plan-commit';
import { giveBack, hold } from './settle';
import type { CandidateWork, Runner, Settled, SettledWork } from './types';
import { mapLimit } from './types';

/** Commits of one chunk before its records go back to the queue. */
const MOST_ATTEMPTS = 6;
const FIRST_WAIT_MS = 8;

/** Groups run side by side; what has not begun by `untilMs` goes back without an error of its own. */
export async function commitPlan(
  runner: Runner,
  plan: CommitPlan<CandidateWork>,
  contexts: ReadonlyMap<string, ContextItem>,
  untilMs: number,
): Promise<SettledWork[]> {
  const groups = await mapLimit(plan, runner.settings.parallel, async (chunks) => {
    const settled: SettledWork[] = [];
    let known: ReadonlyMap<string, ContextItem> | undefined = contexts;
    for (const chunk of chunks) {
      settled.push(...(await commitOrGiveBack(runner, chunk, known, untilMs)));
      // A later chunk of a group shares a context that the one before it has just written.
      known = undefined;
    }
    return settled;
  });
  return groups.flat();
}

async function commitOrGiveBack(
  runner: Runner,
  chunk: readonly CandidateWork[],
  contexts: ReadonlyMap<string, ContextItem> | undefined,
  untilMs: number,
): Promise<SettledWork[]> {
  if (runner.tools.now() >= untilMs) return each(chunk, (work) => hold(runner, work.delivery, 0));
  const settled = new Map<CandidateWork, Settled>();
  try {
    await commitChunk(runner, chunk, contexts, settled);
  } catch (error) {
    for (const work of chunk) if (!settled.has(work)) settled.set(work, await giveBack(runner, work, error));
  }
  return chunk.map((work) => ({ delivery: work.delivery, settled: settled.get(work) ?? { status: 'returned' } }));
}

async function commitChunk(
  runner: Runner,
  chunk: readonly CandidateWork[],
  known: ReadonlyMap<string, ContextItem> | undefined,
  settled: Map<CandidateWork, Settled>,
): Promise<void> {
  const { ports, tools } = runner;
  let left = chunk;
  let contexts = known ?? (await readContexts(runner, left));
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    const fold = foldCandidates(left, contexts, tools.now());
    for (const { candidate, error } of fold.failed) settled.set(candidate, await giveBack(runner, candidate, error));
    if (fold.members.length === 0) return;
    const result = await ports.records.commit(fold.group, attemptId(runner, fold.members, attempt));
    if (result.status === 'committed') {
      fold.members.forEach((work, index) => {
        settled.set(work, committed(fold.group, index));
      });
      return;
    }
    const refused = result.status === 'refused' ? result.outcomes : [];
    for (const index of refused) {
      const work = fold.members[index];
      if (work !== undefined) settled.set(work, await settleRefused(runner, work));
    }
    left = fold.members.filter((_, index) => !refused.includes(index));
    if (left.length === 0) return;
    if (refused.length > 0 && result.status === 'refused' && result.contexts.length === 0) continue;
    await tools.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + 0.5 * tools.random()));
    contexts = await readContexts(runner, left);
  }
  throw new RetryableError(`${MOST_ATTEMPTS} commits in conflict with others`);
}

async function settleRefused(runner: Runner, work: CandidateWork): Promise<Settled> {
  try {
    return await handleRefusal(runner, work);
  } catch (error) {
    return giveBack(runner, work, error);
  }
}

/** One batched read of all contexts that these records touch. */
export async function readContexts(
  runner: Runner,
  works: readonly { readonly contextKeys: readonly string[] }[],
): Promise<ReadonlyMap<string, ContextItem>> {
  const keys = [...new Set(works.flatMap((work) => work.contextKeys))];
  if (keys.length === 0) return new Map();
  return new Map((await runner.ports.contexts.read(keys)).map((item) => [item.key, item]));
}

function committed(group: CommitGroup, index: number): Settled {
  const outcome = group.outcomes[index]?.outcome;
  if (outcome === undefined) throw new RangeError(`no outcome ${index} in the group`);
  const status = outcome.kind === 'DEAD' ? 'dead' : outcome.kind === 'EXPIRED' ? 'expired' : 'done';
  return { status, latencyMs: outcome.decidedAtMs - outcome.acceptedAtMs };
}

/** New for every attempt: it guards a lost answer of this one, and another content under the same id would be refused. */
function attemptId({ tools }: Runner, members: readonly CandidateWork[], attempt: number): string {
  const receives = members.map(({ delivery }) => `${delivery.messageId}/${delivery.receiptHandle}`);
  return createHash('sha256')
    .update([...receives, attempt, tools.now(), tools.random()].join(' '))
    .digest('hex')
    .slice(0, 32);
}

function each(
  works: readonly CandidateWork[],
  settle: (work: CandidateWork) => Promise<Settled>,
): Promise<SettledWork[]> {
  return Promise.all(works.map(async (work) => ({ delivery: work.delivery, settled: await settle(work) })));
}
