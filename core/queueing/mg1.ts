import { notNegative, positive, refuseFaults, refuseUnstable } from './inputs';
import { completeMeans, type QueueMeans } from './little';

/**
 * Means of M/G/1, first come first served (Pollaczek–Khinchine): Wq = ρ (1 + scv) E[S] / (2 (1 − ρ)).
 *
 * `serviceScv` is the squared coefficient of variation of the service time, Var S / E[S]²: 0 for a constant (M/D/1), 1/k for Erlang-k,
 * 1 for an exponential (M/M/1), above 1 for a hyperexponential.
 *
 * Source: F. Pollaczek (1930), A. Khinchine (1932); Kleinrock, "Queueing Systems I" (1975), §5.6.
 *
 * @throws InvalidValueError unless arrivals and scv are at least 0, the service is above 0 and the queue is stable.
 */
export function mg1Means(queue: {
  readonly arrivalsPerSecond: number;
  readonly meanServiceSeconds: number;
  readonly serviceScv: number;
}): QueueMeans {
  const { arrivalsPerSecond, meanServiceSeconds, serviceScv } = queue;
  refuseFaults('mg1Means', [
    notNegative('arrivalsPerSecond', arrivalsPerSecond),
    positive('meanServiceSeconds', meanServiceSeconds),
    notNegative('serviceScv', serviceScv),
  ]);
  const utilisation = arrivalsPerSecond * meanServiceSeconds;
  refuseUnstable('mg1Means', utilisation);
  const residual = residualWorkSeconds(queue);
  return completeMeans({ ...queue, utilisation, meanWaitSeconds: residual / (1 - utilisation) });
}

/** λ E[S²] / 2: the rest of the service in progress that an arrival finds on average, 0 for an idle server. */
export function residualWorkSeconds(work: {
  readonly arrivalsPerSecond: number;
  readonly meanServiceSeconds: number;
  readonly serviceScv: number;
}): number {
  const { arrivalsPerSecond, meanServiceSeconds, serviceScv } = work;
  return (arrivalsPerSecond * meanServiceSeconds * meanServiceSeconds * (1 + serviceScv)) / 2;
}
