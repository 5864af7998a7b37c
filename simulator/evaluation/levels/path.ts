/**
 * Demand as concurrency levels: level k is busy while k or more jobs are present. With the newest idle environment taken first and as
 * many as are asked for, the k-th environment serves exactly level k, so that each level can be judged by itself, minute by minute.
 */
import { Xoshiro128 } from '../../engine';

/** Rows by level, columns by minute: `at(level, minute) = (level - 1) * minutes + minute`. Times in seconds from the first minute's begin. */
export interface LevelPath {
  readonly minutes: number;
  readonly levels: number;
  /** Arrivals by minute. */
  readonly counts: Float64Array;
  /** Most jobs that were present at once, by minute. */
  readonly most: Float64Array;
  /** When the level first became busy in that minute; NaN if it did not. */
  readonly firstUp: Float64Array;
  /** When the level was last busy in that minute, the minute's end included; NaN if it was not. */
  readonly lastBusy: Float64Array;
  readonly busySeconds: Float32Array;
}

/** Arrivals of each minute at independent uniform times in it, each job as long as the others. */
export function levelPath(counts: readonly number[], jobSeconds: number, seed: number): LevelPath {
  const minutes = counts.length;
  const uniforms = new Xoshiro128(seed, 400);
  const arrivals = new Float64Array(counts.reduce((sum, each) => sum + each, 0));
  let filled = 0;
  counts.forEach((count, minute) => {
    // Sums of exponentials, scaled to the minute, are sorted uniforms.
    let sum = 0;
    const from = filled;
    for (let n = 0; n < count; n++) {
      sum += uniforms.exponential();
      arrivals[filled++] = sum;
    }
    sum += uniforms.exponential();
    for (let at = from; at < filled; at++) arrivals[at] = 60 * (minute + (arrivals[at] as number) / sum);
  });
  return pathOf(arrivals, counts, minutes, jobSeconds);
}

function pathOf(arrivals: Float64Array, counts: readonly number[], minutes: number, jobSeconds: number): LevelPath {
  const levels = mostAtOnce(arrivals, jobSeconds);
  const size = levels * minutes;
  const path = {
    minutes,
    levels,
    counts: Float64Array.from(counts),
    most: new Float64Array(minutes),
    firstUp: new Float64Array(size).fill(Number.NaN),
    lastBusy: new Float64Array(size).fill(Number.NaN),
    busySeconds: new Float32Array(size),
  };
  const since = new Float64Array(levels + 1);
  let present = 0;
  let leaving = 0;
  const begin = (time: number) => {
    present++;
    since[present] = time;
    const minute = Math.min(minutes - 1, Math.floor(time / 60));
    const at = (present - 1) * minutes + minute;
    if (Number.isNaN(path.firstUp[at] as number)) path.firstUp[at] = time;
    if (present > (path.most[minute] as number)) path.most[minute] = present;
  };
  const end = (time: number) => {
    addBusy(path, present, since[present] as number, time);
    present--;
  };
  for (let next = 0; next < arrivals.length; next++) {
    const time = arrivals[next] as number;
    while (leaving < next && (arrivals[leaving] as number) + jobSeconds <= time)
      end((arrivals[leaving++] as number) + jobSeconds);
    begin(time);
  }
  while (leaving < arrivals.length) end((arrivals[leaving++] as number) + jobSeconds);
  return path;
}

function mostAtOnce(arrivals: Float64Array, jobSeconds: number): number {
  let most = 0;
  let leaving = 0;
  for (let next = 0; next < arrivals.length; next++) {
    while ((arrivals[leaving] as number) + jobSeconds <= (arrivals[next] as number)) leaving++;
    most = Math.max(most, next - leaving + 1);
  }
  return most;
}

/** Spreads a busy time over the minutes that it touches. */
function addBusy(path: LevelPath, level: number, from: number, until: number): void {
  const { minutes, busySeconds, lastBusy, most } = path;
  for (let minute = Math.floor(from / 60); minute < minutes && 60 * minute < until; minute++) {
    const at = (level - 1) * minutes + minute;
    const ends = Math.min(until, 60 * (minute + 1));
    busySeconds[at] = (busySeconds[at] as number) + ends - Math.max(from, 60 * minute);
    lastBusy[at] = ends;
    if (level > (most[minute] as number)) most[minute] = level;
  }
}
