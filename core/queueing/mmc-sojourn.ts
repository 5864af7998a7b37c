/** How long a customer of M/M/c stays, from arrival to the end of its service. Source: Kleinrock, "Queueing Systems I" (1975), §3.5. */
import { notNegative, tailProbability } from './inputs';
import { type MmcLoad, type MmcQueue, mmcLoad } from './mmc';

/**
 * P(T > `sojournSeconds`), 1 at 0 and falling to 0: a service, and with probability C(c, a) an exponential wait of rate cμ − λ before it.
 *
 * @throws InvalidValueError for a bad or unstable queue, or unless `sojournSeconds` is at least 0.
 */
export function mmcSojournTail(input: MmcQueue & { readonly sojournSeconds: number }): number {
  const load = mmcLoad('mmcSojournTail', input, [notNegative('sojournSeconds', input.sojournSeconds)]);
  return tail(load, input.sojournSeconds / input.meanServiceSeconds);
}

/**
 * The time, in seconds, that a stay exceeds with probability `exceedProbability`; 0 for probability 1. The tail has no inverse in closed
 * form, so it is bisected until no double lies between the bounds.
 *
 * @throws InvalidValueError for a bad or unstable queue, or unless `exceedProbability` is above 0 and at most 1.
 */
export function mmcSojournQuantileSeconds(input: MmcQueue & { readonly exceedProbability: number }): number {
  const checks = [tailProbability('exceedProbability', input.exceedProbability)];
  const load = mmcLoad('mmcSojournQuantileSeconds', input, checks);
  let low = 0;
  let high = 1;
  while (tail(load, high) > input.exceedProbability) {
    low = high;
    high *= 2;
  }
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (tail(load, middle) > input.exceedProbability) low = middle;
    else high = middle;
  }
  return low * input.meanServiceSeconds;
}

/** The tail with time counted in mean services; rounding must not lift it above 1. */
function tail({ spareServers, waitProbability }: MmcLoad, services: number): number {
  const unqueued = (1 - waitProbability) * Math.exp(-services);
  return Math.min(1, unqueued + waitProbability * tailOfSum(1, spareServers, services));
}

/** P(X + Y > t) for two exponentials, written from the slower one: so nothing overflows, and rates that nearly agree lose no digits. */
function tailOfSum(rate: number, otherRate: number, services: number): number {
  const slow = Math.min(rate, otherRate);
  const gap = Math.max(rate, otherRate) - slow;
  const held = gap === 0 ? services : -Math.expm1(-gap * services) / gap;
  return Math.exp(-slow * services) * (1 + slow * held);
}
