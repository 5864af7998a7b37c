/** The surge table (D12): a tenfold step of five minutes, in the critical class or in the others. */
import { Platform } from '../platform/platform';
import { ADMIT, type ScalingPolicy } from '../platform/policy';
import { PLATFORM_PRICES } from '../platform/prices';
import { systemNamed } from '../systems';
import { type Knobs, MEMORY_MEGABYTES } from '../systems/system';
import { settingFor } from './run';
import { BASE_SPEC, createScenario, type ScenarioSpec } from './scenario';
import { leastShareOfLowest, watchLowest } from './starvation';

export interface SurgeTask {
  /**
   * `A`: the critical class surges; `B`: all others do; `C`: all others, of units that compute, to twice what the account carries;
   * `D`: all, each beyond its weight's share of the account.
   */
  readonly which: 'A' | 'B' | 'C' | 'D';
  readonly system: string;
  readonly knobs: Knobs;
  readonly scv: number;
  readonly seed: number;
}

export interface SurgeFigures {
  /** p99 of the critical class over the step's first 60 s, and over all its 300 s, each divided by that without the step. */
  readonly first60: number;
  readonly all300: number;
  readonly unloadedP99Seconds: number;
  /** Provisioned just before the step, for the critical class and in all, and what that costs an hour. */
  readonly standingCritical: number;
  readonly standingAll: number;
  readonly standingDollarsPerHour: number;
  readonly pollers: string;
  /**
   * From the step on, the least share that the lowest class had of all running invocations in any 60 s in which its messages always
   * waited for an environment; `null`: there were no such 60 s, or it has no lane of its own.
   */
  readonly leastShareOfLowest: number | null;
  /** The same, where seconds in which some of its events were shed count as well. */
  readonly leastShareWithShed: number | null;
}

const FACTOR = 10;
const FROM_MINUTE = 15;
const MINUTES = 5;
const CRITICAL = 0;
const LOWEST = 3;
/** Of the account, before the step: ten times it is just above the account where all but the critical class surge. */
const LOAD = 0.12;
const OTHERS = [1, 2, LOWEST];
/** Where batches hardly save anything. */
const COMPUTES = 0.05;
const CASES: Record<SurgeTask['which'], { readonly surging: readonly number[]; readonly spec: Partial<ScenarioSpec> }> =
  {
    A: { surging: [CRITICAL], spec: { load: LOAD } },
    B: { surging: OTHERS, spec: { load: LOAD } },
    C: { surging: OTHERS, spec: { load: 0.22, overheadToRecord: COMPUTES } },
    D: {
      surging: [CRITICAL, ...OTHERS],
      spec: { load: 0.2, overheadToRecord: COMPUTES, classShares: [0.4, 0.3, 0.2, 0.1] },
    },
  };
const CHANGES_NOTHING: ScalingPolicy = { name: 'none', decide: () => [] };

function specOf({ which, scv, seed }: SurgeTask): ScenarioSpec {
  return {
    ...BASE_SPEC,
    workload: 'steady',
    ...CASES[which].spec,
    scv,
    seed,
    warmUpMinutes: 5,
    measuredMinutes: 25,
    surge: {
      classes: CASES[which].surging,
      factor: FACTOR,
      fromMinute: FROM_MINUTE,
      minutes: MINUTES,
    },
  };
}

export function surgeFigures(task: SurgeTask): SurgeFigures {
  const { surge: _none, ...calm } = specOf(task);
  const loaded = observe(task, specOf(task));
  const unloaded = observe(task, calm);
  const from = 60 * FROM_MINUTE;
  const reference = percentile99(unloaded.criticalBetween(from, from + 60 * MINUTES));
  return {
    first60: percentile99(loaded.criticalBetween(from, from + 60)) / reference,
    all300: percentile99(loaded.criticalBetween(from, from + 60 * MINUTES)) / reference,
    unloadedP99Seconds: reference,
    ...loaded.standing(),
    ...loaded.leastShares(),
  };
}

function observe({ system, knobs }: SurgeTask, spec: ScenarioSpec) {
  const scenario = createScenario(spec);
  const setup = systemNamed(system).build(scenario, knobs);
  const provisioned = new Map<string, number>();
  const watch = watchLowest(LOWEST);
  const hasLanes = setup.lanes.length === scenario.classes.length;
  const policy = setup.policy ?? CHANGES_NOTHING;
  const setting = settingFor(scenario, setup);
  const platform = new Platform({
    ...setting,
    policy: {
      ...policy,
      decide: (observation, all, account, nowMs) => {
        if (nowMs <= 60_000 * (setting.startMinute + FROM_MINUTE))
          provisioned.set(observation.terms.lane, observation.capacity.provisionedAllocated);
        return policy.decide(observation, all, account, nowMs);
      },
      admit: (lane, all, nowSeconds) => {
        if (hasLanes) watch.look(all, nowSeconds);
        const admission = policy.admit?.(lane, all, nowSeconds) ?? ADMIT;
        if (admission !== ADMIT && lane.index === LOWEST) watch.noteShed(nowSeconds);
        return admission;
      },
    },
  });
  platform.run();
  const { events } = platform;
  const each = (visit: (event: number, classIndex: number) => void) => {
    setup.lanes.forEach(({ classOf, setting: lane }, index) => {
      const first = events.offsets[index] ?? 0;
      for (let at = 0; at < lane.arrivals.length; at++) visit(first + at, classOf[at] as number);
    });
  };
  return {
    criticalBetween: (from: number, until: number): number[] => {
      const latencies: number[] = [];
      each((event, classIndex) => {
        const arrived = events.arrivedAt[event] as number;
        if (classIndex === CRITICAL && arrived >= from && arrived < until)
          latencies.push((events.settledAt[event] as number) - arrived);
      });
      return latencies;
    },
    standing: () => {
      const byLane = setup.lanes.map(({ setting: lane }) => provisioned.get(lane.terms.lane) ?? lane.provisioned);
      const pollers = setup.lanes.map(({ setting: lane }) =>
        lane.pollers.mode === 'provisioned' ? lane.pollers.least : 0,
      );
      const all = byLane.reduce((sum, count) => sum + count, 0);
      const perHour = (MEMORY_MEGABYTES / 1024) * 3600 * PLATFORM_PRICES.provisionedGigabyteSecond;
      return {
        standingCritical: byLane[0] ?? 0,
        standingAll: all,
        standingDollarsPerHour:
          all * perHour + pollers.reduce((sum, count) => sum + count, 0) * PLATFORM_PRICES.pollerHour,
        pollers: pollers.some((count) => count > 0) ? `provisioned, ${pollers.join('/')}` : 'standard',
      };
    },
    leastShares: () => {
      const seconds = watch.seconds.slice(60 * FROM_MINUTE);
      return {
        leastShareOfLowest: leastShareOfLowest(seconds),
        leastShareWithShed: leastShareOfLowest(seconds, (seen) => seen.isBacklogged || seen.shed > 0),
      };
    },
  };
}

function percentile99(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.ceil(0.99 * values.length) - 1)] ?? Number.NaN;
}
