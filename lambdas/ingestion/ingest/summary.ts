/** What became of one batch, in numbers. */
import type { LaneRoute } from '../../../core/contracts/functions';
import type { HandedOver } from './hand-over';
import type { RefusalCode } from './intake';

export interface LaneCounts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly resent: number;
  readonly unsent: number;
  readonly shed: number;
  /** Accepted although their deadline had passed: the runner writes EXPIRED. */
  readonly late: number;
}

export interface IngestSummary extends LaneCounts {
  readonly records: number;
  readonly refused: Readonly<Partial<Record<RefusalCode, number>>>;
  readonly lanes: Readonly<Record<string, LaneCounts>>;
  /** Records that have to come again. */
  readonly failed: readonly string[];
}

export interface SummaryBuilder {
  delivered(lane: Pick<LaneRoute, 'name'>, counts: HandedOver, late: number): void;
  duplicate(lane: string, count: number): void;
  refused(code: RefusalCode): void;
  fail(refs: readonly string[]): void;
  build(): IngestSummary;
}

const NOTHING: LaneCounts = { accepted: 0, duplicates: 0, resent: 0, unsent: 0, shed: 0, late: 0 };

export function createSummary(records: number): SummaryBuilder {
  const lanes: Record<string, LaneCounts> = {};
  const refused: Partial<Record<RefusalCode, number>> = {};
  const failed = new Set<string>();
  const add = (lane: string, more: Partial<LaneCounts>) => {
    lanes[lane] = sum(lanes[lane] ?? NOTHING, more);
  };
  return {
    delivered: (lane, counts, late) => add(lane.name, { ...counts, late }),
    duplicate: (lane, duplicates) => add(lane, { duplicates }),
    refused: (code) => {
      refused[code] = (refused[code] ?? 0) + 1;
    },
    fail: (refs) => {
      for (const ref of refs) failed.add(ref);
    },
    build: () => ({ records, ...Object.values(lanes).reduce(sum, NOTHING), refused, lanes, failed: [...failed] }),
  };
}

function sum(a: LaneCounts, b: Partial<LaneCounts>): LaneCounts {
  return {
    accepted: a.accepted + (b.accepted ?? 0),
    duplicates: a.duplicates + (b.duplicates ?? 0),
    resent: a.resent + (b.resent ?? 0),
    unsent: a.unsent + (b.unsent ?? 0),
    shed: a.shed + (b.shed ?? 0),
    late: a.late + (b.late ?? 0),
  };
}
