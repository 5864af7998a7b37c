/**
 * The audit: does the balance hold? Every accepted event has exactly one outcome per generation or is in flight within its bound;
 * every keyed write of an outcome took effect exactly once, and nothing took effect without an outcome; each context has folded in
 * as many events as outcomes say; no batch of outcomes was given up unpublished; and whatever the sender wrote into its journal is accepted, quarantined or still in intake.
 * It only compares: reading the evidence is its caller's work.
 */

import type { JournalEntry } from '../contracts/journal';
import type { Acceptance, ContextItem, KeyedWrite, LedgerRecord, OutcomeKind } from '../contracts/ledger';
import { OUTCOME_KINDS } from '../contracts/ledger';
import type { QuarantinedEntry } from '../ports/quarantine';
import { checkContexts, checkEffects } from './audit-effects';
import { checkJournal } from './audit-journal';
import { acceptedEvents, checkOutcomes } from './audit-ledger';
import { narrowed } from './audit-scope';

export interface AuditInput {
  readonly nowMs: number;
  /** How long an event of each lane may be without an outcome: its receives, its re-sends and the time between sweeps. */
  readonly boundMsByLane: Readonly<Record<string, number>>;
  /** For a lane that is in no configuration any more, and for intake. */
  readonly defaultBoundMs: number;
  /** How long the publisher may take from outcome to effect. */
  readonly publishBoundMs: number;
  /** Everything, or what was accepted in [fromMs, toMs). */
  readonly window?: { readonly fromMs: number; readonly toMs: number };
  readonly journal?: readonly JournalEntry[];
  readonly acceptances: readonly AuditedAcceptance[];
  readonly records: readonly LedgerRecord[];
  readonly effects: readonly KeyedWrite[];
  readonly contexts: readonly ContextItem[];
  readonly quarantine: readonly QuarantinedEntry[];
  readonly depths: Depths;
}

export type AuditedAcceptance = Acceptance & { readonly closedAtMs?: number };

/** Messages by place, visible and in flight and delayed. */
export interface Depths {
  readonly intake: number;
  /** Intake, rule and stream failure places: kept, but nobody will take them up by himself. */
  readonly intakeDeadLetters: number;
  /** Batches that the publisher gave up: those that wait for the republisher, and those that it gave up as well. */
  readonly unpublished: { readonly waiting: number; readonly givenUp: number };
  readonly lanes: Readonly<Record<string, number>>;
}

export type Check =
  | 'lost'
  | 'doubled'
  | 'forged-outcome'
  | 'missing-effect'
  | 'doubled-effect'
  | 'forged-effect'
  | 'unpublished'
  | 'context'
  | 'journal'
  | 'fate'
  | 'order';

/** One imbalance, with the event it concerns. */
export interface Finding {
  readonly check: Check;
  /** `<id> (<source>)` where known, else the ledger's key. */
  readonly event: string;
  readonly generation?: number;
  readonly detail: string;
}

export interface AuditReport {
  readonly balanced: boolean;
  readonly findings: readonly Finding[];
  readonly accepted: number;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  readonly inFlight: number;
  readonly quarantined: number;
  readonly effects: { readonly applied: number; readonly pending: number; readonly superseded: number };
  readonly contexts: { readonly checked: number; readonly folded: number };
  readonly journal?: JournalBalance;
  readonly depths: Depths;
}

export interface JournalBalance {
  readonly sent: number;
  readonly events: number;
  readonly duplicates: number;
  readonly unconfirmed: number;
  readonly accepted: number;
  readonly quarantined: number;
  readonly inIntake: number;
}

export function audit(input: AuditInput): AuditReport {
  const scope = narrowed(input);
  const accepted = acceptedEvents(scope.acceptances);
  const outcomes = checkOutcomes(scope, accepted);
  const effects = checkEffects(scope, accepted);
  // A window cuts a context's history in two: its n can be compared only with all of its outcomes.
  const contexts = input.window ? { findings: [], checked: 0, folded: 0 } : checkContexts(scope);
  const unpublished = input.window ? [] : checkUnpublished(input.depths);
  const journal = input.journal ? checkJournal(scope, input.journal, accepted) : undefined;
  const findings = [
    ...outcomes.findings,
    ...effects.findings,
    ...contexts.findings,
    ...unpublished,
    ...(journal ? journal.findings : []),
  ];
  return {
    balanced: findings.length === 0,
    findings,
    accepted: accepted.size,
    outcomes: countKinds(scope.records),
    inFlight: outcomes.inFlight,
    quarantined: scope.quarantine.length,
    effects: { applied: effects.applied, pending: effects.pending, superseded: effects.superseded },
    contexts: { checked: contexts.checked, folded: contexts.folded },
    ...(journal ? { journal: journal.balance } : {}),
    depths: input.depths,
  };
}

/** The effects of such a batch are named one by one; the events that it emits nobody keeps, so only the batch can be counted. */
function checkUnpublished({ unpublished: { givenUp } }: Depths): Finding[] {
  if (givenUp === 0) return [];
  const detail = `${givenUp} batches of outcomes were given up by publisher and republisher: their events may not be published`;
  return [{ check: 'unpublished', event: '-', detail }];
}

function countKinds(records: readonly LedgerRecord[]): Record<OutcomeKind, number> {
  const counts = Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, 0])) as Record<OutcomeKind, number>;
  for (const { outcome } of records) if (outcome) counts[outcome.kind] += 1;
  return counts;
}
