export { accountAll, type Dollars, type IdleTime, type LaneAccount } from './accounting';
export { arrivalsFromMinutes, mergedArrivals, poissonArrivals } from './arrivals';
export { DEAD, DONE, EventStore, EXPIRED, OUTCOME_NAMES, REFUSED, SHED_OUTCOME, UNFINISHED } from './event-store';
export { LAMBDA_FACTS, LAMBDA_INIT_MS, lambdaInit } from './facts';
export type { Routing } from './idle-pool';
export type { Lane, Usage } from './lane';
export { Platform } from './platform';
export { ADMIT, type Admission, type LaneView, REFUSE, type ScalingPolicy, SHED } from './policy';
export { PLATFORM_PRICES, PLATFORM_PRICES_AS_OF } from './prices';
export {
  type Faults,
  LANE_DEFAULTS,
  type LaneSetting,
  PLATFORM_DEFAULTS,
  type PlatformSetting,
  type Pollers,
} from './setting';
