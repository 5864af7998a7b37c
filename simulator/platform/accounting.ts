/**
 * What a run came to. Every event offered in the measured window counts: one that was shed, refused, expired, dead or left over enters
 * latency at the greatest of its elapsed time, its deadline and ten times the objective. Latency is booked at arrival.
 */
import { DONE, OUTCOME_NAMES } from './event-store';
import { LAMBDA_FACTS } from './facts';
import type { Lane, Usage } from './lane';
import type { Platform } from './platform';
import { PLATFORM_PRICES } from './prices';

export interface LaneAccount {
  readonly lane: string;
  readonly offered: number;
  readonly outcomes: Readonly<Record<(typeof OUTCOME_NAMES)[number], number>>;
  /** Of each offered event, in the order of arrival. */
  readonly latencySeconds: Float64Array;
  readonly meanLatencySeconds: number;
  /** Done within the objective, as a share of the offered. */
  readonly withinObjectiveShare: number;
  /** Share of the offered that waited for an init. */
  readonly coldShare: number;
  readonly idle: IdleTime;
  readonly dollars: Dollars;
  readonly usage: Usage;
}

/** In GB-seconds: all environments that did nothing, and those that were paid for meanwhile. */
export interface IdleTime {
  readonly resident: number;
  readonly billed: number;
}

export interface Dollars {
  readonly onDemand: number;
  /** Held, by both readings of what a change of size restarts. */
  readonly provisionedPerLevel: number;
  readonly provisionedPerConfiguration: number;
  readonly provisionedDuration: number;
  readonly requests: number;
  readonly queues: number;
  readonly pollers: number;
  readonly controller: number;
  /** With the cheaper reading of provisioned time. */
  readonly total: number;
}

const PENALTY = 10;

export const accountAll = (platform: Platform): readonly LaneAccount[] =>
  platform.lanes.map((lane) => accountLane(platform, lane));

function accountLane(platform: Platform, lane: Lane): LaneAccount {
  const { events, setting } = platform;
  const { objectiveSeconds } = lane.setting.terms;
  const { deadlineSeconds } = lane.setting;
  const end = events.offsets[lane.index + 1] as number;
  let first = events.offsets[lane.index] as number;
  while (first < end && (events.arrivedAt[first] as number) < setting.measureFromSeconds) first++;
  const offered = end - first;
  const latencySeconds = new Float64Array(offered);
  const counts = OUTCOME_NAMES.map(() => 0);
  const penalty = Math.max(Number.isFinite(deadlineSeconds) ? deadlineSeconds : 0, PENALTY * objectiveSeconds);
  let [within, cold, sum] = [0, 0, 0];
  for (let event = first; event < end; event++) {
    const outcome = events.outcome[event] as number;
    const settledAt = events.settledAt[event] as number;
    const elapsed =
      (Number.isNaN(settledAt) ? platform.calendar.time : settledAt) - (events.arrivedAt[event] as number);
    const latency = outcome === DONE ? elapsed : Math.max(elapsed, penalty);
    latencySeconds[event - first] = latency;
    sum += latency;
    counts[outcome] = (counts[outcome] as number) + 1;
    if (outcome === DONE && latency <= objectiveSeconds) within++;
    cold += events.cold[event] as number;
  }
  return {
    lane: lane.setting.terms.lane,
    offered,
    outcomes: Object.fromEntries(OUTCOME_NAMES.map((name, index) => [name, counts[index]])) as LaneAccount['outcomes'],
    latencySeconds,
    meanLatencySeconds: sum / offered,
    withinObjectiveShare: within / offered,
    coldShare: cold / offered,
    idle: idleOf(lane),
    dollars: dollarsOf(platform, lane),
    usage: lane.usage,
  };
}

const gigabytes = (lane: Lane): number => lane.setting.terms.memoryMegabytes / 1024;

function idleOf(lane: Lane): IdleTime {
  const { busySeconds, provisionedBusySeconds, provisionedSeconds, residentSeconds } = lane.usage;
  return {
    resident: (residentSeconds - busySeconds) * gigabytes(lane),
    billed: (provisionedSeconds - provisionedBusySeconds) * gigabytes(lane),
  };
}

function dollarsOf({ setting }: Platform, lane: Lane): Dollars {
  const { usage } = lane;
  const memory = gigabytes(lane);
  const measuredSeconds = setting.untilSeconds - setting.measureFromSeconds;
  const held = lane.meter.between(setting.measureFromSeconds, setting.untilSeconds);
  // A standard mapping asks an empty queue with five long polls.
  const idlePolls = (measuredSeconds * LAMBDA_FACTS.standardStart) / LAMBDA_FACTS.longPollSeconds;
  const parts = {
    onDemand: usage.onDemandBilledSeconds * memory * PLATFORM_PRICES.onDemandGigabyteSecond,
    provisionedPerLevel: held.perLevel * memory * PLATFORM_PRICES.provisionedGigabyteSecond,
    provisionedDuration: usage.provisionedBilledSeconds * memory * PLATFORM_PRICES.provisionedDurationGigabyteSecond,
    requests: usage.invocations * PLATFORM_PRICES.lambdaRequest,
    queues: (usage.sqsRequests + idlePolls) * PLATFORM_PRICES.sqsRequest,
    pollers: (usage.pollerSeconds / 3600) * PLATFORM_PRICES.pollerHour,
    controller: usage.controllerSteps * (setting.policy?.dollarsPerStep ?? 0),
  };
  return {
    ...parts,
    provisionedPerConfiguration: held.perConfiguration * memory * PLATFORM_PRICES.provisionedGigabyteSecond,
    total: Object.values(parts).reduce((sum, part) => sum + part, 0),
  };
}
