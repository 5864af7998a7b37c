/** A measured trace as a workload: its busiest stretch, by minute, relative to its greatest minute. */
import { readFileSync } from 'node:fs';
import { parseTrace } from '../../cli/workload/trace';
import type { Workload } from '../../simulator/evaluation/experiments';
import { BASE_SPEC, PAST_MINUTES } from '../../simulator/evaluation/scenario';

export function countsPerMinute(file: string): number[] {
  const bins = parseTrace(readFileSync(file));
  const last = bins.at(-1);
  if (last === undefined) return [];
  const counts = new Array<number>(Math.floor((last.startSeconds + Math.max(0, last.seconds - 60)) / 60) + 1).fill(0);
  for (const { startSeconds, count } of bins) {
    const minute = Math.floor(startSeconds / 60);
    counts[minute] = (counts[minute] ?? 0) + count;
  }
  return counts;
}

/** Fixed by the trace alone: the stretch ends where the trace's greatest minute has two thirds of the window before it. */
export function traceWorkload(file: string, measuredMinutes: number): Workload {
  const counts = countsPerMinute(file);
  const minutes = PAST_MINUTES + BASE_SPEC.warmUpMinutes + measuredMinutes;
  // A trace that is too short for a past of its own is walked through again.
  const long =
    counts.length >= minutes ? counts : Array.from({ length: minutes }, (_, at) => counts[at % counts.length] ?? 0);
  const peak = long.indexOf(Math.max(...long));
  const until = Math.max(minutes, Math.min(long.length, peak + Math.ceil(measuredMinutes / 3)));
  const stretch = long.slice(until - minutes, until);
  const most = Math.max(...stretch.slice(PAST_MINUTES));
  return { name: 'trace', trace: stretch.map((count) => count / most) };
}
