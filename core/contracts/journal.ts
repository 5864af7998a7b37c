/** The sender's journal: one line of NDJSON for each event sent, with the fate that its sender expects. */
import * as v from 'valibot';

/** `DONE`: reacts. `DEAD`: its data is refused by the unit. `EXPIRED`: too late already when sent. `REFUSED`: never accepted, but quarantined. */
export const EXPECTED_FATES = ['DONE', 'DEAD', 'EXPIRED', 'REFUSED'] as const;

const entry = v.object({
  /** When it was handed to the source, epoch milliseconds. */
  atMs: v.number(),
  /** Configured source that it was sent by. */
  wayIn: v.string(),
  tenant: v.string(),
  /** The event's identity, as the ledger's key. */
  key: v.string(),
  id: v.string(),
  source: v.string(),
  type: v.string(),
  expected: v.picklist(EXPECTED_FATES),
  /** The same event was sent before: nothing may come of it that had not come already. */
  duplicate: v.boolean(),
  /** Sent with an ordering key and a sequence: the order of its key must be kept. */
  ordered: v.boolean(),
  /** False where the source's answer was a failure or never came: then it may have arrived or not. */
  sent: v.boolean(),
});
export type JournalEntry = v.InferOutput<typeof entry>;
export type ExpectedFate = JournalEntry['expected'];

/** Reads a journal; a line that is not an entry is an error that names the line, since a journal is evidence. */
export function parseJournal(text: string): JournalEntry[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), entry), line);
    if (parsed.success) return [parsed.output];
    const issue = parsed.issues[0];
    throw new Error(`line ${index + 1} of the journal is not an entry: ${v.getDotPath(issue) ?? ''} ${issue.message}`);
  });
}
