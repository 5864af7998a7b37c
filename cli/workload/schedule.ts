/** When events are due: offsets in milliseconds from the start, in order. A schedule may be endless; its reader stops. */
import type { Random } from './random';

/** A stretch of time with events spread evenly over it; `seconds` 0: all at once. */
export interface Bin {
  readonly startSeconds: number;
  readonly seconds: number;
  readonly count: number;
}

/** One of the demo's phases: the rate goes from one value to the other in a straight line. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** The phases that ESMRM is measured with. */
export const DEMO_PHASES: readonly Phase[] = [
  { name: 'steady', seconds: 8, fromPerSecond: 20, toPerSecond: 20 },
  { name: 'surge', seconds: 6, fromPerSecond: 80, toPerSecond: 80 },
  { name: 'ramp', seconds: 8, fromPerSecond: 20, toPerSecond: 60 },
  { name: 'idle', seconds: 4, fromPerSecond: 2, toPerSecond: 2 },
];

/** Exponential gaps: arrivals that do not know of one another. */
export function* steadySchedule(perSecond: number, random: Random): Generator<number> {
  let atMs = 0;
  while (true) {
    yield atMs;
    atMs += (-Math.log(1 - random()) / perSecond) * 1000;
  }
}

export function* phasedSchedule(phases: readonly Phase[]): Generator<number> {
  let startSeconds = 0;
  for (const phase of phases) {
    const slices = Math.max(1, Math.round(phase.seconds * 10));
    const bins = Array.from({ length: slices }, (_, index): Bin => {
      const rate = phase.fromPerSecond + ((phase.toPerSecond - phase.fromPerSecond) * (index + 0.5)) / slices;
      const seconds = phase.seconds / slices;
      return { startSeconds: startSeconds + index * seconds, seconds, count: rate * seconds };
    });
    yield* binnedSchedule(bins, 1, 1);
    startSeconds += phase.seconds;
  }
}

/** The phase that is on at an offset; undefined when all are over. */
export function phaseAt(phases: readonly Phase[], offsetMs: number): string | undefined {
  let endMs = 0;
  return phases.find((phase) => {
    endMs += phase.seconds * 1000;
    return offsetMs < endMs;
  })?.name;
}

/**
 * A trace: `speed` divides its time, `factor` multiplies its events. What a bin has over a whole number is carried to the next,
 * so that a factor below one thins the trace evenly.
 */
export function* binnedSchedule(bins: Iterable<Bin>, factor: number, speed: number): Generator<number> {
  let carry = 0;
  for (const bin of bins) {
    const exact = bin.count * factor + carry;
    const count = Math.floor(exact + 1e-9);
    carry = exact - count;
    for (let index = 0; index < count; index++)
      yield ((bin.startSeconds + (bin.seconds * (index + 0.5)) / count) / speed) * 1000;
  }
}

/** The part of a trace that begins before so many of its seconds are over; the bin on the edge is cut in proportion. */
export function until(bins: readonly Bin[], endSeconds: number): Bin[] {
  return bins.flatMap((bin) => {
    const left = endSeconds - bin.startSeconds;
    if (left <= 0) return [];
    return left >= bin.seconds ? [bin] : [{ ...bin, seconds: left, count: (bin.count * left) / bin.seconds }];
  });
}

/** The factor that makes a trace's mean rate, after speeding it up, the rate asked for. */
export function factorFor(bins: readonly Bin[], speed: number, perSecond: number): number {
  const last = bins.at(-1);
  const events = bins.reduce((sum, bin) => sum + bin.count, 0);
  const seconds = last ? (last.startSeconds + last.seconds - (bins[0]?.startSeconds ?? 0)) / speed : 0;
  return events > 0 && seconds > 0 ? (perSecond * seconds) / events : 1;
}
