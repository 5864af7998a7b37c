/** What each system provisions on a path, decided each minute from what was before it. */
import type { DemandForecast, LaneObservation } from '../../../core/contracts/scheduling';
import { type ForecastState, forecastDemand } from '../../../core/policies/forecast';
import { DEFAULT_SCHEDULING } from '../../../core/policies/scheduling/parameters';
import { type Knobs, MEMORY_MEGABYTES } from '../../systems/system';
import { type Alarms, type TrackingRule, track } from '../../systems/target-tracking';
import { controllerDollars, parametersWith, triagePolicy } from '../../systems/triage';
import { IdleHistogram } from './hybrid-histogram';
import type { LevelPlan } from './judge';
import type { LevelPath } from './path';

export interface PlanSetting {
  readonly jobSeconds: number;
  readonly initSeconds: number;
  readonly lagMinutes: number;
  readonly mostLevels: number;
  readonly startMinute: number;
}

/** Asks at the end of each minute; more is usable after the lag, and nothing else is asked for meanwhile; less is at once. */
export function runPlan(
  path: LevelPath,
  { lagMinutes, mostLevels }: PlanSetting,
  first: number,
  ask: (minute: number, allocated: number, pending: boolean) => number | undefined,
): LevelPlan {
  const provisioned = new Float64Array(path.minutes);
  const held = new Float64Array(path.minutes);
  let allocated = first;
  let pending: { readonly levels: number; readonly from: number } | undefined;
  for (let minute = 0; minute < path.minutes; minute++) {
    if (pending !== undefined && minute >= pending.from) {
      allocated = pending.levels;
      pending = undefined;
    }
    provisioned[minute] = allocated;
    held[minute] = pending?.levels ?? allocated;
    const asked = ask(minute, allocated, pending !== undefined);
    if (asked === undefined || pending !== undefined) continue;
    const wanted = Math.max(0, Math.min(mostLevels, asked));
    if (wanted > allocated) pending = { levels: wanted, from: minute + 1 + lagMinutes };
    else allocated = wanted;
  }
  return { provisioned, held };
}

/** Average and maximum of what ran on provisioned environments in a minute, as shares of them. */
export function utilisation(path: LevelPath, minute: number, allocated: number) {
  let busy = 0;
  for (let level = 1; level <= Math.min(allocated, path.levels); level++)
    busy += path.busySeconds[(level - 1) * path.minutes + minute] as number;
  return { average: busy / 60 / allocated, maximum: Math.min(1, (path.most[minute] as number) / allocated) };
}

export function trackingPlan(
  path: LevelPath,
  setting: PlanSetting,
  rule: TrackingRule,
  least: number,
  schedule?: ArrayLike<number>,
): LevelPlan {
  let alarms: Alarms = { above: 0, below: 0 };
  return runPlan(path, setting, Math.max(1, least), (minute, allocated, pending) => {
    const point =
      (path.counts[minute] as number) > 0 && allocated > 0
        ? utilisation(path, minute, allocated)[rule.statistic]
        : undefined;
    const tracked = track(alarms, point, allocated, rule);
    alarms = tracked.alarms;
    const floor = Math.max(1, least, Math.ceil(schedule?.[minute + 1 + setting.lagMinutes] ?? 0));
    return pending ? undefined : Math.max(floor, tracked.capacity ?? allocated);
  });
}

export const staticPlan = (path: LevelPath, levels: number): LevelPlan => ({
  provisioned: new Float64Array(path.minutes).fill(levels),
});

/** Keeps idle environments as its histogram says, and warms one level again where that is later. */
export function hybridPlan(path: LevelPath, margin: number): LevelPlan {
  const provisioned = new Float64Array(path.minutes);
  const keepAliveSeconds = new Float64Array(path.minutes);
  const histogram = new IdleHistogram();
  let idleSince = 0;
  for (let minute = 0; minute < path.minutes; minute++) {
    const { preWarmMinutes, keepAliveMinutes } = histogram.windows();
    keepAliveSeconds[minute] = Math.max(60, 60 * margin * (preWarmMinutes === 0 ? keepAliveMinutes : 1));
    const since = minute - idleSince;
    // Unloaded at once after use, loaded again when the next use is due.
    provisioned[minute] =
      preWarmMinutes > 0 && since >= preWarmMinutes && since < preWarmMinutes + margin * keepAliveMinutes ? 1 : 0;
    const first = path.firstUp[minute] as number;
    if (!Number.isNaN(first)) histogram.add(Math.max(0, minute - idleSince));
    if ((path.busySeconds[minute] as number) > 0) idleSince = minute;
  }
  return { provisioned, keepAliveSeconds };
}

