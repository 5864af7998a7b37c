/** Arrival times from rates and from counts, the same for the same seed. */
import { keyedUniform, Xoshiro128 } from '../engine';

/** A Poisson process of that rate in [from, until). */
export function poissonArrivals(
  perSecond: number,
  fromSeconds: number,
  untilSeconds: number,
  seed: number,
): Float64Array {
  const uniforms = new Xoshiro128(seed);
  const times: number[] = [];
  for (let time = fromSeconds; perSecond > 0; ) {
    time += uniforms.exponential() / perSecond;
    if (time >= untilSeconds) break;
    times.push(time);
  }
  return Float64Array.from(times);
}

/** As many events in each minute as were counted, at independent uniform times: a Poisson process, given its counts. */
export function arrivalsFromMinutes(counts: readonly number[], seed: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const times = new Float64Array(total);
  let filled = 0;
  counts.forEach((count, minute) => {
    const from = filled;
    for (let index = 0; index < count; index++)
      times[filled++] = 60 * (minute + keyedUniform(seed, 0x6d696e, from + index));
    times.subarray(from, filled).sort();
  });
  return times;
}

/** All of them in one, in order. */
export function mergedArrivals(...parts: readonly Float64Array[]): Float64Array {
  const merged = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    merged.set(part, filled);
    filled += part.length;
  }
  return merged.sort();
}
