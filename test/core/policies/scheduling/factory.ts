/** A lane as planning sees it, with everything quiet; tests say what differs. */
import type {
  DemandForecast,
  LaneObservation,
  LaneTerms,
  ServiceObservation,
} from '../../../../core/contracts/scheduling';
import { DEFAULT_PLANNING, type PlanningParameters } from '../../../../core/policies/scheduling/parameters';

/** Fixed, so that tuning the defaults changes no test. */
export const PARAMETERS: PlanningParameters = {
  ...DEFAULT_PLANNING,
  utilisationBound: 0.8,
  busyShareAtLeast: 0.6,
  lowerAfterSteps: 5,
  headroomShare: 0.1,
  lengthenShare: 0.1,
  fillShare: 0.4,
  thriftFromInvocations: 20,
};

export const NOW_MS = 1_700_000_000_000;

export const TERMS: LaneTerms = {
  lane: 'critical',
  weight: 8,
  objectiveSeconds: 10,
  ordered: false,
  floor: 0,
  ceiling: 1000,
  leastConcurrency: 2,
  mostConcurrency: 1000,
  mostBatchSize: 10,
  memoryMegabytes: 256,
};
export const SERVICE: ServiceObservation = { overheadSeconds: 0.02, recordSeconds: 0.08, scv: 1, initSeconds: 0.2 };

type Change = Partial<Omit<LaneObservation, 'terms' | 'capacity'>> & {
  readonly terms?: Partial<LaneTerms>;
  readonly capacity?: Partial<LaneObservation['capacity']>;
};

export function observation({ terms, capacity, ...more }: Change = {}): LaneObservation {
  return {
    terms: { ...TERMS, ...terms },
    arrivals: [],
    service: SERVICE,
    backlog: 0,
    oldestAgeSeconds: 0,
    capacity: {
      provisionedRequested: 0,
      provisionedAllocated: 0,
      provisionedStatus: 'none',
      maximumConcurrency: 10,
      batchSize: 10,
      batchWindowSeconds: 0,
      form: 'fused',
      deploying: false,
      ...capacity,
    },
    paused: false,
    observedAtMs: NOW_MS,
    ...more,
  };
}

/** A forecast that is sure of one demand. */
export function certain(eventsPerSecond: number, lane = 'critical'): DemandForecast {
  const eventsPerMinute = 60 * eventsPerSecond;
  return {
    lane,
    fromMinutes: 3,
    untilMinutes: 8,
    quantiles: [
      { level: 0.05, eventsPerMinute },
      { level: 0.95, eventsPerMinute },
    ],
    burst: false,
  };
}
