/**
 * What may be chosen of each system on the curves: as many points of its knobs as of any other's (D9), spread by Sobol's sequence.
 * What is best among them on the training part is judged on the test part.
 */
import type { DemandForecast } from '../../../core/contracts/scheduling';
import type { Knob, Knobs } from '../../systems/system';
import { POINTS, pointsOf } from '../tune';
import type { JudgeSetting, LevelPlan } from './judge';
import type { LevelPath } from './path';
import { hybridPlan, movingAveragePlan, type PlanSetting, staticPlan, trackingPlan, triagePlan } from './plans';

/** A part of a workload, with what is known or expected at each of its minutes. */
export interface Prepared {
  readonly path: LevelPath;
  readonly setting: PlanSetting;
  readonly judge: JudgeSetting;
  readonly ensemble: readonly DemandForecast[];
  readonly last: readonly DemandForecast[];
  readonly future: readonly DemandForecast[];
  /** By minute of this part, the mean demand in that minute of the training's days, in environments; absent where it has no whole day. */
  readonly schedule?: Float64Array;
}

export interface Candidate {
  readonly knobs: Knobs;
  readonly plan: (prepared: Prepared) => LevelPlan;
}

interface Chooser {
  readonly knobs: readonly Knob[];
  plan(prepared: Prepared, value: (name: string) => number): LevelPlan;
}

const TARGET: Knob = { name: 'target', least: 0.15, most: 0.95, scale: 'linear', usual: 0.7 };
const LEAST: Knob = { name: 'least', least: 1, most: 16, scale: 'whole', usual: 1 };

const tracking = (statistic: 'average' | 'maximum', inAfter: number): Chooser => ({
  knobs: [TARGET, LEAST],
  plan: ({ path, setting }, value) =>
    trackingPlan(path, setting, { target: value('target'), statistic, outAfter: 3, inAfter }, value('least')),
});

/** To be cold once in 100,000 events, the last warm environment is busy about as rarely; at 1, nothing is warm. */
const triageWith = (which: 'ensemble' | 'last' | 'future'): Chooser => ({
  knobs: [
    { name: 'warmMargin', least: 0.8, most: 2, scale: 'log', usual: 1 },
    { name: 'busyShareAtLeast', least: 1e-6, most: 1, scale: 'log', usual: 0.05 },
    { name: 'lowerAfterSteps', least: 3, most: 15, scale: 'whole', usual: 5 },
  ],
  plan: (prepared, value) =>
    triagePlan(prepared.path, prepared.setting, prepared[which], {
      warmMargin: value('warmMargin'),
      busyShareAtLeast: value('busyShareAtLeast'),
      busyShareAtLeastSensitive: value('busyShareAtLeast'),
      lowerAfterSteps: value('lowerAfterSteps'),
      lateShare: 1e-6,
    }),
});

const ALWAYS: Readonly<Record<string, Chooser>> = {
  'on-demand': { knobs: [], plan: ({ path }) => staticPlan(path, 0) },
  static: {
    knobs: [{ name: 'levels', least: 1, most: 100, scale: 'log', usual: 1 }],
    plan: ({ path }, value) => staticPlan(path, Math.round(value('levels'))),
  },
  'tracking-average': tracking('average', 15),
  'tracking-maximum': tracking('maximum', 15),
  'tracking-maximum-in-3': tracking('maximum', 3),
  esmrm: {
    knobs: [
      { name: 'minutes', least: 1, most: 15, scale: 'whole', usual: 5 },
      { name: 'margin', least: 0.8, most: 3, scale: 'log', usual: 1 },
    ],
    plan: ({ path, setting }, value) => movingAveragePlan(path, setting, value('minutes'), value('margin')),
  },
  'keep-alive': {
    knobs: [{ name: 'seconds', least: 60, most: 7200, scale: 'log', usual: 600 }],
    plan: ({ path }, value) => ({
      provisioned: new Float64Array(path.minutes),
      keepAliveSeconds: new Float64Array(path.minutes).fill(value('seconds')),
    }),
  },
  'hybrid-histogram': {
    knobs: [{ name: 'margin', least: 0.5, most: 2, scale: 'linear', usual: 1 }],
    plan: ({ path }, value) => hybridPlan(path, value('margin')),
  },
  triage: triageWith('ensemble'),
  'triage-last-value': triageWith('last'),
  'triage-true-future': triageWith('future'),
};

/** Needs a day to learn from. */
const SCHEDULED: Chooser = {
  knobs: [TARGET, { name: 'share', least: 0.2, most: 2, scale: 'linear', usual: 1 }],
  plan: ({ path, setting, schedule = new Float64Array() }, value) =>
    trackingPlan(
      path,
      setting,
      { target: value('target'), statistic: 'maximum', outAfter: 3, inAfter: 15 },
      1,
      schedule.map((level) => value('share') * level),
    ),
};

/** Its users do not have these powers over the platform. */
export const OWNS_PLATFORM: readonly string[] = ['keep-alive', 'hybrid-histogram'];

/** By system: its usual point and as many more. Without a schedule there is none that goes by one. */
export function candidatesFor(hasSchedule: boolean, points = POINTS): Readonly<Record<string, readonly Candidate[]>> {
  const choosers = hasSchedule ? { ...ALWAYS, 'scheduled-tracking': SCHEDULED } : ALWAYS;
  return Object.fromEntries(
    Object.entries(choosers).map(([system, { knobs, plan }]) => [
      system,
      pointsOf(knobs, points).map((point) => ({
        knobs: point,
        plan: (prepared: Prepared) => plan(prepared, (name) => point[name] ?? Number.NaN),
      })),
    ]),
  );
}
