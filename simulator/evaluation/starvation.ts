/** The starvation bound (D12), measured: what the lowest class has of the capacity in use while its events wait, or are shed. */
import type { LaneView } from '../platform/policy';

const WINDOW_SECONDS = 60;
/** A message waits for an environment, and not for company in its batch, from so long after the batch's window. */
const PATIENCE_SECONDS = 1;

/** One second of the lanes; the counts are those of its first moment. */
export interface SecondSeen {
  /** Messages of the lowest class waited for an environment. */
  readonly isBacklogged: boolean;
  /** Events of the lowest class that were shed in this second. */
  readonly shed: number;
  /** Invocations of the lowest class, and of all. */
  readonly running: number;
  readonly allRunning: number;
}

export interface LowestWatch {
  /** By second; one without an arrival is `undefined`. */
  readonly seconds: readonly (SecondSeen | undefined)[];
  /** For each arrival, before it is decided about. */
  look(lanes: readonly LaneView[], nowSeconds: number): void;
  noteShed(nowSeconds: number): void;
}

/** `lowest`: the index of its lane. */
export function watchLowest(lowest: number): LowestWatch {
  const seconds: ({ -readonly [Key in keyof SecondSeen]: SecondSeen[Key] } | undefined)[] = [];
  return {
    seconds,
    look: (lanes, nowSeconds) => {
      const second = Math.floor(nowSeconds);
      if (seconds[second] !== undefined) return;
      const lane = lanes[lowest];
      seconds[second] = {
        isBacklogged: lane !== undefined && isBacklogged(lane, nowSeconds),
        shed: 0,
        running: lane?.invocations ?? 0,
        allRunning: lanes.reduce((sum, each) => sum + each.invocations, 0),
      };
    },
    noteShed: (nowSeconds) => {
      const seen = seconds[Math.floor(nowSeconds)];
      if (seen !== undefined) seen.shed++;
    },
  };
}

const isBacklogged = ({ queued, oldestSinceSeconds, batchWindowSeconds }: LaneView, nowSeconds: number) =>
  queued > 0 && nowSeconds - oldestSinceSeconds > batchWindowSeconds + PATIENCE_SECONDS;

/**
 * The least share of the running invocations that the lowest class had in any 60 s of which every second `counts`; `null`: there were
 * no such 60 s.
 */
export function leastShareOfLowest(
  seconds: readonly (SecondSeen | undefined)[],
  counts: (seen: SecondSeen) => boolean = (seen) => seen.isBacklogged,
): number | null {
  let window: SecondSeen[] = [];
  let least: number | null = null;
  for (const seen of seconds) {
    window = seen !== undefined && counts(seen) ? [...window.slice(1 - WINDOW_SECONDS), seen] : [];
    if (window.length < WINDOW_SECONDS) continue;
    const sum = (of: (each: SecondSeen) => number) => window.reduce((total, each) => total + of(each), 0);
    const all = sum(({ allRunning }) => allRunning);
    if (all > 0) least = Math.min(least ?? 1, sum(({ running }) => running) / all);
  }
  return least;
}
