/** Approximations for many servers and service times that are not exponential. There is no exact formula; the names say so. */
import { notNegative } from './inputs';
import { type MmcQueue, mmcLoad } from './mmc';

/**
 * APPROXIMATE mean wait at M/G/c, first come first served, in seconds: (1 + serviceScv) / 2 times that of M/M/c. Exact for one server
 * (Pollaczek–Khinchine) and for scv 1. Constant services on several servers wait longer than it says: by 3 % for M/D/4 at utilisation .8.
 *
 * Source: A. M. Lee and P. A. Longton, "Queueing processes associated with airline passenger check-in", OR Quarterly 10 (1959).
 *
 * @throws InvalidValueError for a bad or unstable queue, or unless `serviceScv` is at least 0.
 */
export function mgcApproximateMeanWaitSeconds(queue: MmcQueue & { readonly serviceScv: number }): number {
  return approximate('mgcApproximateMeanWaitSeconds', { ...queue, arrivalScv: 1 });
}

/**
 * APPROXIMATE mean wait at G/G/c, first come first served, in seconds: (arrivalScv + serviceScv) / 2 times that of M/M/c (Allen–Cunneen).
 * With one server it is Kingman's estimate for heavy traffic. Poor for arrivals far from Poisson at low load.
 *
 * Source: A. O. Allen, "Probability, Statistics, and Queueing Theory" (1990), §5.3.5; W. Whitt, "Approximations for the GI/G/m queue",
 * Production and Operations Management 2 (1993), with its refinements.
 *
 * @throws InvalidValueError for a bad or unstable queue, or unless both scv are at least 0.
 */
export function ggcApproximateMeanWaitSeconds(
  queue: MmcQueue & { readonly arrivalScv: number; readonly serviceScv: number },
): number {
  return approximate('ggcApproximateMeanWaitSeconds', queue);
}

function approximate(
  model: string,
  queue: MmcQueue & { readonly arrivalScv: number; readonly serviceScv: number },
): number {
  const { arrivalScv, serviceScv } = queue;
  const checks = [notNegative('arrivalScv', arrivalScv), notNegative('serviceScv', serviceScv)];
  return ((arrivalScv + serviceScv) / 2) * mmcLoad(model, queue, checks).meanWaitSeconds;
}
