/** What a load came to, put together from journal, ledger and logs. Pure. */
import * as v from 'valibot';
import type { JournalEntry } from '../../core/contracts/journal';
import type { AuditedAcceptance } from '../../core/policies/audit';

/** One invocation with records, as its log tells it. */
export interface LoggedBatch {
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly records: number;
  /** Of each outcome that it committed: from acceptance to decision. Empty where the function commits none. */
  readonly latenciesMs: readonly number[];
}

export interface MeasuredEvent {
  readonly sentAtMs: number;
  /** When its batch of ingestion began and ended. */
  readonly ingestBeganAtMs: number;
  readonly ingestEndedAtMs: number;
  /** When its batch of the lane began, and when it ended: the outcome is there then. */
  readonly runBeganAtMs: number;
  readonly runEndedAtMs: number;
}

export interface Measured {
  /** In the order in which they were sent. */
  readonly events: readonly MeasuredEvent[];
  readonly ingest: readonly LoggedBatch[];
  readonly runner: readonly LoggedBatch[];
  /** Events whose batches could not be told from the logs: they are in no figure. */
  readonly unattributed: number;
}

export interface LoggedLine {
  /** The emulator makes one for each invocation. */
  readonly stream: string;
  readonly atMs: number;
  readonly message: string;
}

const batchLine = v.object({
  message: v.literal('batch'),
  records: v.number(),
  latency: v.optional(v.array(v.number()), []),
});

/** Invocations that had records, in the order of their beginnings. */
export function loggedBatches(lines: readonly LoggedLine[]): LoggedBatch[] {
  const streams = new Map<
    string,
    { endedAtMs?: number; durationMs?: number; batch?: v.InferOutput<typeof batchLine> }
  >();
  for (const { stream, atMs, message } of lines) {
    const known = streams.get(stream) ?? {};
    streams.set(stream, known);
    const duration = /^REPORT .*\tDuration: ([\d.]+) ms/.exec(message)?.[1];
    if (duration !== undefined) Object.assign(known, { durationMs: Number(duration), endedAtMs: atMs });
    const parsed = message.startsWith('{')
      ? v.safeParse(v.pipe(v.string(), v.parseJson(), batchLine), message)
      : undefined;
    if (parsed?.success) known.batch = parsed.output;
  }
  return [...streams.values()]
    .flatMap(({ endedAtMs, durationMs, batch }) =>
      endedAtMs === undefined || durationMs === undefined || batch === undefined || batch.records === 0
        ? []
        : [{ beganAtMs: endedAtMs - durationMs, endedAtMs, records: batch.records, latenciesMs: batch.latency }],
    )
    .sort((a, b) => a.beganAtMs - b.beganAtMs);
}

export interface Evidence {
  readonly sent: readonly Pick<JournalEntry, 'key' | 'atMs'>[];
  readonly outcomes: readonly { readonly key: string; readonly acceptedAtMs: number; readonly decidedAtMs: number }[];
  readonly acceptances: readonly {
    readonly acceptedAtMs: number;
    readonly envelopes: readonly Pick<AuditedAcceptance['envelopes'][number], 'key'>[];
  }[];
  readonly ingest: readonly LoggedBatch[];
  readonly runner: readonly LoggedBatch[];
}

/** Clocks of several processes of one machine, cut to milliseconds. */
const TOLERANCE_MS = 2;

/** Gives each event the batch that took it in and the batch that decided it. */
export function attribute({ sent, outcomes, acceptances, ingest, runner }: Evidence): Measured {
  const takenIn = batchesTakingIn(acceptances, ingest);
  const decided = batchesDeciding(outcomes, runner);
  const events = sent.flatMap(({ key, atMs }): MeasuredEvent[] => {
    const [first, second] = [takenIn.get(key), decided.get(key)];
    if (first === undefined || second === undefined) return [];
    return [
      {
        sentAtMs: atMs,
        ingestBeganAtMs: first.beganAtMs,
        ingestEndedAtMs: first.endedAtMs,
        runBeganAtMs: second.beganAtMs,
        runEndedAtMs: second.endedAtMs,
      },
    ];
  });
  return { events, ingest, runner, unattributed: sent.length - events.length };
}

const holds = (batch: LoggedBatch, atMs: number) =>
  batch.beganAtMs - TOLERANCE_MS <= atMs && atMs <= batch.endedAtMs + TOLERANCE_MS;

/** One acceptance is what one batch of ingestion accepted for the lane: as many events, within its time. */
function batchesTakingIn(acceptances: Evidence['acceptances'], batches: readonly LoggedBatch[]) {
  const free = new Set(batches);
  const found = new Map<string, LoggedBatch>();
  for (const { acceptedAtMs, envelopes } of [...acceptances].sort((a, b) => a.acceptedAtMs - b.acceptedAtMs)) {
    const batch = [...free].find((each) => each.records === envelopes.length && holds(each, acceptedAtMs));
    if (batch === undefined) continue;
    free.delete(batch);
    for (const { key } of envelopes) found.set(key, batch);
  }
  return found;
}

/** A batch says the latency of each outcome that it committed, which with the time of the decision tells its events. */
function batchesDeciding(outcomes: Evidence['outcomes'], batches: readonly LoggedBatch[]) {
  const left = new Map<number, { readonly key: string; readonly decidedAtMs: number }[]>();
  for (const { key, acceptedAtMs, decidedAtMs } of [...outcomes].sort((a, b) => a.decidedAtMs - b.decidedAtMs)) {
    const latencyMs = Math.max(0, decidedAtMs - acceptedAtMs);
    left.set(latencyMs, [...(left.get(latencyMs) ?? []), { key, decidedAtMs }]);
  }
  const found = new Map<string, LoggedBatch>();
  for (const batch of batches)
    for (const latencyMs of batch.latenciesMs) {
      const alike = left.get(latencyMs) ?? [];
      const place = alike.findIndex(({ decidedAtMs }) => holds(batch, decidedAtMs));
      for (const { key } of place < 0 ? [] : alike.splice(place, 1)) found.set(key, batch);
    }
  return found;
}
