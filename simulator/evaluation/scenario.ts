/** What every system of a comparison is given alike: the same arrivals, the same work, the same account. */
import type { MinuteCount } from '../../core/contracts/scheduling';
import { Xoshiro128 } from '../engine';
import { arrivalsAtRates, countsAtRates } from './arrivals';
import { relativeRates, type WorkloadName } from './workloads';

export interface EventClass {
  readonly name: string;
  readonly weight: number;
  readonly objectiveSeconds: number;
  /** Of all events. */
  readonly share: number;
  readonly mostBatchSize: number;
  /** Provisioned pollers that Triage has for it where it has any. */
  readonly leastPollers?: number;
}

/** The classes, weights and objectives of `config/dev.ts`; the mix is a choice, and varied in the sensitivity table. */
export const CLASSES: readonly EventClass[] = [
  { name: 'critical', weight: 8, objectiveSeconds: 2, share: 0.1, mostBatchSize: 10, leastPollers: 2 },
  { name: 'high', weight: 4, objectiveSeconds: 5, share: 0.2, mostBatchSize: 10 },
  { name: 'normal', weight: 2, objectiveSeconds: 20, share: 0.4, mostBatchSize: 10 },
  { name: 'bulk', weight: 1, objectiveSeconds: 150, share: 0.3, mostBatchSize: 50 },
];

/** Plain data: with a system's name and its knobs it is the whole of a run. */
export interface ScenarioSpec {
  readonly workload: WorkloadName | 'trace';
  /** Demand per minute relative to its greatest, where the workload is a trace: first the past, then the run. */
  readonly trace?: readonly number[];
  /** x = λ_peak · E[h + s] / A. */
  readonly load: number;
  /** h / s. */
  readonly overheadToRecord: number;
  /** h + s. */
  readonly eventSeconds: number;
  /** Squared coefficient of variation of s. */
  readonly scv: number;
  readonly accountConcurrency: number;
  readonly warmUpMinutes: number;
  readonly measuredMinutes: number;
  readonly seed: number;
  readonly keepAliveSeconds: number;
  readonly routing: 'newest' | 'oldest' | 'random';
  readonly initScale: number;
  readonly lagSeconds: number;
  /** Concurrent invocations that a standard mapping adds a minute, where not as AWS documents it. */
  readonly rampPerMinute?: number;
  readonly classShares?: readonly number[];
  readonly faults?: boolean;
  /** A step in the demand of some classes, for the surge table. */
  readonly surge?: Surge;
}

export interface Surge {
  readonly classes: readonly number[];
  readonly factor: number;
  readonly fromMinute: number;
  readonly minutes: number;
}

export const BASE_SPEC: ScenarioSpec = {
  workload: 'phases',
  load: 0.8,
  overheadToRecord: 1,
  eventSeconds: 0.25,
  scv: 1,
  accountConcurrency: 300,
  warmUpMinutes: 10,
  measuredMinutes: 30,
  seed: 1,
  keepAliveSeconds: 600,
  routing: 'newest',
  initScale: 1,
  lagSeconds: 120,
};

/** What a system may have learnt from: demand of this many minutes before the run. */
export const PAST_MINUTES = 180;
/** Epoch minute of a run's begin: any that leaves room for the past. */
export const START_MINUTE = 28_000_020;

export interface Scenario {
  readonly spec: ScenarioSpec;
  readonly classes: readonly EventClass[];
  readonly overheadSeconds: number;
  readonly recordSeconds: number;
  readonly untilSeconds: number;
  readonly measureFromSeconds: number;
  /** By class: arrivals in seconds since the start. */
  readonly arrivals: readonly Float64Array[];
  /** By class: events per minute before the start. */
  readonly past: readonly (readonly MinuteCount[])[];
  /** By class: expected events per minute during the run, which only a system that knows the future may look at. */
  readonly expected: readonly (readonly number[])[];
}

export function createScenario(spec: ScenarioSpec): Scenario {
  const minutes = spec.warmUpMinutes + spec.measuredMinutes;
  const recordSeconds = spec.eventSeconds / (1 + spec.overheadToRecord);
  const peakPerSecond = (spec.load * spec.accountConcurrency) / spec.eventSeconds;
  const rates = spec.trace ?? relativeRates(spec.workload, PAST_MINUTES + minutes, spec.seed);
  const classes = CLASSES.map((each, index) => ({ ...each, share: spec.classShares?.[index] ?? each.share }));
  const perSecond = classes.map((each, index) =>
    rates.slice(PAST_MINUTES, PAST_MINUTES + minutes).map((rate, minute) => {
      const factor = isInSurge(spec.surge, index, minute) ? (spec.surge?.factor ?? 1) : 1;
      return rate * peakPerSecond * each.share * factor;
    }),
  );
  return {
    spec,
    classes,
    overheadSeconds: spec.eventSeconds - recordSeconds,
    recordSeconds,
    untilSeconds: 60 * minutes,
    measureFromSeconds: 60 * spec.warmUpMinutes,
    arrivals: perSecond.map((each, index) => arrivalsAtRates(each, new Xoshiro128(spec.seed, 100 + index))),
    past: classes.map((each, index) => {
      const past = rates.slice(0, PAST_MINUTES).map((rate) => rate * peakPerSecond * each.share);
      const counts = countsAtRates(past, new Xoshiro128(spec.seed, 200 + index));
      return counts.map((count, minute) => ({ minute: START_MINUTE - PAST_MINUTES + minute, count }));
    }),
    expected: perSecond.map((each) => each.map((rate) => rate * 60)),
  };
}

function isInSurge(surge: Surge | undefined, index: number, minute: number): boolean {
  if (surge === undefined || !surge.classes.includes(index)) return false;
  return minute >= surge.fromMinute && minute < surge.fromMinute + surge.minutes;
}
