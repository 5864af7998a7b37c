/** What is compared: how a system lays out queues and functions, and what it changes while it runs. */
import type { LaneTerms } from '../../core/contracts/scheduling';
import { byMoments, deterministic } from '../engine';
import { mergeParts } from '../evaluation/arrivals';
import type { Scenario } from '../evaluation/scenario';
import { lambdaInit } from '../platform/facts';
import type { ScalingPolicy } from '../platform/policy';
import { LANE_DEFAULTS, type LaneSetting } from '../platform/setting';

/** A lane of the platform and the class of each of its arrivals. */
export interface LaneSetup {
  readonly setting: LaneSetting;
  readonly classOf: Uint8Array;
}

export interface Setup {
  readonly lanes: readonly LaneSetup[];
  readonly policy?: ScalingPolicy;
}

/** Values of what may be tuned; a system knows its own and has a default for each. */
export type Knobs = Readonly<Record<string, number>>;

export interface Knob {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** `log`: spread evenly in its logarithm. */
  readonly scale: 'linear' | 'log' | 'whole';
  /** What is used where it was not tuned: AWS's own default where there is one. */
  readonly usual: number;
}

export function settingOf(knob: Knob, knobs: Knobs): number {
  return knobs[knob.name] ?? knob.usual;
}

export interface System {
  readonly name: string;
  /** In a line, for the report. */
  readonly about: string;
  readonly knobs: readonly Knob[];
  build(scenario: Scenario, knobs: Knobs): Setup;
}

export const MEMORY_MEGABYTES = 512;

/** One lane for these classes, as the platform sets it up by itself. */
export function laneFor(scenario: Scenario, classes: readonly number[], own: Partial<LaneSetting> = {}): LaneSetup {
  const { spec, overheadSeconds, recordSeconds } = scenario;
  const { arrivals, part } = mergeParts(classes.map((index) => scenario.arrivals[index] ?? new Float64Array()));
  return {
    setting: {
      ...LANE_DEFAULTS,
      ...(spec.rampPerMinute === undefined
        ? {}
        : { pollers: { mode: 'standard', perSecond: spec.rampPerMinute / 60 } as const }),
      terms: termsFor(scenario, classes),
      arrivals,
      identities: identitiesOf(scenario, classes, part),
      ingest: deterministic(0.02),
      overheadSeconds,
      record: byMoments(recordSeconds, spec.scv),
      init: lambdaInit('nodejs20.x', spec.initScale),
      ...own,
    },
    classOf: part.map((index) => classes[index] ?? 0),
  };
}

/** Events are numbered class by class, whatever lane they are in: so each has the same luck in every system (D11). */
function identitiesOf(scenario: Scenario, classes: readonly number[], part: Uint8Array): Int32Array {
  const before = (index: number) => scenario.arrivals.slice(0, index).reduce((sum, each) => sum + each.length, 0);
  const next = classes.map(before);
  const identities = new Int32Array(part.length);
  for (let arrival = 0; arrival < part.length; arrival++) {
    const of = part[arrival] as number;
    const identity = next[of] ?? 0;
    next[of] = identity + 1;
    identities[arrival] = identity;
  }
  return identities;
}

export const allClasses = (scenario: Scenario): number[] => scenario.classes.map((_, index) => index);

/** A queue and a function for each class. */
export const lanePerClass = (
  scenario: Scenario,
  own: (index: number) => Partial<LaneSetting> = () => ({}),
): LaneSetup[] => allClasses(scenario).map((index) => laneFor(scenario, [index], own(index)));

function termsFor({ classes, spec }: Scenario, indexes: readonly number[]): LaneTerms {
  const own = indexes.flatMap((index) => classes[index] ?? []);
  return {
    lane: own.length === 1 ? (own[0]?.name ?? '') : 'all',
    weight: own.reduce((sum, each) => sum + each.weight, 0),
    objectiveSeconds: Math.min(...own.map((each) => each.objectiveSeconds)),
    ordered: false,
    floor: 0,
    ceiling: 1000,
    leastConcurrency: 2,
    mostConcurrency: Math.min(1000, spec.accountConcurrency),
    mostBatchSize: Math.max(...own.map((each) => each.mostBatchSize)),
    memoryMegabytes: MEMORY_MEGABYTES,
  };
}

/** Events per minute and class that came before the run, in environments that they kept busy one by one. */
export function pastErlangs(scenario: Scenario, index: number): number[] {
  const { spec, past } = scenario;
  return (past[index] ?? []).map(({ count }) => (count / 60) * spec.eventSeconds);
}
