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

/**
 * The largest batch that its part of the objective allows. A window only where the objective has seconds to give and it fills more
 * of a batch than it would anyway: it saves invocations of a lane that is in no hurry. Where what a record costs is only assumed, the
 * largest batch is allowed: batches were all alike because little came, and only a burst's full ones can teach the difference.
 */
export function planBatch(
  terms: Pick<LaneTerms, 'objectiveSeconds' | 'ordered' | 'mostBatchSize'>,
  service: ServiceObservation,
  eventsPerSecond: number,
  parameters: Pick<PlanningParameters, 'batchShareOfObjective' | 'windowShareOfObjective'>,
): Batching {
  if (terms.ordered) return { batchSize: 1, batchWindowSeconds: 0 };
  const room = parameters.batchShareOfObjective * terms.objectiveSeconds - service.overheadSeconds;
  const isKnown = service.recordSeconds > 0 && service.isSplitAssumed !== true;
  const allowed = isKnown ? Math.floor(room / service.recordSeconds) : terms.mostBatchSize;
  const largest = Math.max(1, Math.min(terms.mostBatchSize, allowed));
  const windowSeconds = Math.min(
    MOST_WINDOW_SECONDS,
    Math.floor(parameters.windowShareOfObjective * terms.objectiveSeconds),
  );
  const filled = eventsPerSecond * windowSeconds;
  const worthIt = windowSeconds >= 1 && filled >= 2;
  if (worthIt) return { batchSize: largest, batchWindowSeconds: windowSeconds };
  return { batchSize: Math.min(largest, MOST_WITHOUT_WINDOW), batchWindowSeconds: 0 };
}
