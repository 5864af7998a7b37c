/** Kills a worker of the functions now and then, whatever it does at that moment. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Random, seededRandom } from '../../../cli/workload/random';
import { workersOf } from '../../../local/faults/caller';

const MEAN_WAIT_MS = 800;

export interface RandomKills {
  /** By function. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

/** Of the workers whose requests go to `endpoint`, less those of the functions that `spared` names. */
export function killAtRandom(endpoint: string, spared: string, seed: number): RandomKills {
  const random = seededRandom(seed);
  const kills: Record<string, number> = {};
  let stopped = false;
  const work = async () => {
    while (!stopped) {
      await delay(2 * MEAN_WAIT_MS * random());
      const victim = oneOf(
        workersOf(endpoint).filter(({ functionName }) => !functionName?.endsWith(spared)),
        random,
      );
      if (victim?.functionName === undefined || stopped || !killed(victim.pid)) continue;
      kills[victim.functionName] = (kills[victim.functionName] ?? 0) + 1;
    }
  };
  const working = work();
  return {
    stop: async () => {
      stopped = true;
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
