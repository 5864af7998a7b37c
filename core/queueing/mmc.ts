/** M/M/c, first come first served: Poisson arrivals, exponential service, `servers` servers alike. */
import { erlangC } from './erlang-c';
import { type Check, notNegative, positive, refuseFaults, refuseUnstable, serverCount } from './inputs';
import { completeMeans, type QueueMeans } from './little';

export interface MmcQueue {
  /** λ, at least 0. */
  readonly arrivalsPerSecond: number;
  /** 1/μ, above 0. */
  readonly meanServiceSeconds: number;
  /** c, a whole number from 1. */
  readonly servers: number;
}

/** What the formulas of this queue are made of, once the input is known to be good and stable. */
export interface MmcLoad {
  /** a = λ/μ, the mean number of busy servers. */
  readonly offeredErlangs: number;
  /** c − a, above 0: the rate, per mean service, at which a queue in front of busy servers shrinks. */
  readonly spareServers: number;
  /** Erlang C. */
  readonly waitProbability: number;
  readonly meanWaitSeconds: number;
}

/**
 * Means of M/M/c: Wq = C(c, a) / (cμ − λ), the rest by Little's law.
 *
 * Source: A. K. Erlang (1917); Kleinrock, "Queueing Systems I" (1975), §3.5.
 *
 * @throws InvalidValueError for an input outside `MmcQueue`'s ranges, or an unstable queue.
 */
export function mmcMeans(queue: MmcQueue): QueueMeans & { readonly waitProbability: number } {
  const { offeredErlangs, waitProbability, meanWaitSeconds } = mmcLoad('mmcMeans', queue);
  return {
    waitProbability,
    ...completeMeans({ ...queue, utilisation: offeredErlangs / queue.servers, meanWaitSeconds }),
  };
}

/** Checks a queue in the name of `model`, together with that model's own `checks`, and answers with the load. */
export function mmcLoad(model: string, queue: MmcQueue, checks: readonly Check[] = []): MmcLoad {
  const { arrivalsPerSecond, meanServiceSeconds, servers } = queue;
  refuseFaults(model, [
    notNegative('arrivalsPerSecond', arrivalsPerSecond),
    positive('meanServiceSeconds', meanServiceSeconds),
    serverCount('servers', servers),
    ...checks,
  ]);
  const offeredErlangs = arrivalsPerSecond * meanServiceSeconds;
  refuseUnstable(model, offeredErlangs / servers);
  const spareServers = servers - offeredErlangs;
  const waitProbability = erlangC({ offeredErlangs, servers });
  return {
    offeredErlangs,
    spareServers,
    waitProbability,
    meanWaitSeconds: (waitProbability * meanServiceSeconds) / spareServers,
  };
}