/** A mean of the last minutes' demand, with a margin. */
export function movingAveragePlan(path: LevelPath, setting: PlanSetting, minutes: number, margin: number): LevelPlan {
  return runPlan(path, setting, 0, (minute, _allocated, pending) => {
    let sum = 0;
    const from = Math.max(0, minute - minutes + 1);
    for (let at = from; at <= minute; at++) sum += path.counts[at] as number;
    return pending ? undefined : Math.ceil((margin * (sum / (minute - from + 1)) * setting.jobSeconds) / 60);
  });
}

/** The ensemble's forecast at the end of each minute; the same for all knobs but the plan's level. */
export function ensembleForecasts(counts: ArrayLike<number>, startMinute: number): DemandForecast[] {
  const { window, planning, forecast: parameters } = DEFAULT_SCHEDULING;
  let state: ForecastState | undefined;
  return Array.from(counts, (count, minute) => {
    const answer = forecastDemand(
      state,
      {
        lane: LANE,
        arrivals: [{ minute: startMinute + minute, count }],
        nowMinute: startMinute + minute + 1,
        planLevel: planning.planLevel,
        ...window,
      },
      parameters,
    );
    state = answer.state;
    return answer.forecast;
  });
}

const LANE = 'lane';
const sure = (eventsPerMinute: number): DemandForecast => ({
  lane: LANE,
  ...DEFAULT_SCHEDULING.window,
  quantiles: [0.05, 0.5, 0.95].map((level) => ({ level, eventsPerMinute })),
  burst: false,
});

export const lastValueForecasts = (counts: ArrayLike<number>): DemandForecast[] => Array.from(counts, sure);

/** The rate of the minutes that the plan will stand for, in its mean: what a planner with the true rate is told. */
export function trueForecasts(counts: ArrayLike<number>): DemandForecast[] {
  const { fromMinutes, untilMinutes } = DEFAULT_SCHEDULING.window;
  return Array.from(counts, (_, minute) => {
    const ahead = Array.from(counts).slice(minute + 1 + fromMinutes, minute + 1 + untilMinutes);
    return sure(ahead.length === 0 ? 0 : Math.max(...ahead));
  });
}

/** Triage's own step, one lane, one record an invocation. */
export function triagePlan(
  path: LevelPath,
  setting: PlanSetting,
  forecasts: readonly DemandForecast[],
  knobs: Knobs,
): LevelPlan {
  const parameters = parametersWith(knobs);
  let minuteNow = 0;
  const policy = triagePolicy(() => [forecasts[minuteNow] ?? sure(0)], parameters);
  const plan = runPlan(path, setting, 0, (minute, allocated, pending) => {
    minuteNow = minute;
    const nowMs = 60_000 * (setting.startMinute + minute + 1);
    const observation = observe(setting, allocated, pending, nowMs);
    const actions = policy.decide(
      observation,
      [observation],
      { concurrencyLimit: 2 * setting.mostLevels + 200, reservedElsewhere: 0 },
      nowMs,
    );
    const change = actions.find(({ kind }) => kind === 'provision' || kind === 'release');
    if (change === undefined) return undefined;
    return change.kind === 'provision' ? change.environments : 0;
  });
  return { ...plan, dollarsPerMinute: controllerDollars(1) };
}

function observe(
  { jobSeconds, initSeconds, mostLevels }: PlanSetting,
  allocated: number,
  pending: boolean,
  nowMs: number,
): LaneObservation {
  return {
    terms: {
      lane: LANE,
      weight: 1,
      objectiveSeconds: 20 * jobSeconds + 10 * initSeconds,
      ordered: false,
      floor: 0,
      ceiling: mostLevels,
      leastConcurrency: 2,
      mostConcurrency: mostLevels,
      mostBatchSize: 1,
      memoryMegabytes: MEMORY_MEGABYTES,
    },
    arrivals: [],
    service: { overheadSeconds: 0, recordSeconds: jobSeconds, scv: 0, initSeconds },
    backlog: 0,
    oldestAgeSeconds: 0,
    capacity: {
      provisionedRequested: allocated,
      provisionedAllocated: allocated,
      provisionedStatus: pending ? 'in-progress' : allocated === 0 ? 'none' : 'ready',
      maximumConcurrency: mostLevels,
      batchSize: 1,
      batchWindowSeconds: 0,
      form: 'fused',
      deploying: false,
    },
    paused: false,
    observedAtMs: nowMs,
  };
}
