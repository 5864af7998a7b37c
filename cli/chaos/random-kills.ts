/** Kills a worker of the functions now and then, whatever it does at that moment. */
import { setTimeout as delay } from 'node:timers/promises';
import { workersOf } from '../../local/faults/caller';
import { type Random, seededRandom } from '../workload/random';

export interface RandomKills {
  /** By function, so far. */
  kills(): Readonly<Record<string, number>>;
  /** By function. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

export interface RandomKillsOptions {
  /** Only workers whose requests go there. */
  readonly endpoint: string;
  /** Function, by the end of its name, that is left alone. */
  readonly spared?: string;
  readonly seed: number;
  /** Between two kills, evenly spread. */
  readonly leastWaitMs: number;
  readonly mostWaitMs: number;
}

export function killAtRandom({ endpoint, spared, seed, leastWaitMs, mostWaitMs }: RandomKillsOptions): RandomKills {
  const random = seededRandom(seed);
  const kills: Record<string, number> = {};
  const stopped = new AbortController();
  const work = async () => {
    while (!stopped.signal.aborted) {
      const waitMs = leastWaitMs + (mostWaitMs - leastWaitMs) * random();
      await delay(waitMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      const workers = workersOf(endpoint).filter(
        ({ functionName }) => spared === undefined || !functionName?.endsWith(spared),
      );
      const victim = oneOf(workers, random);
      if (victim?.functionName === undefined || stopped.signal.aborted || !killed(victim.pid)) continue;
      kills[victim.functionName] = (kills[victim.functionName] ?? 0) + 1;
    }
  };
  const working = work();
  return {
    kills: () => ({ ...kills }),
    stop: async () => {
      stopped.abort();
      await working;
      return kills;
    },
  };
}

function oneOf<T>(all: readonly T[], random: Random): T | undefined {
  return all[Math.floor(random() * all.length)];
}

/** It may have ended by itself since it was found. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
