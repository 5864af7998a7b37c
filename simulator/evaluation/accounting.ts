/** What a run comes to, by one rule for all systems (D1, D3, D5). */
import { LogHistogram } from '../engine';
import { accountAll, type Dollars, type LaneAccount } from '../platform/accounting';
import { DEAD, DONE, EXPIRED, REFUSED, SHED_OUTCOME, UNFINISHED } from '../platform/event-store';
import type { Platform } from '../platform/platform';
import type { LaneSetup } from '../systems/system';
import type { Scenario } from './scenario';
import { StabilityCells } from './stability';

export interface ClassSummary {
  readonly name: string;
  readonly offered: number;
  readonly meanSeconds: number;
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly p99Seconds: number;
  /** Done within the objective, of all offered. */
  readonly onTimeShare: number;
  readonly lostShare: number;
}

const DOLLAR_PARTS = [
  'onDemand',
  'provisionedPerLevel',
  'provisionedPerConfiguration',
  'provisionedDuration',
  'requests',
  'queues',
  'pollers',
  'controller',
  'total',
] as const;

export interface RunSummary {
  readonly offered: number;
  readonly meanSeconds: number;
  readonly p95Seconds: number;
  readonly p99Seconds: number;
  readonly onTimeShare: number;
  readonly coldShare: number;
  /** Of the (class, 10 s) cells; U of D3. */
  readonly unstableShare: number;
  readonly lost: {
    readonly shed: number;
    readonly refused: number;
    readonly dead: number;
    readonly expired: number;
    readonly unfinished: number;
  };
  /** Messages that waited when the window ended. */
  readonly backlog: number;
  readonly coldStarts: number;
  readonly invocations: number;
  readonly goodputPerSecond: number;
  /** Busy, of what was resident; and of the account's concurrency. */
  readonly utilisation: number;
  readonly accountUtilisation: number;
  readonly idleResidentGigabyteSeconds: number;
  readonly idleBilledGigabyteSeconds: number;
  readonly dollars: Dollars;
  readonly classes: readonly ClassSummary[];
  readonly simulatedEvents: number;
}

/** Events whose outcome is not DONE: at least this late. */
export const latenessOf = (elapsed: number, deadlineSeconds: number, objectiveSeconds: number): number =>
  Math.max(elapsed, Number.isFinite(deadlineSeconds) ? deadlineSeconds : 0, 10 * objectiveSeconds);

class ClassCount {
  readonly latencies = new LogHistogram();
  readonly cells: StabilityCells;
  onTime = 0;
  lost = 0;
  cold = 0;
  constructor(readonly objectiveSeconds: number) {
    this.cells = new StabilityCells(objectiveSeconds);
  }
}

export function account(platform: Platform, lanes: readonly LaneSetup[], scenario: Scenario): RunSummary {
  const counts = scenario.classes.map((each) => new ClassCount(each.objectiveSeconds));
  const lost = { shed: 0, refused: 0, dead: 0, expired: 0, unfinished: 0 };
  const all = new LogHistogram();
  lanes.forEach((lane, index) => {
    countLane(platform, index, lane, scenario, counts, lost, all);
  });
  for (const each of counts) each.cells.close();
  const offered = all.count;
  const seconds = scenario.untilSeconds - scenario.measureFromSeconds;
  const sum = (of: (count: ClassCount) => number) => counts.reduce((total, each) => total + of(each), 0);
  const usage = usageOf(platform);
  const onTime = sum((each) => each.onTime);
  return {
    offered,
    meanSeconds: all.mean,
    p95Seconds: all.quantile(0.95),
    p99Seconds: all.quantile(0.99),
    onTimeShare: onTime / offered,
    coldShare: sum((each) => each.cold) / offered,
    unstableShare:
      sum((each) => each.cells.unstable) /
      Math.max(
        1,
        sum((each) => each.cells.count),
      ),
    lost,
    backlog: backlogAt(platform, scenario.untilSeconds),
    coldStarts: usage.coldStarts,
    invocations: usage.invocations,
    goodputPerSecond: onTime / seconds,
    utilisation: usage.busySeconds / usage.residentSeconds,
    accountUtilisation: usage.busySeconds / seconds / scenario.spec.accountConcurrency,
    idleResidentGigabyteSeconds: usage.idleResident,
    idleBilledGigabyteSeconds: usage.idleBilled,
    dollars: usage.dollars,
    classes: counts.map((each, index) => ({
      name: scenario.classes[index]?.name ?? '',
      offered: each.latencies.count,
      meanSeconds: each.latencies.mean,
      p50Seconds: each.latencies.quantile(0.5),
      p95Seconds: each.latencies.quantile(0.95),
      p99Seconds: each.latencies.quantile(0.99),
      onTimeShare: each.onTime / Math.max(1, each.latencies.count),
      lostShare: each.lost / Math.max(1, each.latencies.count),
    })),
    simulatedEvents: platform.acted,
  };
}

/** Events come in the order of their arrival, lane by lane. */
function countLane(
  platform: Platform,
  index: number,
  { setting, classOf }: LaneSetup,
  scenario: Scenario,
  counts: readonly ClassCount[],
  lost: { shed: number; refused: number; dead: number; expired: number; unfinished: number },
  all: LogHistogram,
): void {
  const { events } = platform;
  const first = events.offsets[index] ?? 0;
  const end = scenario.untilSeconds + platform.setting.drainSeconds;
  for (let at = 0; at < setting.arrivals.length; at++) {
    const event = first + at;
    const arrived = events.arrivedAt[event] as number;
    const count = counts[classOf[at] as number];
    if (arrived < scenario.measureFromSeconds || count === undefined) continue;
    const outcome = events.outcome[event] as number;
    const settled = events.settledAt[event] as number;
    const elapsed = (Number.isNaN(settled) ? end : settled) - arrived;
    const done = outcome === DONE;
    const latency = done ? elapsed : latenessOf(elapsed, setting.deadlineSeconds, count.objectiveSeconds);
    if (done && latency <= count.objectiveSeconds) count.onTime++;
    if (!done) {
      count.lost++;
      if (outcome === SHED_OUTCOME) lost.shed++;
      else if (outcome === REFUSED) lost.refused++;
      else if (outcome === DEAD) lost.dead++;
      else if (outcome === EXPIRED) lost.expired++;
      else if (outcome === UNFINISHED) lost.unfinished++;
    }
    if (events.cold[event] === 1) count.cold++;
    count.latencies.add(latency);
    all.add(latency);
    count.cells.add(arrived, latency, outcome === SHED_OUTCOME || outcome === REFUSED);
  }
}

/** Accepted and without an outcome at that time. */
function backlogAt({ events }: Platform, seconds: number): number {
  let waiting = 0;
  for (let event = 0; event < events.count; event++)
    if ((events.arrivedAt[event] as number) <= seconds && !((events.settledAt[event] as number) <= seconds)) waiting++;
  return waiting;
}

function usageOf(platform: Platform) {
  const lanes = accountAll(platform);
  const sum = (of: (lane: LaneAccount) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
  const dollars = Object.fromEntries(
    DOLLAR_PARTS.map((part) => [part, sum((lane) => lane.dollars[part])]),
  ) as unknown as Dollars;
  return {
    coldStarts: sum(({ usage }) => usage.coldStarts),
    invocations: sum(({ usage }) => usage.invocations),
    busySeconds: sum(({ usage }) => usage.busySeconds),
    residentSeconds: sum(({ usage }) => usage.residentSeconds),
    idleResident: sum(({ idle }) => idle.resident),
    idleBilled: sum(({ idle }) => idle.billed),
    dollars,
  };
}
