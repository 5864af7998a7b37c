/** How long a customer of M/M/c waits for the start of its service. Source: Kleinrock, "Queueing Systems I" (1975), §3.5 and §5.9. */
import { notNegative, tailProbability } from './inputs';
import { type MmcQueue, mmcLoad } from './mmc';

/**
 * P(Wq > `waitSeconds`) = C(c, a) · e^−(cμ−λ)t, 0 to 1. At 0 it is Erlang C, not 1: the others do not wait at all.
 *
 * @throws InvalidValueError for a bad or unstable queue, or unless `waitSeconds` is at least 0.
 */
export function mmcWaitTail(input: MmcQueue & { readonly waitSeconds: number }): number {
  const checks = [notNegative('waitSeconds', input.waitSeconds)];
  const { spareServers, waitProbability } = mmcLoad('mmcWaitTail', input, checks);
  return waitProbability * Math.exp((-spareServers * input.waitSeconds) / input.meanServiceSeconds);
}

/**
 * The wait, in seconds, that is exceeded with probability `exceedProbability` (the 99th percentile is .01, which keeps its digits, as
 * .99999999 would not). 0 where no more than that wait at all.
 *
 * @throws InvalidValueError for a bad or unstable queue, or unless `exceedProbability` is above 0 and at most 1.
 */
export function mmcWaitQuantileSeconds(input: MmcQueue & { readonly exceedProbability: number }): number {
  const checks = [tailProbability('exceedProbability', input.exceedProbability)];
  const { spareServers, waitProbability } = mmcLoad('mmcWaitQuantileSeconds', input, checks);
  const services = Math.log(waitProbability / input.exceedProbability) / spareServers;
  return Math.max(0, services) * input.meanServiceSeconds;
}
