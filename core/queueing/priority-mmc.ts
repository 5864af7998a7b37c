import { eachClass, notNegative, positive, refuseFaults, refuseUnstable, serverCount, sum } from './inputs';
import { type MmcLoad, mmcLoad } from './mmc';
import { waitsByPriority } from './priority-waits';

/** Classes from the most urgent to the least, which share `servers` alike servers and one exponential service time. */
export interface PriorityMmcQueue {
  /** At least one; each λ is at least 0. */
  readonly classes: readonly { readonly arrivalsPerSecond: number }[];
  /** 1/μ, above 0, the same for all classes: with different ones there is no closed form for more than one server. */
  readonly meanServiceSeconds: number;
  /** c, a whole number from 1. */
  readonly servers: number;
}

/**
 * Mean wait of each class, in seconds, where a free server takes the most urgent customer and never interrupts one:
 * W_k = W_0 / ((1 − σ_(k−1)) (1 − σ_k)), with σ_k the utilisation by classes up to k and W_0 = C(c, a) / (cμ).
 *
 * Source: A. Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954).
 *
 * @throws InvalidValueError for an input outside the ranges, or where all classes together are not stable (though the urgent ones might be).
 */
export function priorityMmcMeanWaitsSeconds(queue: PriorityMmcQueue): readonly number[] {
  const { utilisations, waitProbability } = priorityMmcLoad('priorityMmcMeanWaitsSeconds', queue);
  const nextFreeSeconds = (waitProbability * queue.meanServiceSeconds) / queue.servers;
  return waitsByPriority({ nextFreeSeconds, utilisations });
}

/** Checks a queue in the name of `model` and answers with the load of each class and of all together. */
export function priorityMmcLoad(
  model: string,
  queue: PriorityMmcQueue,
): MmcLoad & { readonly utilisations: readonly number[] } {
  const { classes, meanServiceSeconds, servers } = queue;
  refuseFaults(model, [
    ...eachClass(classes, (each, path) => [notNegative(`${path}.arrivalsPerSecond`, each.arrivalsPerSecond)]),
    positive('meanServiceSeconds', meanServiceSeconds),
    serverCount('servers', servers),
  ]);
  const utilisations = classes.map((each) => (each.arrivalsPerSecond * meanServiceSeconds) / servers);
  refuseUnstable(model, sum(utilisations));
  const arrivalsPerSecond = sum(classes.map((each) => each.arrivalsPerSecond));
  return { utilisations, ...mmcLoad(model, { arrivalsPerSecond, meanServiceSeconds, servers }) };
}
