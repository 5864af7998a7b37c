/** Latency, throughput and utilisation against the rate of events: an account that is large enough for each rate, and steady load. */
import { BASE_SPEC } from './scenario';
import type { Task } from './task';
import { knobsFor, type TunedKnobs } from './tuned';

export const EVENT_RATES = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;
/** AWS's default quota; what it cannot hold is to be seen. */
const ACCOUNT = 1000;

export function rateTasks(systems: readonly string[], tuned: TunedKnobs, rates: readonly number[]): Task[] {
  return rates.flatMap((perSecond) =>
    systems.map(
      (system): Task => ({
        kind: 'run',
        system,
        knobs: knobsFor(tuned, system),
        spec: {
          ...BASE_SPEC,
          workload: 'steady',
          accountConcurrency: ACCOUNT,
          load: (perSecond * BASE_SPEC.eventSeconds) / ACCOUNT,
          warmUpMinutes: 4,
          measuredMinutes: perSecond > 1000 ? 2 : 6,
        },
      }),
    ),
  );
}
