/** The sender's journal against the ledger, both ways. */
import type { JournalEntry } from '../contracts/journal';
import type { LedgerRecord } from '../contracts/ledger';
import type { AuditInput, Finding, JournalBalance } from './audit';
import { type Accepted, generationId } from './audit-ledger';

export function checkJournal(
  input: AuditInput,
  journal: readonly JournalEntry[],
  accepted: ReadonlyMap<string, Accepted>,
): { findings: Finding[]; balance: JournalBalance } {
  const events = [...firstEntries(journal).values()];
  const isAccepted = (each: JournalEntry) => accepted.has(generationId(each.key, 1));
  const quarantined = quarantineIndex(input);
  const absent = events.filter((each) => each.sent && !isAccepted(each) && !quarantined.has(each));
  const stillInside = input.depths.intake + input.depths.intakeDeadLetters;
  const missing = stillInside >= absent.length ? [] : absent;
  const first = new Map(input.records.filter((each) => each.generation === 1).map((each) => [each.key, each]));
  return {
    findings: [
      ...missing.map((each) =>
        found(
          'journal',
          each,
          `sent by ${each.wayIn}, but neither accepted nor quarantined, and intake holds ${stillInside}`,
        ),
      ),
      ...unknownToSender(journal, accepted),
      ...overtaken(events, accepted, first),
      ...events.flatMap((each) => wrongFate(each, first.get(each.key), quarantined.has(each) && !isAccepted(each))),
    ],
    balance: {
      sent: journal.length,
      events: events.length,
      duplicates: journal.filter((each) => each.duplicate).length,
      unconfirmed: journal.filter((each) => !each.sent).length,
      accepted: events.filter(isAccepted).length,
      quarantined: events.filter((each) => !isAccepted(each) && quarantined.has(each)).length,
      inIntake: missing.length > 0 ? 0 : absent.length,
    },
  };
}

/** One entry per event: sent if any of its sends was confirmed. */
function firstEntries(journal: readonly JournalEntry[]): Map<string, JournalEntry> {
  const events = new Map<string, JournalEntry>();
  for (const entry of journal) {
    const before = events.get(entry.key);
    events.set(entry.key, before ? { ...before, sent: before.sent || entry.sent } : entry);
  }
  return events;
}

/** By key where the entry had one; an entry too broken for that is found by its id in the text as it came. */
function quarantineIndex(input: AuditInput) {
  const keys = new Set(input.quarantine.flatMap(({ key }) => (key ? [key] : [])));
  const texts = input.quarantine.filter(({ key }) => !key).map(({ raw }) => raw);
  return {
    has: (entry: JournalEntry) =>
      keys.has(entry.key) || texts.some((raw) => raw.includes(JSON.stringify(entry.id)) && raw.includes(entry.source)),
  };
}

/** A run of the sender uses a `source` of its own: whatever else was accepted under it, the sender never sent. */
function unknownToSender(journal: readonly JournalEntry[], accepted: ReadonlyMap<string, Accepted>): Finding[] {
  const keys = new Set(journal.map(({ key }) => key));
  const sources = new Set(journal.map(({ source, tenant }) => `${tenant} ${source}`));
  return [...accepted.values()]
    .filter(({ envelope }) => sources.has(`${envelope.tenant} ${envelope.event.source}`) && !keys.has(envelope.key))
    .map(({ envelope }) => ({
      check: 'journal',
      event: `${envelope.event.id} (${envelope.event.source})`,
      generation: envelope.generation,
      detail: "accepted under the journal's source, but the journal does not have it",
    }));
}

/** SHED is no wrong fate: under overload an event is accepted and given up, and the balance says how many. */
function wrongFate(entry: JournalEntry, record: LedgerRecord | undefined, refused: boolean): Finding[] {
  if (refused)
    return entry.expected === 'REFUSED'
      ? []
      : [found('fate', entry, `quarantined, but ${entry.expected} was expected`)];
  const outcome = record?.outcome;
  if (!outcome || outcome.kind === 'SHED') return [];
  if (outcome.kind !== entry.expected)
    return [found('fate', entry, `${outcome.kind} (${outcome.reason}), but ${entry.expected} was expected`)];
  return [];
}

/**
 * Events of one ordering key must have been decided in the order of their sequence. Only DONE ones are compared: a dead letter
 * gives its key free before its outcome is written.
 */
function overtaken(
  events: readonly JournalEntry[],
  accepted: ReadonlyMap<string, Accepted>,
  first: ReadonlyMap<string, LedgerRecord>,
): Finding[] {
  const groups = new Map<string, { entry: JournalEntry; sequence: bigint; decidedAtMs: number }[]>();
  for (const entry of events) {
    const event = accepted.get(generationId(entry.key, 1))?.envelope.event;
    const outcome = first.get(entry.key)?.outcome;
    if (!entry.ordered || outcome?.kind !== 'DONE' || !/^[0-9]+$/.test(event?.sequence ?? '')) continue;
    const group = `${entry.tenant} ${event?.partitionkey}`;
    const place = { entry, sequence: BigInt(event?.sequence ?? 0), decidedAtMs: outcome.decidedAtMs };
    groups.set(group, [...(groups.get(group) ?? []), place]);
  }
  return [...groups.values()].flatMap((group) => {
    const inOrder = group.sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
    return inOrder.flatMap(({ entry, decidedAtMs }, index) =>
      inOrder.slice(index + 1, index + 2).some((next) => next.decidedAtMs < decidedAtMs)
        ? [found('order', entry, 'a later event of its ordering key was decided before it')]
        : [],
    );
  });
}

function found(check: Finding['check'], entry: JournalEntry, detail: string): Finding {
  return { check, event: `${entry.id} (${entry.source})`, generation: 1, detail };
}
