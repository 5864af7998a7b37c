/** The surge table (D12): a tenfold step of five minutes, in the critical class or in the others. */
import { Platform } from '../platform/platform';
import { PLATFORM_PRICES } from '../platform/prices';
import { systemNamed } from '../systems';
import { type Knobs, MEMORY_MEGABYTES } from '../systems/system';
import { settingFor } from './run';
import { BASE_SPEC, createScenario, type ScenarioSpec } from './scenario';

export interface SurgeTask {
  /** `A`: the critical class surges; `B`: all others do. */
  readonly which: 'A' | 'B';
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
  /** In the worst minute of the step in which the lowest class always had events waiting: its share of all that was done; `null`: there was none. */
  readonly leastShareOfLowest: number | null;
}

const FACTOR = 10;
const FROM_MINUTE = 15;
const MINUTES = 5;
const CRITICAL = 0;
const LOWEST = 3;
/** Of the account, before the step: ten times it is just above the account where all but the critical class surge. */
const LOAD = 0.12;

function specOf({ which, scv, seed }: SurgeTask): ScenarioSpec {
  return {
    ...BASE_SPEC,
    workload: 'steady',
    load: LOAD,
    scv,
    seed,
    warmUpMinutes: 5,
    measuredMinutes: 25,
    surge: {
      classes: which === 'A' ? [CRITICAL] : [1, 2, LOWEST],
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
    leastShareOfLowest: loaded.leastShare(),
  };
}

function observe({ system, knobs }: SurgeTask, spec: ScenarioSpec) {
  const scenario = createScenario(spec);
  const setup = systemNamed(system).build(scenario, knobs);
  const provisioned = new Map<string, number>();
  const { policy } = setup;
  const setting = settingFor(scenario, setup);
  const platform = new Platform({
    ...setting,
    ...(policy === undefined
      ? {}
      : {
          policy: {
            ...policy,
            decide: (observation, all, account, nowMs) => {
              if (nowMs <= 60_000 * (setting.startMinute + FROM_MINUTE))
                provisioned.set(observation.terms.lane, observation.capacity.provisionedAllocated);
              return policy.decide(observation, all, account, nowMs);
            },
          },
        }),
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
    leastShare: () => leastShareOfLowest(each, events),
  };
}

function leastShareOfLowest(
  each: (visit: (event: number, classIndex: number) => void) => void,
  { arrivedAt, settledAt }: { readonly arrivedAt: Float64Array; readonly settledAt: Float64Array },
): number | null {
  const seconds = 60 * MINUTES;
  const from = 60 * FROM_MINUTE;
  const done = new Float64Array(MINUTES);
  const lowest = new Float64Array(MINUTES);
  const waiting = new Float64Array(seconds + 1);
  each((event, classIndex) => {
    const settled = settledAt[event] as number;
    const minute = Math.floor((settled - from) / 60);
    if (minute >= 0 && minute < MINUTES) {
      done[minute] = (done[minute] as number) + 1;
      if (classIndex === LOWEST) lowest[minute] = (lowest[minute] as number) + 1;
    }
    // Longer than a second in the system, a quarter of which is work: it waited.
    if (classIndex !== LOWEST) return;
    const begin = Math.max(0, Math.ceil((arrivedAt[event] as number) + 0.5 - from));
    const end = Math.min(seconds, Math.floor(settled - 0.5 - from));
    for (let second = begin; second < end; second++) waiting[second] = (waiting[second] as number) + 1;
  });
  const shares: number[] = [];
  for (let minute = 0; minute < MINUTES; minute++) {
    const backlogged = waiting.subarray(60 * minute, 60 * (minute + 1)).every((count) => count > 0);
    if (backlogged) shares.push((lowest[minute] as number) / (done[minute] as number));
  }
  return shares.length === 0 ? null : Math.min(...shares);
}

function percentile99(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.ceil(0.99 * values.length) - 1)] ?? Number.NaN;
}
