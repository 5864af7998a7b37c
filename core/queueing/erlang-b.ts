import { notNegative, refuseFaults, serverCount } from './inputs';

/**
 * Erlang B: the share of Poisson arrivals that find all servers busy where nobody waits (M/G/c/c), 0 to 1. It holds for every
 * distribution of service, and at every load: a loss system cannot be unstable. For a pool of warm environments it is the share of
 * invocations that need a new one.
 *
 * Source: A. K. Erlang (1917); the recursion is in Cooper, "Introduction to Queueing Theory" (1981), §3.3. Every step lies between 0 and
 * 1, so neither powers nor factorials overflow, and rounding errors shrink from step to step.
 *
 * @throws InvalidValueError unless `offeredErlangs` (arrivals per second × mean service) is at least 0 and `servers` a whole number from 0.
 */
export function erlangB(input: { readonly offeredErlangs: number; readonly servers: number }): number {
  const { offeredErlangs, servers } = input;
  refuseFaults('erlangB', [notNegative('offeredErlangs', offeredErlangs), serverCount('servers', servers, 0)]);
  let blocked = 1;
  for (let count = 1; count <= servers; count += 1) blocked = nextErlangB(blocked, offeredErlangs, count);
  return blocked;
}

/** Erlang B of `servers` from that of one server less; without servers it is 1. For those who walk over many counts. */
export function nextErlangB(previous: number, offeredErlangs: number, servers: number): number {
  const weight = offeredErlangs * previous;
  return weight / (servers + weight);
}
