/** The part of the sweep's decision that is about sagas: nobody is asked before the due time, and an end without an outcome is mended. */
import type { Envelope } from '../contracts/event';
import type { LedgerRecord, OutcomeCommit, OutcomeKind, Progress, RecordKey } from '../contracts/ledger';
import { unreactedOutcome } from './unreacted-outcome';

/** Executions of one event and generation before it is DEAD: the first, and three recoveries. */
export const MOST_RUNS = 4;

/** What an overdue saga's execution is found to be. */
export type AskedExecution =
  | { readonly state: 'running' | 'missing' }
  /** It ended, and the event that it ran for is this one. `stopped`: by a person. */
  | { readonly state: 'ended'; readonly stopped: boolean; readonly reason: string }
  /** It ran for another event with the same business key, and that one has its outcome. */
  | { readonly state: 'other'; readonly kind: OutcomeKind; readonly reason: string };

/** What an end without an outcome asks for: another run, or an outcome after all. */
export interface Mending {
  readonly reruns: readonly RecordKey[];
  readonly commits: readonly OutcomeCommit[];
}

interface OpenEvent {
  readonly envelope: Envelope;
  readonly record: LedgerRecord | undefined;
}
type Asked = ReadonlyMap<string, AskedExecution>;

export const isCoordinated = (record: LedgerRecord | undefined): boolean => record?.progress?.coordinated !== undefined;

/** Time to ask its execution: it has no outcome, and may have ended. */
export function isDue(record: LedgerRecord | undefined, nowMs: number): boolean {
  const due = record?.outcome === undefined ? record?.progress?.coordinated?.dueAtMs : undefined;
  return due !== undefined && due <= nowMs;
}

/** Found never to have been started: such an event is its lane's, like any other. */
export function isMissing({ key, generation }: Envelope, executions: Asked | undefined): boolean {
  return executions?.get(`${key}#${generation}`)?.state === 'missing';
}

export function mendSagas(events: readonly OpenEvent[], executions: Asked | undefined, nowMs: number): Mending {
  const reruns: RecordKey[] = [];
  const commits: OutcomeCommit[] = [];
  for (const { envelope, record } of events) {
    const { key, generation } = envelope;
    const asked = executions?.get(`${key}#${generation}`);
    const progress = record?.progress;
    if (progress === undefined || asked === undefined || !isDue(record, nowMs)) continue;
    const outcomeOf = (kind: OutcomeKind, reason: string) => sagaOutcome(envelope, progress, { kind, reason }, nowMs);
    if (asked.state === 'other') commits.push(outcomeOf(asked.kind, asked.reason));
    if (asked.state !== 'ended') continue;
    const runs = progress.position.stage + 1;
    if (!asked.stopped && runs < MOST_RUNS) reruns.push({ key, generation });
    else
      commits.push(ofItsOwn(outcomeOf('DEAD', runs > 1 ? `${asked.reason} (${runs} runs)` : asked.reason), progress));
  }
  return { reruns, commits };
}

/** The outcome of an event that a saga has, as long as its record stands where it was read: a run that began in between stands further on. */
export function sagaOutcome(
  envelope: Envelope,
  { position }: Pick<Progress, 'position'>,
  { kind, reason }: { readonly kind: OutcomeKind; readonly reason: string },
  nowMs: number,
): OutcomeCommit {
  const { key, generation } = envelope;
  const chain = `${position.chain}@${position.version}`;
  const outcome = { ...unreactedOutcome(envelope, kind, reason, nowMs), chain };
  return { key, generation, outcome, atMostStage: position.stage };
}

/** What ran for another event is compared with that one's outcome; what ran for this one, with this. */
function ofItsOwn(commit: OutcomeCommit, { coordinated }: Progress): OutcomeCommit {
  const { execution, instance } = coordinated ?? {};
  if (execution === undefined || instance === undefined) return commit;
  return { ...commit, outcome: { ...commit.outcome, ran: { instance, execution } } };
}
