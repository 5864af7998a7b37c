import type { Envelope } from '../contracts/event';
import type { Outcome, OutcomeKind } from '../contracts/ledger';

/** The outcome of an event without anything that the publisher would apply: no chain finished it, or a saga did. */
export function unreactedOutcome(envelope: Envelope, kind: OutcomeKind, reason: string, nowMs: number): Outcome {
  return {
    kind,
    reason,
    bodyDigest: envelope.bodyDigest,
    decidedAtMs: nowMs,
    acceptedAtMs: envelope.acceptedAtMs,
    lane: envelope.lane,
    tenant: envelope.tenant,
    source: envelope.event.source,
    id: envelope.event.id,
    type: envelope.event.type,
    writes: [],
    emits: [],
    contexts: [],
    ...(kind === 'DEAD' ? { acceptance: envelope.acceptanceKey } : {}),
  };
}
