/**
 * One commit's content: the records of a group are folded one after the other over the contexts they share, so that a context is
 * written once however many events of a batch touch it. Pure: told the contexts and the time, it gives the same commit.
 */
import { TerminalError } from '../contracts/errors';
import type { Envelope, Position } from '../contracts/event';
import type {
  CommitGroup,
  ContextItem,
  ContextWrite,
  NodeOutput,
  Outcome,
  OutcomeCommit,
  OutcomeKind,
} from '../contracts/ledger';
import { stageOf } from '../policies/decide-refusal';
import { compareSequences, isSuperseded } from '../policies/sequence';
import type { LocatedChain } from './choose-chain';
import { runRest, type Situation, type StageRun } from './run-stage';

/** A record that this invocation wants to give its outcome. */
export interface Candidate {
  readonly envelope: Envelope;
  readonly position?: Position;
  readonly located?: LocatedChain;
  /** Outputs of the stages that are done. */
  readonly before: readonly NodeOutput[];
  /** The contexts that its last stage reads. */
  readonly contextKeys: readonly string[];
  /** No commit was made for it yet, so its deadline still counts. */
  readonly first: boolean;
  /** Decided before the commit: no chain, or a terminal error in a stage. */
  readonly verdict?: { readonly kind: OutcomeKind; readonly reason: string };
}

export interface Fold<C extends Candidate> {
  readonly group: CommitGroup;
  /** The candidates of `group.outcomes`, index by index. */
  readonly members: readonly C[];
  /** Those whose units threw what a retry may mend. */
  readonly failed: readonly { readonly candidate: C; readonly error: unknown }[];
}

/** Whether an event's deadline (`expirytime`) has passed. An unreadable one counts as none: ingestion has refused those. */
export function isExpired(envelope: Pick<Envelope, 'event'>, nowMs: number): boolean {
  const { expirytime } = envelope.event;
  return expirytime !== undefined && Date.parse(expirytime) < nowMs;
}

export function foldCandidates<C extends Candidate>(
  candidates: readonly C[],
  stored: ReadonlyMap<string, ContextItem>,
  nowMs: number,
): Fold<C> {
  const working = new Map<string, ContextItem>();
  const context = (key: string) => working.get(key) ?? stored.get(key);
  const outcomes: OutcomeCommit[] = [];
  const members: C[] = [];
  const failed: { candidate: C; error: unknown }[] = [];
  for (const candidate of candidates) {
    try {
      const { commit, contexts } = decideOutcome(candidate, context, nowMs);
      outcomes.push(commit);
      members.push(candidate);
      for (const item of contexts) working.set(item.key, item);
    } catch (error) {
      failed.push({ candidate, error });
    }
  }
  return { group: { outcomes, contexts: [...working.values()].map((item) => toWrite(item, stored)) }, members, failed };
}

type ContextOf = (key: string) => ContextItem | undefined;

function decideOutcome(candidate: Candidate, context: ContextOf, nowMs: number) {
  const { envelope, located, verdict } = candidate;
  const without = (kind: OutcomeKind, reason: string) => ({
    commit: outcomeCommit(candidate, { kind, reason, nowMs }),
    contexts: [],
  });
  if (verdict !== undefined) return without(verdict.kind, verdict.reason);
  if (candidate.first && isExpired(envelope, nowMs))
    return without('EXPIRED', `the deadline ${envelope.event.expirytime} had passed`);
  if (located === undefined) return without('DEAD', `no chain reacts to type ${envelope.event.type}`);
  const { sequence } = envelope.event;
  if (located.chain.sequenced && candidate.contextKeys.some((key) => isSuperseded(sequence, context(key)?.sequence)))
    return without('DONE', 'superseded');
  try {
    const run = runRest({ located, envelope, nowMs }, candidate.before, (key) => context(key)?.value);
    return {
      commit: outcomeCommit(candidate, { kind: 'DONE', reason: 'reacted', nowMs, run }),
      contexts: nextContexts(run, { located, envelope }, context),
    };
  } catch (error) {
    if (error instanceof TerminalError) return without('DEAD', error.message);
    throw error;
  }
}

function nextContexts(
  run: StageRun,
  { located, envelope }: Omit<Situation, 'nowMs'>,
  context: ContextOf,
): readonly ContextItem[] {
  const { sequence } = envelope.event;
  return [...run.contexts].map(([key, value]) => {
    const there = context(key);
    const last = later(there?.sequence, located.chain.sequenced ? sequence : undefined);
    return {
      key,
      version: there?.version ?? 0,
      n: (there?.n ?? 0) + 1,
      ...(last !== undefined && { sequence: last }),
      value,
    };
  });
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareSequences(a, b) >= 0 ? a : b;
}

/** One write adds one to the version, however many events were folded into it. */
function toWrite(item: ContextItem, stored: ReadonlyMap<string, ContextItem>): ContextWrite {
  const expectedVersion = stored.get(item.key)?.version ?? 0;
  return { next: { ...item, version: expectedVersion + 1 }, expectedVersion };
}

function outcomeCommit(
  { envelope, located, position }: Candidate,
  decided: { readonly kind: OutcomeKind; readonly reason: string; readonly nowMs: number; readonly run?: StageRun },
): OutcomeCommit {
  const { event } = envelope;
  const outcome: Outcome = {
    kind: decided.kind,
    reason: decided.reason,
    bodyDigest: envelope.bodyDigest,
    decidedAtMs: decided.nowMs,
    acceptedAtMs: envelope.acceptedAtMs,
    lane: envelope.lane,
    tenant: envelope.tenant,
    source: event.source,
    id: event.id,
    type: event.type,
    ...(located !== undefined && { chain: `${located.name}@${located.chain.version}` }),
    writes: decided.run?.writes ?? [],
    emits: decided.run?.emits ?? [],
    contexts: [...(decided.run?.contexts.keys() ?? [])],
  };
  const bounded = decided.kind === 'DEAD' || decided.kind === 'EXPIRED';
  return {
    key: envelope.key,
    generation: envelope.generation,
    outcome,
    ...(bounded && { atMostStage: stageOf(position) }),
  };
}
