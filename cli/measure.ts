/** Figures per lane, from the ledger. Pure. */
import type { LedgerRecord, OutcomeKind } from '../core/contracts/ledger';
import { OUTCOME_KINDS } from '../core/contracts/ledger';
import type { AuditedAcceptance } from '../core/policies/audit';

export interface LaneFigures {
  readonly lane: string;
  /** Events accepted into it, every generation counted. */
  readonly accepted: number;
  readonly open: number;
  readonly outcomes: Readonly<Record<OutcomeKind, number>>;
  /** Acceptance to outcome, of DONE events. */
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Age of the oldest event without an outcome. */
  readonly oldestMs?: number;
  /** Events a second over the last minute. */
  readonly acceptedPerSecond: number;
  readonly decidedPerSecond: number;
}

const RATE_WINDOW_MS = 60_000;

export function laneFigures(
  lanes: readonly string[],
  acceptances: readonly AuditedAcceptance[],
  records: readonly LedgerRecord[],
  nowMs: number,
): LaneFigures[] {
  const id = (key: string, generation: number) => `${key}#${generation}`;
  const decided = new Map(
    records.flatMap((each) => (each.outcome ? [[id(each.key, each.generation), each.outcome]] : [])),
  );
  const accepted = new Map<string, { lane: string; atMs: number }>();
  for (const { lane, acceptedAtMs, envelopes } of acceptances)
    for (const { key, generation } of envelopes) {
      const before = accepted.get(id(key, generation));
      if (!before || before.atMs > acceptedAtMs) accepted.set(id(key, generation), { lane, atMs: acceptedAtMs });
    }
  return lanes.map((lane) => {
    const mine = [...accepted].filter(([, each]) => each.lane === lane);
    const outcomes = [...decided.values()].filter((each) => each.lane === lane);
    const open = mine.filter(([key]) => !decided.has(key)).map(([, { atMs }]) => atMs);
    const latencies = outcomes
      .filter(({ kind }) => kind === 'DONE')
      .map(({ decidedAtMs, acceptedAtMs }) => decidedAtMs - acceptedAtMs)
      .sort((a, b) => a - b);
    const recent = (atMs: number) => nowMs - atMs < RATE_WINDOW_MS;
    const perSecond = (count: number) => Math.round((count / RATE_WINDOW_MS) * 10_000) / 10;
    return {
      lane,
      accepted: mine.length,
      open: open.length,
      outcomes: Object.fromEntries(
        OUTCOME_KINDS.map((kind) => [kind, outcomes.filter((each) => each.kind === kind).length]),
      ) as Record<OutcomeKind, number>,
      ...(latencies.length > 0 ? { p50Ms: percentile(latencies, 50), p99Ms: percentile(latencies, 99) } : {}),
      ...(open.length > 0 ? { oldestMs: nowMs - Math.min(...open) } : {}),
      acceptedPerSecond: perSecond(mine.filter(([, { atMs }]) => recent(atMs)).length),
      decidedPerSecond: perSecond(outcomes.filter(({ decidedAtMs }) => recent(decidedAtMs)).length),
    };
  });
}

/** Events that a saga has, and how many of them the reconciler would ask for by now. */
export function sagaFigures(records: readonly LedgerRecord[], nowMs: number) {
  const dues = records.flatMap((each) => (each.outcome ? [] : (each.progress?.coordinated?.dueAtMs ?? [])));
  return { underWay: dues.length, due: dues.filter((dueAtMs) => dueAtMs <= nowMs).length };
}

/** The smallest value that so many per cent of the sorted ones do not exceed. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}
