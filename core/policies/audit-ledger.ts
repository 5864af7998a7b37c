/** Acceptances against outcomes: none lost, none doubled, none that nobody accepted. */
import type { Envelope } from '../contracts/event';
import type { LedgerRecord } from '../contracts/ledger';
import type { AuditedAcceptance, AuditInput, Finding } from './audit';

/** One event of one generation, with every acceptance that it is in: a repeat in another batch is another acceptance. */
export interface Accepted {
  readonly envelope: Envelope;
  readonly bodies: ReadonlySet<string>;
  readonly firstAcceptedAtMs: number;
  readonly closed: boolean;
}

export const generationId = (key: string, generation: number): string => `${key}#${generation}`;

export function acceptedEvents(acceptances: readonly AuditedAcceptance[]): Map<string, Accepted> {
  const accepted = new Map<string, Accepted>();
  for (const acceptance of acceptances)
    for (const envelope of acceptance.envelopes) {
      const id = generationId(envelope.key, envelope.generation);
      const before = accepted.get(id);
      accepted.set(id, {
        envelope: before?.envelope ?? envelope,
        bodies: new Set([...(before?.bodies ?? []), envelope.bodyDigest]),
        firstAcceptedAtMs: Math.min(before?.firstAcceptedAtMs ?? Number.POSITIVE_INFINITY, acceptance.acceptedAtMs),
        closed: (before?.closed ?? false) || acceptance.closedAtMs !== undefined,
      });
    }
  return accepted;
}

export function checkOutcomes(
  input: AuditInput,
  accepted: ReadonlyMap<string, Accepted>,
): { findings: Finding[]; inFlight: number } {
  const records = new Map<string, LedgerRecord[]>();
  for (const record of input.records) {
    const id = generationId(record.key, record.generation);
    records.set(id, [...(records.get(id) ?? []), record]);
  }
  const open = [...accepted].filter(([id]) => !(records.get(id) ?? []).some((each) => each.outcome));
  const missing = lost(
    input,
    open.filter(([id]) => !isWithSaga(records.get(id) ?? [], input)).map(([, each]) => each),
  );
  return {
    findings: [
      ...missing,
      ...[...records].flatMap(([id, each]) => forgedOrDoubled(id, each, accepted)),
      ...wrongGenerations(input.records, accepted),
      ...lostBodies(input, accepted),
    ],
    inFlight: open.length - missing.length,
  };
}

/** No queue holds what a saga has; the reconciler asks its execution at the due time, and again as long as it runs. */
function isWithSaga(records: readonly LedgerRecord[], { nowMs, defaultBoundMs }: AuditInput): boolean {
  return records.some(({ progress }) => (progress?.coordinated?.dueAtMs ?? -Infinity) + defaultBoundMs > nowMs);
}

/**
 * Overdue events are lost unless their lane still holds as many messages: the bound of a healthy backlog, or of a paused lane, is
 * its queue. Where it holds fewer, it cannot be said which of them are gone, so all are named.
 */
function lost(input: AuditInput, open: readonly Accepted[]): Finding[] {
  const overdue = new Map<string, Accepted[]>();
  const findings: Finding[] = [];
  for (const each of open) {
    const { lane } = each.envelope;
    const bound = input.boundMsByLane[lane] ?? input.defaultBoundMs;
    if (each.closed) findings.push(finding('lost', each, 'its acceptance is closed, but it has no outcome'));
    else if (input.nowMs - each.firstAcceptedAtMs > bound) overdue.set(lane, [...(overdue.get(lane) ?? []), each]);
  }
  for (const [lane, events] of overdue) {
    const waiting = input.depths.lanes[lane] ?? 0;
    if (waiting >= events.length) continue;
    const detail = (each: Accepted) =>
      `no outcome ${Math.round((input.nowMs - each.firstAcceptedAtMs) / 1000)} s after acceptance, and lane ${lane} holds ${waiting} messages for ${events.length} overdue events`;
    findings.push(...events.map((each) => finding('lost', each, detail(each))));
  }
  return findings;
}

function forgedOrDoubled(
  id: string,
  records: readonly LedgerRecord[],
  accepted: ReadonlyMap<string, Accepted>,
): Finding[] {
  const decided = records.flatMap((record) => (record.outcome ? [{ record, outcome: record.outcome }] : []));
  const origin = accepted.get(id);
  return decided.flatMap(({ record, outcome }, index): Finding[] => {
    const event = `${outcome.id} (${outcome.source})`;
    const at = { event, generation: record.generation };
    if (index > 0) return [{ check: 'doubled', ...at, detail: `a second outcome, ${outcome.kind}, of one generation` }];
    if (!origin)
      return [{ check: 'forged-outcome', ...at, detail: `outcome ${outcome.kind}, but no acceptance has this event` }];
    if (!origin.bodies.has(outcome.bodyDigest))
      return [{ check: 'forged-outcome', ...at, detail: 'outcome of a body that was never accepted' }];
    return [];
  });
}

/** A generation follows only one that ended otherwise than DONE. */
function wrongGenerations(records: readonly LedgerRecord[], accepted: ReadonlyMap<string, Accepted>): Finding[] {
  const outcomes = new Map(records.map((each) => [generationId(each.key, each.generation), each.outcome]));
  return [...accepted.values()].flatMap((each): Finding[] => {
    const { key, generation } = each.envelope;
    if (generation === 1) return [];
    const before = outcomes.get(generationId(key, generation - 1));
    if (!before)
      return [finding('doubled', each, `accepted again although generation ${generation - 1} has no outcome`)];
    return before.kind === 'DONE'
      ? [finding('doubled', each, `accepted again although generation ${generation - 1} is DONE`)]
      : [];
  });
}

/**
 * One identity accepted with two bodies: the first one committed has the outcome, the other one must be in quarantine. Batches are
 * kept together, and a repeat may come in another batch, so what is kept twice counts once.
 */
function lostBodies(input: AuditInput, accepted: ReadonlyMap<string, Accepted>): Finding[] {
  const kept = new Map<string, Set<string>>();
  for (const { key, raw } of input.quarantine) if (key) kept.set(key, (kept.get(key) ?? new Set()).add(raw));
  return [...accepted.values()].flatMap((each) => {
    const bound = input.boundMsByLane[each.envelope.lane] ?? input.defaultBoundMs;
    const settled = input.nowMs - each.firstAcceptedAtMs > bound;
    return settled && each.bodies.size - 1 > (kept.get(each.envelope.key)?.size ?? 0)
      ? [
          finding(
            'lost',
            each,
            `accepted with ${each.bodies.size} bodies; those without an outcome are not in quarantine`,
          ),
        ]
      : [];
  });
}

export function finding(check: Finding['check'], { envelope }: Accepted, detail: string): Finding {
  return { check, event: `${envelope.event.id} (${envelope.event.source})`, generation: envelope.generation, detail };
}
