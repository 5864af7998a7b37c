/**
 * Environments that a lane needs for a demand: enough that utilisation stays at its bound, and enough that few invocations wait
 * longer than the objective leaves them.
 */
import type { LaneTerms, ServiceObservation } from '../../contracts/scheduling';
import { erlangC } from '../../queueing/erlang-c';
import { invocationSeconds } from './batch';
import type { PlanningParameters } from './parameters';

export interface NeedInput {
  readonly terms: Pick<LaneTerms, 'objectiveSeconds'>;
  readonly service: ServiceObservation;
  readonly eventsPerSecond: number;
  readonly batchSize: number;
  /** Messages that wait already, to be worked off within the objective beside what arrives. */
  readonly backlog: number;
}

/** ρ = λ E[S] / N with λ in invocations: of b events each where batches fill, which they do when a lane is busy. */
export function offeredErlangs({ service, eventsPerSecond, batchSize }: Omit<NeedInput, 'terms' | 'backlog'>): number {
  return (eventsPerSecond / batchSize) * invocationSeconds(service, batchSize);
}

/** Whole, 0 where nothing arrives and nothing waits. */
export function environmentsNeeded(
  input: NeedInput,
  parameters: Pick<PlanningParameters, 'utilisationBound' | 'lateShare'>,
): number {
  const { terms, service, backlog, batchSize } = input;
  const drainEventsPerSecond = backlog / terms.objectiveSeconds;
  const eventsPerSecond = input.eventsPerSecond + drainEventsPerSecond;
  const erlangs = offeredErlangs({ service, eventsPerSecond, batchSize });
  if (erlangs === 0) return 0;
  const forUtilisation = Math.max(1, Math.ceil(erlangs / parameters.utilisationBound - 1e-9));
  const serviceSeconds = invocationSeconds(service, batchSize);
  const slackSeconds = Math.max(0, terms.objectiveSeconds - serviceSeconds);
  let environments = forUtilisation;
  while (lateShare(erlangs, environments, serviceSeconds, service.scv, slackSeconds) > parameters.lateShare)
    environments += 1;
  return environments;
}

/**
 * P(wait > t) of M/M/c, C(c, a) exp(-(c - a) t / E[S]), with the rate of decay corrected for the variability of service by
 * 2 / (1 + scv), as the mean wait is in Allen and Cunneen's approximation of M/G/c. An approximation, therefore.
 */
function lateShare(
  erlangs: number,
  servers: number,
  serviceSeconds: number,
  scv: number,
  slackSeconds: number,
): number {
  const decay = ((servers - erlangs) / serviceSeconds) * (2 / (1 + scv));
  return erlangC({ offeredErlangs: erlangs, servers }) * Math.exp(-decay * slackSeconds);
}
