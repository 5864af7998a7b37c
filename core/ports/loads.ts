/** What a lane has had to do, as far as it has been reported. */
import type { InvocationSums, MinuteCount } from '../contracts/scheduling';

export interface LaneLoad {
  /** Completed minutes from the one asked for, oldest first; a minute without a report is not among them. */
  readonly arrivals: readonly MinuteCount[];
  /** Over the last minutes. */
  readonly invocations: InvocationSums;
  readonly backlog: number;
  readonly oldestAgeSeconds: number;
  /** When the youngest of these figures was true. */
  readonly observedAtMs: number;
}

export interface Loads {
  /** Of every lane asked for; throws where one cannot be read, since a plan needs all. */
  read(
    lanes: readonly { readonly lane: string; readonly fromMinute: number }[],
    nowMs: number,
  ): Promise<ReadonlyMap<string, LaneLoad>>;
}
