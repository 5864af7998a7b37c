/**
 * ESMRM as its paper describes it: lane i gets the share μ_i = w_i μ of the capacity, fixed, and environments are warmed ahead of the
 * demand that a moving average predicts. What the paper leaves open is set as for the other rivals: batch 10, steps of a minute.
 */
import type { ScalingAction } from '../../core/contracts/scheduling';
import type { ScalingPolicy } from '../platform/policy';
import { type Knob, lanePerClass, type System, settingOf } from './system';

/** Of the last `minutes` values; of none, 0. */
export function movingAverage(values: readonly number[], minutes: number): number {
  const last = values.slice(-minutes);
  return last.length === 0 ? 0 : last.reduce((sum, each) => sum + each, 0) / last.length;
}

const MINUTES: Knob = { name: 'minutes', least: 1, most: 30, scale: 'whole', usual: 5 };
const MARGIN: Knob = { name: 'margin', least: 0.5, most: 2, scale: 'linear', usual: 1 };

export const esmrm: System = {
  name: 'esmrm',
  about: 'a queue per class, batch 10, capacity by weight, environments warmed ahead of a moving average',
  knobs: [MINUTES, MARGIN],
  build: (scenario, knobs) => {
    const { spec, classes } = scenario;
    const weights = classes.reduce((sum, each) => sum + each.weight, 0);
    const seen = new Map(
      classes.map((each, index) => [each.name, (scenario.past[index] ?? []).map(({ count }) => count)]),
    );
    const policy: ScalingPolicy = {
      name: 'esmrm',
      decide: ({ terms, arrivals, capacity }): readonly ScalingAction[] => {
        const counts = seen.get(terms.lane) ?? [];
        counts.push(...arrivals.map(({ count }) => count));
        if (capacity.provisionedStatus === 'in-progress') return [];
        const perSecond = movingAverage(counts, settingOf(MINUTES, knobs)) / 60;
        const wanted = Math.ceil(settingOf(MARGIN, knobs) * perSecond * spec.eventSeconds);
        const from = capacity.provisionedRequested;
        if (wanted === from) return [];
        return [wanted === 0 ? { kind: 'release', from } : { kind: 'provision', environments: wanted, from }];
      },
    };
    return {
      lanes: lanePerClass(scenario, (index) => ({
        batchSize: 10,
        maximumConcurrency: Math.max(
          2,
          Math.floor((spec.accountConcurrency * (classes[index]?.weight ?? 0)) / weights),
        ),
      })),
      policy,
    };
  },
};
