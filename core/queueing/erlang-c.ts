import { erlangB } from './erlang-b';
import { notNegative, refuseFaults, refuseUnstable, serverCount } from './inputs';

/**
 * Erlang C: the probability that an arrival at an M/M/c queue has to wait, 0 to 1. Never below Erlang B of the same input.
 *
 * Source: A. K. Erlang (1917), from Erlang B as in Cooper, "Introduction to Queueing Theory" (1981), §3.5.
 *
 * @throws InvalidValueError unless `offeredErlangs` is at least 0 and below `servers`, a whole number from 1.
 */
export function erlangC(input: { readonly offeredErlangs: number; readonly servers: number }): number {
  const { offeredErlangs, servers } = input;
  refuseFaults('erlangC', [notNegative('offeredErlangs', offeredErlangs), serverCount('servers', servers)]);
  refuseUnstable('erlangC', offeredErlangs / servers);
  return waitProbability(erlangB(input), offeredErlangs / servers);
}

/** Erlang C from Erlang B at the same load, for those who have it already. */
export function waitProbability(blocked: number, utilisation: number): number {
  return blocked / (1 - utilisation * (1 - blocked));
}
