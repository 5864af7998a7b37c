/** The fewest servers of an M/M/c queue that keep a promise. More servers never wait longer, so the first that keeps it is the fewest. */
import { InvalidValueError } from '../contracts/errors';
import { nextErlangB } from './erlang-b';
import { waitProbability } from './erlang-c';
import { type Check, MOST_SERVERS, notNegative, positive, refuseFaults, tailProbability } from './inputs';

/** The load that is to be served. */
export interface Demand {
  /** λ, at least 0. */
  readonly arrivalsPerSecond: number;
  /** 1/μ, above 0. */
  readonly meanServiceSeconds: number;
}

/**
 * The fewest servers, at least 1, so that P(Wq > `waitSeconds`) is at most `exceedProbability`. The queue is then stable, too.
 *
 * @throws InvalidValueError unless demand and `waitSeconds` are in range, `exceedProbability` is above 0 and at most 1, and a million
 * servers are enough.
 */
export function fewestServersForWaitTail(
  input: Demand & { readonly waitSeconds: number; readonly exceedProbability: number },
): number {
  const { meanServiceSeconds, waitSeconds, exceedProbability } = input;
  const checks = [notNegative('waitSeconds', waitSeconds), tailProbability('exceedProbability', exceedProbability)];
  return fewest('fewestServersForWaitTail', input, checks, (waiting, spareServers) => {
    return waiting * Math.exp((-spareServers * waitSeconds) / meanServiceSeconds) <= exceedProbability;
  });
}

/**
 * The fewest servers, at least 1, so that the mean wait is at most `meanWaitSeconds`.
 *
 * @throws InvalidValueError unless demand is in range, `meanWaitSeconds` is above 0 and a million servers are enough.
 */
export function fewestServersForMeanWait(input: Demand & { readonly meanWaitSeconds: number }): number {
  const { meanServiceSeconds, meanWaitSeconds } = input;
  const checks = [positive('meanWaitSeconds', meanWaitSeconds)];
  return fewest('fewestServersForMeanWait', input, checks, (waiting, spareServers) => {
    return (waiting * meanServiceSeconds) / spareServers <= meanWaitSeconds;
  });
}

/** Walks up in one pass of Erlang's recursion; `keeps` is asked for stable counts only. */
function fewest(
  model: string,
  demand: Demand,
  checks: readonly Check[],
  keeps: (waitProbability: number, spareServers: number) => boolean,
): number {
  const { arrivalsPerSecond, meanServiceSeconds } = demand;
  refuseFaults(model, [
    notNegative('arrivalsPerSecond', arrivalsPerSecond),
    positive('meanServiceSeconds', meanServiceSeconds),
    ...checks,
  ]);
  const offered = arrivalsPerSecond * meanServiceSeconds;
  let blocked = 1;
  for (let servers = 1; servers <= MOST_SERVERS; servers += 1) {
    blocked = nextErlangB(blocked, offered, servers);
    if (offered < servers && keeps(waitProbability(blocked, offered / servers), servers - offered)) return servers;
  }
  throw new InvalidValueError(model, [
    {
      path: 'arrivalsPerSecond × meanServiceSeconds',
      value: offered,
      allowed: `what ${MOST_SERVERS} servers can serve`,
    },
  ]);
}
