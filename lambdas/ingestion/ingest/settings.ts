import type { Classification, LaneRoute } from '../../../core/contracts/functions';

/** What ingestion must know of the way an event came. */
export interface WayIn {
  readonly name: string;
  readonly tenant: string;
  readonly trustedPriority: boolean;
  readonly pool: string;
}

export interface IngestSettings extends Classification {
  readonly lanes: readonly LaneRoute[];
  /** How long after acceptance a hand-off that is not marked counts as lost. */
  readonly handOffBoundMs: number;
  /** Share of a lane's objective above which its delay is too long; null sheds nothing. */
  readonly shedAboveShareOfObjective: number | null;
  /** Physical name of a stream source's stream. */
  streamOf(source: string): string;
}

export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
}
