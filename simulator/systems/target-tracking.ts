/**
 * Application Auto Scaling's target tracking on provisioned concurrency. It sets two alarms: above the target for 3 datapoints of a
 * minute scales out, below 90 % of it for 15 scales in, both to the capacity that would have met the target. Minutes without a
 * datapoint alarm nothing, so a lane without traffic is not scaled in.
 */
import type { LaneObservation, ScalingAction } from '../../core/contracts/scheduling';
import type { Scenario } from '../evaluation/scenario';
import { ADMIT, type ScalingPolicy } from '../platform/policy';
import { type Knob, type Knobs, lanePerClass, pastErlangs, type System, settingOf } from './system';
import { UtilisationMeter, type UtilisationPoint } from './utilisation-meter';

export interface TrackingRule {
  readonly target: number;
  readonly statistic: keyof UtilisationPoint;
  readonly outAfter: number;
  readonly inAfter: number;
}

export interface Alarms {
  /** Consecutive datapoints above the target, and below the lower bound. */
  readonly above: number;
  readonly below: number;
}

/** One minute of one lane. `undefined` as capacity: nothing changes. */
export function track(
  alarms: Alarms,
  point: number | undefined,
  capacity: number,
  rule: TrackingRule,
): { readonly alarms: Alarms; readonly capacity: number | undefined } {
  if (point === undefined) return { alarms: { above: 0, below: 0 }, capacity: undefined };
  const above = point > rule.target ? alarms.above + 1 : 0;
  const below = point < 0.9 * rule.target ? alarms.below + 1 : 0;
  const fires = above >= rule.outAfter || below >= rule.inAfter;
  const wanted = Math.max(1, Math.ceil((capacity * point) / rule.target - 1e-9));
  return { alarms: { above, below }, capacity: fires && wanted !== capacity ? wanted : undefined };
}

/** The least capacity of a lane in a minute: what a schedule asks for, or one. */
export type Schedule = (observation: LaneObservation, nowMs: number) => number;

export function trackingPolicy(name: string, rule: TrackingRule, least: Schedule): ScalingPolicy {
  const meters: UtilisationMeter[] = [];
  const byLane = new Map<string, { alarms: Alarms; meter: UtilisationMeter }>();
  return {
    name,
    admit: (lane) => {
      let meter = meters[lane.index];
      if (meter === undefined) {
        meter = new UtilisationMeter();
        meters[lane.index] = meter;
      }
      meter.look(lane);
      return ADMIT;
    },
    decide: (observation, all, _account, nowMs): readonly ScalingAction[] => {
      const index = all.indexOf(observation);
      const meter = meters[index] ?? new UtilisationMeter();
      meters[index] = meter;
      const state = byLane.get(observation.terms.lane) ?? { alarms: { above: 0, below: 0 }, meter };
      const { capacity } = observation;
      const point = meter.close();
      meter.allocated = capacity.provisionedAllocated;
      const tracked = track(state.alarms, point?.[rule.statistic], capacity.provisionedRequested, rule);
      byLane.set(observation.terms.lane, { alarms: tracked.alarms, meter });
      if (capacity.provisionedStatus === 'in-progress') return [];
      const wanted = Math.max(least(observation, nowMs), tracked.capacity ?? capacity.provisionedRequested);
      if (wanted === capacity.provisionedRequested) return [];
      return [{ kind: 'provision', environments: wanted, from: capacity.provisionedRequested }];
    },
  };
}

const TARGET: Knob = { name: 'target', least: 0.3, most: 0.95, scale: 'linear', usual: 0.7 };
const LEAST: Knob = { name: 'least', least: 1, most: 30, scale: 'whole', usual: 1 };
const SHARE: Knob = { name: 'share', least: 0.2, most: 1.5, scale: 'linear', usual: 1 };

/** AWS's own default is .7 on the average. */
export function targetTracking(statistic: keyof UtilisationPoint, inAfter = 15): System {
  const suffix = inAfter === 15 ? '' : `-in-${inAfter}`;
  return {
    name: `tracking-${statistic}${suffix}`,
    about: `a queue per class, batch 10, target tracking on the ${statistic}, alarms after 3 and ${inAfter} datapoints`,
    knobs: [TARGET, LEAST],
    build: (scenario, knobs) => ({
      lanes: lanePerClass(scenario, () => ({ batchSize: 10, provisioned: settingOf(LEAST, knobs) })),
      policy: trackingPolicy('tracking', ruleFrom(knobs, statistic, inAfter), () => settingOf(LEAST, knobs)),
    }),
  };
}

const ruleFrom = (knobs: Knobs, statistic: keyof UtilisationPoint, inAfter: number): TrackingRule => ({
  target: settingOf(TARGET, knobs),
  statistic,
  outAfter: 3,
  inAfter,
});

/** The schedule is what each minute of the last cycle needed, read from the past; tracking goes on above it. */
export const scheduledTracking: System = {
  name: 'scheduled-tracking',
  about: 'a queue per class, batch 10, scheduled capacity from the last hours, and target tracking on the maximum',
  knobs: [TARGET, SHARE],
  build: (scenario, knobs) => {
    const share = settingOf(SHARE, knobs);
    const schedules = new Map(
      scenario.classes.map((each, index) => [each.name, hourlySchedule(scenario, index).map((level) => share * level)]),
    );
    const least: Schedule = ({ terms }, nowMs) =>
      Math.max(1, Math.round(schedules.get(terms.lane)?.[minuteOfHour(nowMs, 3)] ?? 1));
    return {
      lanes: lanePerClass(scenario, (index) => ({
        batchSize: 10,
        provisioned: Math.max(1, Math.round(share * (hourlySchedule(scenario, index)[0] ?? 1))),
      })),
      policy: trackingPolicy('scheduled', ruleFrom(knobs, 'maximum', 15), least),
    };
  },
};

/** By minute of the hour: mean of the past's demand in that minute, in environments. */
function hourlySchedule(scenario: Scenario, index: number): number[] {
  const erlangs = pastErlangs(scenario, index);
  const minutes = scenario.past[index] ?? [];
  return Array.from({ length: 60 }, (_, of) => {
    const own = erlangs.filter((_each, at) => (minutes[at]?.minute ?? 0) % 60 === of);
    return own.length === 0 ? 0 : own.reduce((sum, each) => sum + each, 0) / own.length;
  });
}

/** As many minutes ahead as capacity takes to come. */
const minuteOfHour = (nowMs: number, ahead: number) => (Math.round(nowMs / 60_000) + ahead) % 60;
