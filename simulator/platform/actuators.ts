/** What the actions of a policy do, with their lags and refusals. */
import type { ScalingAction } from '../../core/contracts/scheduling';
import { LAMBDA_FACTS } from './facts';
import { MAPPING_CHANGED, PROVISIONED_READY } from './kinds';
import type { Lane } from './lane';
import type { Platform } from './platform';
import { PURPOSE, RECEIVES } from './purposes';

export function beginActions(platform: Platform, lane: Lane, actions: readonly ScalingAction[]): void {
  for (const action of actions) {
    if (action.kind === 'provision') provision(platform, lane, action.environments);
    else if (action.kind === 'release') release(platform, lane);
    else if (action.kind === 'form') lane.form = action.form;
    else {
      lane.pendingMapping = action;
      const { calendar, setting } = platform;
      calendar.push(calendar.time + setting.mappingLagSeconds, MAPPING_CHANGED, lane.index, ++lane.mappingStamp);
    }
  }
}

export function applyMapping(lane: Lane): void {
  const action = lane.pendingMapping;
  if (action === undefined) return;
  lane.maximumConcurrency = action.maximumConcurrency;
  lane.batchSize = action.batchSize;
  lane.batchWindowSeconds = action.batchWindowSeconds;
  lane.pollerLimit = Math.min(lane.pollerLimit, lane.pollerMost);
}

/** AWS takes no second change while one is in progress, and none that leaves too little unreserved. */
function provision(platform: Platform, lane: Lane, environments: number): void {
  if (lane.provisionedStatus === 'in-progress') return;
  if (environments < 1) {
    release(platform, lane);
    return;
  }
  const { calendar, setting } = platform;
  const now = calendar.time;
  if (!platform.account.mayHold(lane, environments)) {
    lane.provisionedStatus = 'failed';
    return;
  }
  platform.account.hold(lane, environments);
  lane.meter.set(now, environments);
  const added = environments - lane.provisionedAllocated;
  if (added <= 0) {
    shrink(platform, lane, environments);
    lane.provisionedStatus = 'ready';
    return;
  }
  lane.provisionedStatus = 'in-progress';
  const luck = platform.keyed.at(PURPOSE.lag, (lane.provisionedStamp + 1) * RECEIVES + (lane.index % RECEIVES));
  const lag = setting.provisionedLag.sample(luck) + added / LAMBDA_FACTS.provisionedPerSecond;
  calendar.push(now + lag, PROVISIONED_READY, lane.index, ++lane.provisionedStamp);
}

function release(platform: Platform, lane: Lane): void {
  platform.account.hold(lane, 0);
  lane.provisionedStamp++;
  lane.meter.set(platform.calendar.time, 0);
  shrink(platform, lane, 0);
  lane.provisionedStatus = 'none';
}

/** Idle ones go at once, busy ones when their run ends. */
function shrink(platform: Platform, lane: Lane, environments: number): void {
  const now = platform.calendar.time;
  lane.account(now);
  lane.provisionedAllocated = environments;
  while (lane.warm.size > 0 && lane.warm.size + lane.provisionedBusy > environments)
    lane.environmentsOf.destroy(lane.warm.takeOldest());
  rate(lane, now);
}

/** All that was asked for becomes usable at once. */
export function provisionedReady(platform: Platform, lane: Lane, environments: number): void {
  const now = platform.calendar.time;
  lane.account(now);
  if (lane.provisionedRequested !== environments) {
    platform.account.hold(lane, environments);
    lane.meter.set(now, environments);
  }
  lane.provisionedAllocated = environments;
  for (let have = lane.warm.size + lane.provisionedBusy; have < environments; have++)
    lane.warm.add(platform.create(lane, true), now);
  lane.provisionedStatus = 'ready';
  rate(lane, now);
}

function rate(lane: Lane, now: number): void {
  const perSecond = LAMBDA_FACTS.requestsPerConcurrency * lane.provisionedAllocated;
  lane.provisionedRate.resize(now, perSecond, perSecond);
}
