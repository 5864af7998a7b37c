/**
 * Records per invocation and how long to wait for them. A batch of b takes h + b s, so that N environments do N b / (h + b s) records
 * a second: large batches pay where the fixed part h is large or environments are short, and cost latency, of which the objective
 * allows a part.
 */
import type { LaneTerms, ServiceObservation } from '../../contracts/scheduling';
import type { PlanningParameters } from './parameters';

/** Above ten, AWS asks for a window of one second at least. */
const MOST_WITHOUT_WINDOW = 10;
const MOST_WINDOW_SECONDS = 300;

export interface Batching {
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
}

export const invocationSeconds = (service: ServiceObservation, records: number): number =>
  service.overheadSeconds + records * service.recordSeconds;

/** b_i: how many times faster one environment works through a backlog in batches than one by one. 1 where h is 0. */
export const speedUp = (service: ServiceObservation, records: number): number =>
  (records * invocationSeconds(service, 1)) / invocationSeconds(service, records);

/** Whether batches are worth their wait. Where what a record costs is only assumed, they are taken to be, since they alone can tell. */
export const isFasterBatched = (
  service: ServiceObservation,
  records: number,
  { batchGainAtLeast }: Pick<PlanningParameters, 'batchGainAtLeast'>,
): boolean => records > 1 && (!isKnown(service) || speedUp(service, records) >= batchGainAtLeast);

type Terms = Pick<LaneTerms, 'objectiveSeconds' | 'ordered' | 'mostBatchSize'>;

/**
 * Where capacity is not short: the largest batch that takes hardly longer than one record, without a window. Nobody waits for a batch
 * to fill, and nobody waits much longer for its end.
 */
export function relaxedBatch(
  terms: Terms,
  service: ServiceObservation,
  parameters: Pick<PlanningParameters, 'batchShareOfObjective' | 'lengthenShare'>,
): Batching {
  if (terms.ordered) return { batchSize: 1, batchWindowSeconds: 0 };
  const { recordSeconds } = service;
  const longer = parameters.lengthenShare * invocationSeconds(service, 1);
  const unnoticed = isKnown(service) ? 1 + Math.floor(longer / recordSeconds + 1e-9) : MOST_WITHOUT_WINDOW;
  const most = Math.min(unnoticed, largestBatch(terms, service, parameters), MOST_WITHOUT_WINDOW);
  return { batchSize: most, batchWindowSeconds: 0 };
}

/**
 * Where capacity is short: the largest batch that its part of the objective allows. A window only where the objective has seconds to
 * give and it fills more of a batch than it would anyway: it saves invocations of a lane that is in no hurry.
 */
export function planBatch(
  terms: Terms,
  service: ServiceObservation,
  eventsPerSecond: number,
  parameters: Pick<PlanningParameters, 'batchShareOfObjective' | 'windowShareOfObjective'>,
): Batching {
  if (terms.ordered) return { batchSize: 1, batchWindowSeconds: 0 };
  const largest = largestBatch(terms, service, parameters);
  const windowSeconds = Math.min(
    MOST_WINDOW_SECONDS,
    Math.floor(parameters.windowShareOfObjective * terms.objectiveSeconds),
  );
  const filled = eventsPerSecond * windowSeconds;
  const worthIt = windowSeconds >= 1 && filled >= 2;
  if (worthIt) return { batchSize: largest, batchWindowSeconds: windowSeconds };
  return { batchSize: Math.min(largest, MOST_WITHOUT_WINDOW), batchWindowSeconds: 0 };
}

function largestBatch(
  terms: Terms,
  service: ServiceObservation,
  { batchShareOfObjective }: Pick<PlanningParameters, 'batchShareOfObjective'>,
): number {
  const room = batchShareOfObjective * terms.objectiveSeconds - service.overheadSeconds;
  const allowed = isKnown(service) ? Math.floor(room / service.recordSeconds) : terms.mostBatchSize;
  return Math.max(1, Math.min(terms.mostBatchSize, allowed));
}

/**
 * Where what a record costs is only assumed, the largest batch is allowed: batches were all alike because little came, and only a
 * burst's full ones can teach the difference.
 */
const isKnown = ({ recordSeconds, isSplitAssumed }: ServiceObservation): boolean =>
  recordSeconds > 0 && isSplitAssumed !== true;
