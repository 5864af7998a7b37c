/**
 * What a lane's controller observes, plans and does. The Lambda and the simulator speak of it in the same types, so that a decision
 * which was stored by the one can be run again by the other.
 *
 * Demand is counted in events per minute of their arrival at ingestion. Capacity is counted in environments: one Lambda execution
 * environment runs one invocation at a time.
 */

/** Concurrent invocations of one provisioned poller: docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html. */
export const CONCURRENCY_PER_POLLER = 10;

/** Events that arrived in one completed minute. `minute` is epoch milliseconds / 60,000, whole. */
export interface MinuteCount {
  readonly minute: number;
  readonly count: number;
}

/** Over the invocations of some minutes; times in seconds. */
export interface InvocationSums {
  readonly invocations: number;
  readonly records: number;
  /** Σ n². */
  readonly recordsSquared: number;
  readonly busySeconds: number;
  /** Σ d². */
  readonly busySecondsSquared: number;
  /** Σ n d. */
  readonly recordBusySeconds: number;
  /** Mean time of the inits that were seen; `undefined` for none. */
  readonly initSeconds: number | undefined;
}

/** How long work takes in a lane, measured over the last completed minutes. */
export interface ServiceObservation {
  /** h: time of an invocation that does not depend on how many records it carries. */
  readonly overheadSeconds: number;
  /** s: time that one more record adds to an invocation. */
  readonly recordSeconds: number;
  /** True where all batches were alike, so that how the time falls into h and s is an assumption. */
  readonly isSplitAssumed?: boolean;
  /** Squared coefficient of variation of the time of an invocation; 0 for constant, 1 for exponential. */
  readonly scv: number;
  /** Time to start an environment, at the median. */
  readonly initSeconds: number;
}

/** `failed`: AWS gave up the last change, and no more stands than is allocated. */
export type ProvisionedStatus = 'none' | 'in-progress' | 'ready' | 'failed';

/** What a lane has now, read from the APIs that own it. */
export interface LaneCapacity {
  readonly provisionedRequested: number;
  /** Usable; AWS gives a request whole or not at all. */
  readonly provisionedAllocated: number;
  readonly provisionedStatus: ProvisionedStatus;
  /** Cap of the event source mapping, 2-1,000; of provisioned pollers ten times their greatest number. */
  readonly maximumConcurrency: number;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly form: 'fused' | 'split';
  /** The alias has routing weights: a new version is being warmed, and a deploy owns the alias. */
  readonly deploying: boolean;
}

/** The configuration's part that planning needs. */
export interface LaneTerms {
  readonly lane: string;
  /** ESMRM's w_i. */
  readonly weight: number;
  readonly objectiveSeconds: number;
  readonly ordered: boolean;
  /** Provisioned environments never go below. */
  readonly floor: number;
  /** Provisioned environments never go above. */
  readonly ceiling: number;
  /** Bounds of the mapping's cap. */
  readonly leastConcurrency: number;
  readonly mostConcurrency: number;
  /** Provisioned pollers that always stand; the cap is then a multiple of ten. Left out: a standard mapping, which has to climb its ramp. */
  readonly leastPollers?: number | undefined;
  readonly mostBatchSize: number;
  readonly memoryMegabytes: number;
}

export interface LaneObservation {
  readonly terms: LaneTerms;
  /** Completed minutes not seen by the former step, oldest first; a gap is a minute in which nothing was reported. */
  readonly arrivals: readonly MinuteCount[];
  /** `undefined` until the lane has run something. */
  readonly service: ServiceObservation | undefined;
  /** Messages in the lane, as the queue approximates them. */
  readonly backlog: number;
  readonly oldestAgeSeconds: number;
  readonly capacity: LaneCapacity;
  readonly paused: boolean;
  /** When the youngest of these figures was true. Older than `staleAfterSeconds`: the last good plan is held. */
  readonly observedAtMs: number;
}

export interface AccountObservation {
  /** The account's concurrent executions. */
  readonly concurrencyLimit: number;
  /** Kept by reservations of functions that are no lane's runner (ingest and the rest). */
  readonly reservedElsewhere: number;
}

/** Quantiles of the greatest demand per minute over the time that the plan will stand. */
export interface DemandForecast {
  readonly lane: string;
  /** Minutes from now to the beginning and the end of the window, e.g. 3 and 8. */
  readonly fromMinutes: number;
  readonly untilMinutes: number;
  /** By level (0.05, 0.5, 0.95, ... and the plan's own), events per minute, not falling. */
  readonly quantiles: readonly { readonly level: number; readonly eventsPerMinute: number }[];
  /** A burst that the detector takes to be under way. */
  readonly burst: boolean;
}

export interface LanePlan {
  readonly lane: string;
  /** Environments that the lane needs, before anything is shared out. */
  readonly needed: number;
  /** What the weighted sharing gives it; above `needed` never. */
  readonly granted: number;
  /** Idle environments of other lanes that it may use meanwhile. */
  readonly borrowed: number;
  readonly provisioned: number;
  readonly maximumConcurrency: number;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly form: 'fused' | 'split';
  /** ρ = λ E[S] / (N b) at the forecast demand. */
  readonly utilisation: number;
}

/** One change to a lane; each is one API call. */
export type ScalingAction =
  | { readonly kind: 'provision'; readonly environments: number; readonly from: number }
  | { readonly kind: 'release'; readonly from: number }
  | {
      readonly kind: 'mapping';
      readonly maximumConcurrency: number;
      readonly batchSize: number;
      readonly batchWindowSeconds: number;
    }
  | { readonly kind: 'form'; readonly form: 'fused' | 'split' };

/** Why, as a code with arguments: stored as data, put into words only when somebody reads it. */
export interface Reason {
  readonly code: string;
  readonly args: Readonly<Record<string, number | string>>;
}

/** One step of one lane's controller, as it is stored. `inputs` and `stateBefore` are enough to run it again. */
export interface DecisionRecord<State = unknown, Inputs = unknown> {
  readonly lane: string;
  readonly atMs: number;
  /** Of the parameters that the policies ran with. */
  readonly parametersHash: string;
  readonly inputs: Inputs;
  readonly stateBefore: State;
  readonly forecast: readonly DemandForecast[];
  readonly plan: LanePlan | undefined;
  readonly actions: readonly ScalingAction[];
  readonly reasons: readonly Reason[];
  /** What became of each action: done, or the error that the API gave. */
  readonly outcome: readonly { readonly action: ScalingAction['kind']; readonly result: string }[];
}

/** `dry-run`: decides and records, and changes nothing. `off`: does not even decide. */
export type SchedulingMode = 'on' | 'dry-run' | 'off';

const STRICTNESS: readonly SchedulingMode[] = ['on', 'dry-run', 'off'];

/** `on` where nothing is said. */
export function stricterMode(...modes: readonly (SchedulingMode | undefined)[]): SchedulingMode {
  const strictest = Math.max(0, ...modes.map((mode) => (mode === undefined ? 0 : STRICTNESS.indexOf(mode))));
  return STRICTNESS[strictest] ?? 'on';
}
