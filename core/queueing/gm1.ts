/**
 * G/M/1, first come first served: independent gaps between arrivals of any distribution, exponential service, one server. An arrival waits
 * with probability σ, the root below 1 of σ = A(μ(1 − σ)), where A is the gaps' Laplace transform; the wait is then exponential.
 *
 * Source: Kleinrock, "Queueing Systems I" (1975), §6.4.
 */
import { positive, refuseFaults, refuseUnstable } from './inputs';
import { completeMeans, type QueueMeans } from './little';

export interface Gm1Means extends QueueMeans {
  /** σ: the share of arrivals that find the server busy. It differs from the utilisation unless arrivals are Poisson. */
  readonly waitProbability: number;
}

interface SingleServer {
  /** 1 / mean gap, above 0. */
  readonly arrivalsPerSecond: number;
  /** 1/μ, above 0. */
  readonly meanServiceSeconds: number;
}

/**
 * Means of G/M/1. `interarrivalTransform` is A(s) = E[e^(−s·gap)] for s > 0 per second; its mean gap has to be 1 / `arrivalsPerSecond`,
 * which is not checked. Digits are lost where 1 − A(s) has few, that is, for a utilisation within about 1e-6 of 1.
 *
 * @throws InvalidValueError unless arrivals and service are above 0 and the queue is stable.
 */
export function gm1Means(
  queue: SingleServer & { readonly interarrivalTransform: (perSecond: number) => number },
): Gm1Means {
  return means('gm1Means', queue, (perSecond) => 1 - queue.interarrivalTransform(perSecond));
}

/**
 * Means of D/M/1: arrivals at equal gaps.
 *
 * @throws InvalidValueError unless arrivals and service are above 0 and the queue is stable.
 */
export function dm1Means(queue: SingleServer): Gm1Means {
  return means('dm1Means', queue, (perSecond) => -Math.expm1(-perSecond / queue.arrivalsPerSecond));
}

function means(model: string, queue: SingleServer, complement: (perSecond: number) => number): Gm1Means {
  const { arrivalsPerSecond, meanServiceSeconds } = queue;
  refuseFaults(model, [
    positive('arrivalsPerSecond', arrivalsPerSecond),
    positive('meanServiceSeconds', meanServiceSeconds),
  ]);
  const utilisation = arrivalsPerSecond * meanServiceSeconds;
  refuseUnstable(model, utilisation);
  const idle = idleProbability((share) => complement(share / meanServiceSeconds));
  const meanWaitSeconds = ((1 - idle) / idle) * meanServiceSeconds;
  return { waitProbability: 1 - idle, ...completeMeans({ ...queue, utilisation, meanWaitSeconds }) };
}

/**
 * Solves (1 − A(μu)) / u = 1 for u = 1 − σ. The left side falls in u, from 1/ρ > 1 towards less than 1, so bisection cannot land on
 * the useless root σ = 1, as an iteration of σ = A(μ(1 − σ)) does slowly or a Newton step might.
 */
function idleProbability(complement: (share: number) => number): number {
  let low = 0;
  let high = 1;
  for (let middle = 0.5; middle > low && middle < high; middle = (low + high) / 2) {
    if (complement(middle) > middle) low = middle;
    else high = middle;
  }
  return high;
}
