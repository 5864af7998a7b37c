/**
 * The knobs of planning and their defaults, which are what is deployed: an environment's configuration sets the cost ceiling and nothing
 * else. They were set by hand; what tuning offers is not taken over. Floors, ceilings and objectives are a lane's own, see `LaneTerms`.
 */
import { DEFAULT_FORECAST_PARAMETERS, type ForecastParameters } from '../forecast';

export interface SchedulingParameters {
  readonly planning: PlanningParameters;
  readonly forecast: ForecastParameters;
  /** The plan's window, in minutes from the running one: from when a change is usable until the next can replace it. */
  readonly window: { readonly fromMinutes: number; readonly untilMinutes: number };
}

export interface PlanningParameters {
  /** The plan keeps ρ at or below it at the forecast demand. (0, 1). */
  readonly utilisationBound: number;
  /** Share of invocations that may wait longer than the lane's objective leaves room for. (0, 1). */
  readonly lateShare: number;
  /** Level of the demand quantile that capacity is planned for. (0, 1). */
  readonly planLevel: number;
  /**
   * An environment is provisioned where its expected busy share is at least this. AWS's prices make the k-th environment cheaper
   * provisioned than on demand from 0.60; below that, it buys fewer cold starts. A lane that is kept to its grant uses all of it, so
   * that a level which the forecast's middle would leave idle is busy in the end: hence the low default.
   */
  readonly busyShareAtLeast: number;
  /** The same for lanes whose objective is shorter than `coldSensitiveInits` inits: there, a cold start breaks the objective. */
  readonly busyShareAtLeastSensitive: number;
  readonly coldSensitiveInits: number;
  /** Warm levels are counted for the forecast demand times this: above 1, they hold through rises that no forecast sees. Positive. */
  readonly warmMargin: number;
  /** A smaller change of a level than this share of it is left alone. [0, 1). */
  readonly changeAtLeast: number;
  /** Consecutive steps that must agree before a level is lowered. At least AWS's five billed minutes pay. */
  readonly lowerAfterSteps: number;
  /** Share of the account's concurrency that is never planned, for what the forecast does not see. [0, 1). */
  readonly headroomShare: number;
  /** Whether a lane may use what others of its account do not need. */
  readonly lend: boolean;
  /**
   * Where capacity is not short, a batch may take longer than a single record by this share: batching then costs next to no latency,
   * and is large exactly where the fixed part of an invocation outweighs a record's. 0 or more.
   */
  readonly lengthenShare: number;
  /** Of a full batch: what invocations are planned to carry. The rest is room for a burst, which fills batches first. (0, 1]. */
  readonly fillShare: number;
  /**
   * How many times faster than with single records a lane must work in batches to be kept to what they need, or, for what is
   * only forecast, to batch harder. Where a record costs as much as an invocation, batches save nothing and make each wait. At least 1.
   */
  readonly batchGainAtLeast: number;
  /** Lanes whose objective is shorter than so many single invocations may use what is idle at once, batched or not. */
  readonly thriftFromInvocations: number;
  /** Where capacity is short, a batch may take this share of the objective. (0, 1]. */
  readonly batchShareOfObjective: number;
  /** Where batches alone do not make up for what is short, a window may take this share of the objective. [0, 1]. */
  readonly windowShareOfObjective: number;
  /** Chains begin split where the backlog would take longer than this share of the objective, and environments are free. */
  readonly splitAboveShareOfObjective: number;
  /** Inputs older than this are not acted on. */
  readonly staleAfterSeconds: number;
  /** What provisioned environments may cost, for all lanes together; `null` for no ceiling. US dollars an hour. */
  readonly costCeilingDollarsPerHour: number | null;
}

export const DEFAULT_PLANNING: PlanningParameters = {
  utilisationBound: 0.9,
  lateShare: 0.01,
  planLevel: 0.95,
  busyShareAtLeast: 0.05,
  busyShareAtLeastSensitive: 0.05,
  coldSensitiveInits: 10,
  warmMargin: 1,
  changeAtLeast: 0.1,
  lowerAfterSteps: 5,
  headroomShare: 0.02,
  lend: true,
  lengthenShare: 0.1,
  fillShare: 0.3,
  batchGainAtLeast: 1.25,
  thriftFromInvocations: 6,
  batchShareOfObjective: 0.25,
  windowShareOfObjective: 0.05,
  splitAboveShareOfObjective: 0.5,
  staleAfterSeconds: 300,
  costCeilingDollarsPerHour: null,
};

/** Three minutes are what AWS takes to allocate, at the worst, and a minute to see; five are the least it bills. */
export const DEFAULT_SCHEDULING: SchedulingParameters = {
  planning: DEFAULT_PLANNING,
  forecast: DEFAULT_FORECAST_PARAMETERS,
  window: { fromMinutes: 3, untilMinutes: 8 },
};
