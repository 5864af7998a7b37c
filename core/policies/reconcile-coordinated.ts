/** The part of the sweep's decision that is about sagas: nobody is asked before the due time, and an end without an outcome is mended. */
import type { Envelope } from '../contracts/event';
import type { LedgerRecord, OutcomeCommit, OutcomeKind, RecordKey } from '../contracts/ledger';
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
    const position = record?.progress?.position;
    if (position === undefined || asked === undefined || !isDue(record, nowMs)) continue;
    const { execution, instance } = record?.progress?.coordinated ?? {};
    // What ran for another event is compared with that one's outcome.
    const isOwn = asked.state === 'ended' && execution !== undefined && instance !== undefined;
    const ran = isOwn ? { ran: { instance, execution } } : {};
    const outcomeOf = (kind: OutcomeKind, reason: string): OutcomeCommit => {
      const chain = `${position.chain}@${position.version}`;
      // A run that began in between stands further on.
      return {
        key,
        generation,
        outcome: { ...unreactedOutcome(envelope, kind, reason, nowMs), chain, ...ran },
        atMostStage: position.stage,
      };
    };
    if (asked.state === 'other') commits.push(outcomeOf(asked.kind, asked.reason));
    if (asked.state !== 'ended') continue;
    const runs = position.stage + 1;
    if (!asked.stopped && runs < MOST_RUNS) reruns.push({ key, generation });
    else commits.push(outcomeOf('DEAD', runs > 1 ? `${asked.reason} (${runs} runs)` : asked.reason));
  }
  return { reruns, commits };
}
