/** What a run of the platform model is given. */
import type { AccountObservation, LaneTerms } from '../../core/contracts/scheduling';
import type { Distribution } from '../engine';
import type { Routing } from './idle-pool';
import type { ScalingPolicy } from './policy';

/** How a lane's queue is read. */
export type Pollers =
  /** `perSecond`: concurrent invocations that it adds a second while messages wait; left out: as AWS documents it. */
  | { readonly mode: 'standard'; readonly perSecond?: number }
  /** Dedicated pollers, each of 10 concurrent invocations. */
  | { readonly mode: 'provisioned'; readonly least: number; readonly most: number };

export interface LaneSetting {
  readonly terms: LaneTerms;
  /** Arrivals at ingestion in seconds since the start, not falling. */
  readonly arrivals: Float64Array;
  /** Of each arrival: the number that its luck is drawn by, below 2^31. Left out: its place among all arrivals, lane by lane. */
  readonly identities?: Int32Array;
  /** From the arrival until the message can be received. */
  readonly ingest: Distribution;
  /** h: per invocation. */
  readonly overheadSeconds: number;
  /** s: per record. */
  readonly record: Distribution;
  /** A factor for each invocation, of mean 1: h + Σ s takes so much of its usual time. Left out: always 1. */
  readonly spread?: Distribution;
  readonly init: Distribution;
  /** An event older than this when it is received becomes EXPIRED. Infinity: never. */
  readonly deadlineSeconds: number;
  /** Of the function: what runs longer is killed, and its records come back. */
  readonly timeoutSeconds: number;
  readonly visibilitySeconds: number;
  /** Receives after which a message goes to the dead-letter queue. */
  readonly maxReceives: number;
  /** Share of the receives of a record that fail, and after how long such a record is visible again. */
  readonly failureShare: number;
  readonly retrySeconds: number;
  readonly pollers: Pollers;
  readonly maximumConcurrency: number;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly form: 'fused' | 'split';
  /** Invocations that a chain takes when it is split: each costs h and its part of s. */
  readonly hops: number;
  /** Provisioned environments that are ready at the start. */
  readonly provisioned: number;
  /** Of the account's concurrency, for this lane's function alone, and no more for it: its provisioned environments are part of it. Left out: none. */
  readonly reserved?: number;
}

/** Each share is of invocations, but for `slowShare`, which is of environments. */
export interface Faults {
  /** The environment is lost in the middle of a run; its records come back after the visibility time-out. */
  readonly interruptedShare: number;
  readonly slowShare: number;
  readonly slowFactor: number;
  /** The answer comes that much later. */
  readonly delayedShare: number;
  readonly delayedSeconds: number;
}

export interface PlatformSetting {
  readonly seed: number;
  readonly lanes: readonly LaneSetting[];
  readonly account: AccountObservation;
  /** τp: how long an idle on-demand environment stays. */
  readonly keepAliveSeconds: number;
  readonly routing: Routing;
  /** Until a provisioned configuration of any size is ready; 6,000 environments a minute come on top. */
  readonly provisionedLag: Distribution;
  /** Until a change of a mapping works. */
  readonly mappingLagSeconds: number;
  /** A mapping gives concurrency back at this many a second when its queue is empty. */
  readonly pollersDownPerSecond: number;
  readonly faults?: Faults;
  /** Decides each minute. Left out: nothing is ever changed. */
  readonly policy?: ScalingPolicy;
  /** Epoch minute of the start. */
  readonly startMinute: number;
  /** Events that arrive before are run and not counted. */
  readonly measureFromSeconds: number;
  /** Integrals end here; the drain goes on after it for at most so long. */
  readonly untilSeconds: number;
  readonly drainSeconds: number;
}

/** Values for all that a caller need not care about. */
export const PLATFORM_DEFAULTS = {
  account: { concurrencyLimit: 1000, reservedElsewhere: 0 },
  keepAliveSeconds: 600,
  routing: 'newest',
  mappingLagSeconds: 10,
  pollersDownPerSecond: 5,
  startMinute: 0,
  measureFromSeconds: 0,
  drainSeconds: 3600,
} as const;

export const LANE_DEFAULTS = {
  deadlineSeconds: Number.POSITIVE_INFINITY,
  timeoutSeconds: 30,
  visibilitySeconds: 180,
  maxReceives: 5,
  failureShare: 0,
  retrySeconds: 1,
  pollers: { mode: 'standard' },
  maximumConcurrency: 1000,
  batchSize: 1,
  batchWindowSeconds: 0,
  form: 'fused',
  hops: 1,
  provisioned: 0,
} as const;
