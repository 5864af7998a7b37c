/** What a lane has had to do, as far as it has been reported. */
import type { MinuteCount, ServiceObservation } from '../contracts/scheduling';

export interface LaneLoad {
  /** Completed minutes from the one asked for, oldest first; a minute without a report is not among them. */
  readonly arrivals: readonly MinuteCount[];
  /** Over the last minutes; `undefined` where the lane ran nothing in them. */
  readonly service: ServiceObservation | undefined;
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
