/** Poisson arrivals at rates that are constant in each minute. */
import type { Xoshiro128 } from '../engine';

/** `perSecond` by minute. Times in seconds, rising. */
export function arrivalsAtRates(perSecond: readonly number[], uniforms: Xoshiro128): Float64Array {
  const expected = 60 * perSecond.reduce((sum, rate) => sum + rate, 0);
  let times = new Float64Array(Math.ceil(expected + 6 * Math.sqrt(expected)) + 16);
  let count = 0;
  // What is left of one standard exponential carries over to the next minute's rate.
  let hazard = uniforms.exponential();
  perSecond.forEach((rate, minute) => {
    let from = 60 * minute;
    const until = from + 60;
    while (hazard <= rate * (until - from)) {
      from += hazard / rate;
      if (count === times.length) {
        const longer = new Float64Array(2 * times.length);
        longer.set(times);
        times = longer;
      }
      times[count++] = from;
      hazard = uniforms.exponential();
    }
    hazard -= rate * (until - from);
  });
  return times.slice(0, count);
}

/** How many there would be in each minute. */
export function countsAtRates(perSecond: readonly number[], uniforms: Xoshiro128): number[] {
  const counts = perSecond.map(() => 0);
  for (const time of arrivalsAtRates(perSecond, uniforms)) {
    const minute = Math.floor(time / 60);
    counts[minute] = (counts[minute] ?? 0) + 1;
  }
  return counts;
}

export interface Merged {
  readonly arrivals: Float64Array;
  /** By arrival: which of the parts it is of. */
  readonly part: Uint8Array;
}

/** All in one, in order of time. */
export function mergeParts(parts: readonly Float64Array[]): Merged {
  const total = parts.reduce((sum, each) => sum + each.length, 0);
  const arrivals = new Float64Array(total);
  const part = new Uint8Array(total);
  const next = parts.map(() => 0);
  for (let filled = 0; filled < total; filled++) {
    let first = -1;
    let earliest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < parts.length; index++) {
      const time = parts[index]?.[next[index] ?? 0] ?? Number.POSITIVE_INFINITY;
      if (time < earliest) {
        earliest = time;
        first = index;
      }
    }
    arrivals[filled] = earliest;
    part[filled] = first;
    next[first] = (next[first] ?? 0) + 1;
  }
  return { arrivals, part };
}
