/** Curves of idle time against cold starts (D6), dominance, and the share of the distance to the clairvoyant (D7). */
import type { DemandForecast } from '../../../core/contracts/scheduling';
import { Xoshiro128 } from '../../engine';
import { MEMORY_MEGABYTES } from '../../systems/system';
import { bootstrap, type Interval } from '../statistics';
import { clairvoyantAll } from './clairvoyant';
import { addTotals, type JudgeSetting, judgeLevels, type LevelPlan, type Totals } from './judge';
import { type LevelPath, levelPath } from './path';
import {
  ensembleForecasts,
  hybridPlan,
  lastValueForecasts,
  movingAveragePlan,
  type PlanSetting,
  staticPlan,
  trackingPlan,
  triagePlan,
  trueForecasts,
} from './plans';

export const RATES = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2] as const;

export interface CurveWorkload {
  readonly name: string;
  readonly regime: 'pooled' | 'per-function';
  /** Counts per minute of the part that knobs are chosen on, and of the test, whose first `warmUpMinutes` are not counted. */
  readonly train: readonly number[];
  readonly test: readonly number[];
  readonly warmUpMinutes: number;
  readonly jobSeconds: number;
  readonly seed: number;
}

/** One choice of a system's knobs. */
export interface Point {
  readonly knobs: Readonly<Record<string, number>>;
  readonly blocks: readonly Totals[];
  readonly total: Totals;
}
export interface Curve {
  readonly system: string;
  readonly points: readonly Point[];
}
export type Measure = 'idleResident' | 'idleBilled' | 'dollars';

const KEEP_ALIVE_SECONDS = 600;
const INIT_SECONDS = 0.132;
const BLOCK_MINUTES = 120;
const KEEP_ALIVES = [60, 120, 300, 600, 1200, 1800, 3600, 7200];
const LEVEL_SHARES = [0.6, 0.1, 0.01];
const MARGINS = [0.9, 1.1, 1.4, 1.7, 2, 2.5, 3];

interface Prepared {
  readonly path: LevelPath;
  readonly setting: PlanSetting;
  readonly judge: JudgeSetting;
  readonly ensemble: readonly DemandForecast[];
  readonly last: readonly DemandForecast[];
  readonly future: readonly DemandForecast[];
}

function prepare(workload: CurveWorkload, part: 'train' | 'test'): Prepared {
  const before = part === 'test' ? workload.train : [];
  const counts = workload[part];
  const path = levelPath(counts, workload.jobSeconds, workload.seed + (part === 'test' ? 1 : 0));
  // The forecast goes on from what it learnt in the training part.
  const known = ensembleForecasts([...before, ...counts], START_MINUTE - before.length).slice(before.length);
  return {
    path,
    setting: {
      jobSeconds: workload.jobSeconds,
      initSeconds: INIT_SECONDS,
      lagMinutes: 2,
      mostLevels: 4 * path.levels + 10,
      startMinute: START_MINUTE,
    },
    judge: {
      gigabytes: MEMORY_MEGABYTES / 1024,
      initSeconds: INIT_SECONDS,
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      fromMinute: workload.warmUpMinutes,
      blockMinutes: BLOCK_MINUTES,
    },
    ensemble: known,
    last: lastValueForecasts(counts),
    future: trueForecasts(counts),
  };
}
const START_MINUTE = 28_000_800;

type Candidate = { readonly knobs: Point['knobs']; readonly plan: (prepared: Prepared) => LevelPlan };

const combine = (lists: Readonly<Record<string, readonly number[]>>): Point['knobs'][] =>
  Object.entries(lists).reduce<Point['knobs'][]>(
    (all, [name, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  );
const candidates = (
  lists: Readonly<Record<string, readonly number[]>>,
  plan: (prepared: Prepared, knobs: Point['knobs']) => LevelPlan,
): Candidate[] => combine(lists).map((knobs) => ({ knobs, plan: (prepared) => plan(prepared, knobs) }));

const TARGETS = [0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 0.95];
const tracking = (statistic: 'average' | 'maximum', inAfter: number) =>
  candidates({ target: TARGETS, least: [1, 4, 16] }, ({ path, setting }, { target = 0.7, least = 1 }) =>
    trackingPlan(path, setting, { target, statistic, outAfter: 3, inAfter }, least),
  );
const triageWith = (which: 'ensemble' | 'last' | 'future') =>
  candidates({ busyShareAtLeast: LEVEL_SHARES, warmMargin: MARGINS, lowerAfterSteps: [5, 15] }, (prepared, knobs) =>
    triagePlan(prepared.path, prepared.setting, prepared[which], {
      ...knobs,
      busyShareAtLeastSensitive: knobs.busyShareAtLeast ?? 0.6,
      lateShare: 1e-6,
    }),
  );

/** The knobs of every system, of the same number where there are any: what is chosen among them is chosen on the training part. */
const SYSTEM_CANDIDATES: Readonly<Record<string, readonly Candidate[]>> = {
  'on-demand': candidates({ levels: [0] }, ({ path }) => staticPlan(path, 0)),
  static: candidates({ levels: [1, 2, 3, 5, 8, 12, 18, 25, 35, 50, 70, 100] }, ({ path }, { levels = 1 }) =>
    staticPlan(path, levels),
  ),
  'tracking-average': tracking('average', 15),
  'tracking-maximum': tracking('maximum', 15),
  'tracking-maximum-in-3': tracking('maximum', 3),
  esmrm: candidates(
    { minutes: [1, 3, 5, 15], margin: [0.8, 1, 1.3, 1.7] },
    ({ path, setting }, { minutes = 5, margin = 1 }) => movingAveragePlan(path, setting, minutes, margin),
  ),
  'keep-alive': candidates({ seconds: KEEP_ALIVES }, ({ path }, { seconds = 600 }) => ({
    provisioned: new Float64Array(path.minutes),
    keepAliveSeconds: new Float64Array(path.minutes).fill(seconds),
  })),
  'hybrid-histogram': candidates({ margin: [0.5, 0.75, 1, 1.5, 2] }, ({ path }, { margin = 1 }) =>
    hybridPlan(path, margin),
  ),
  triage: triageWith('ensemble'),
  'triage-last-value': triageWith('last'),
  'triage-true-future': triageWith('future'),
};
/** Its users do not have these powers over the platform. */
export const OWNS_PLATFORM: readonly string[] = ['keep-alive', 'hybrid-histogram'];

/** Those that no other beats in both cold starts and the measure. */
function pareto(points: readonly Point[], measure: Measure): Point[] {
  return points.filter(
    (each) =>
      !points.some(
        (other) =>
          other !== each &&
          other.total.cold <= each.total.cold &&
          other.total[measure] <= each.total[measure] &&
          (other.total.cold < each.total.cold || other.total[measure] < each.total[measure]),
      ),
  );
}

const pointsOf = (prepared: Prepared, list: readonly Candidate[]): Point[] =>
  list.map(({ knobs, plan }) => {
    const blocks = judgeLevels(prepared.path, plan(prepared), prepared.judge);
    return { knobs, blocks, total: addTotals(blocks) };
  });

export interface CurveResult {
  readonly workload: string;
  readonly regime: CurveWorkload['regime'];
  readonly events: number;
  readonly levels: number;
  readonly curves: readonly {
    readonly system: string;
    readonly points: readonly { readonly knobs: Point['knobs']; readonly coldShare: number; readonly total: Totals }[];
  }[];
  readonly clairvoyant: readonly {
    readonly theta: number;
    readonly coldShare: number;
    readonly idleResident: number;
  }[];
  readonly dominance: readonly Dominance[];
  readonly shares: readonly {
    readonly rate: number;
    readonly system: string;
    readonly share: number | null;
    readonly gap: number;
  }[];
}

export interface Dominance {
  readonly rival: string;
  readonly measure: Measure;
  readonly rate: number;
  /** ln(G_T / G_X) with 95 % limits over two-hour blocks. */
  readonly logRatio: Interval | null;
  readonly verdict: 'dominates' | 'tie' | 'no difference' | 'loses' | 'not both reach it';
}

/** G(r): the least of a measure at which cold starts are at most r of all events; NaN where that is not reached. */
export function leastAt(points: readonly { readonly total: Totals }[], rate: number, measure: Measure): number {
  const reached = points.filter(({ total }) => total.cold <= rate * total.arrivals).map(({ total }) => total[measure]);
  return reached.length === 0 ? Number.NaN : Math.min(...reached);
}

const THETAS = [10, 30, 100, 300, 600, 1000, 2000, 4000, 8000, 20_000, 60_000, 300_000];

export function computeCurves(workload: CurveWorkload, only?: readonly string[]): CurveResult {
  const train = prepare(workload, 'train');
  const test = prepare(workload, 'test');
  const chosen = Object.entries(SYSTEM_CANDIDATES)
    .filter(([system]) => only === undefined || only.includes(system))
    .map(([system, list]) => {
      const trained = pointsOf(train, list);
      const kept = new Set([
        ...pareto(trained, 'idleResident'),
        ...pareto(trained, 'dollars'),
        ...pareto(trained, 'idleBilled'),
      ]);
      return {
        system,
        points: pointsOf(
          test,
          list.filter((_, index) => kept.has(trained[index] as Point)),
        ),
      };
    });
  const arrivals = chosen[0]?.points[0]?.total.arrivals ?? 0;
  const gigabytes = MEMORY_MEGABYTES / 1024;
  const clairvoyant = THETAS.map((theta) => {
    const { idleSeconds, cold } = clairvoyantAll(test.path, {
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      theta,
      fromMinute: workload.warmUpMinutes,
      counts: 'resident',
    });
    return { theta, coldShare: cold / arrivals, idleResident: gigabytes * idleSeconds };
  });
  return {
    workload: workload.name,
    regime: workload.regime,
    events: arrivals,
    levels: test.path.levels,
    curves: chosen.map(({ system, points }) => ({
      system,
      points: points.map(({ knobs, total }) => ({ knobs, coldShare: total.cold / total.arrivals, total })),
    })),
    clairvoyant,
    dominance: dominanceOf(chosen, clairvoyant, workload.seed),
    shares: sharesOf(chosen, clairvoyant),
  };
}

const clairvoyantAt = (clairvoyant: CurveResult['clairvoyant'], rate: number) =>
  Math.min(...clairvoyant.filter(({ coldShare }) => coldShare <= rate).map(({ idleResident }) => idleResident));

function dominanceOf(chosen: readonly Curve[], clairvoyant: CurveResult['clairvoyant'], seed: number): Dominance[] {
  const own = chosen.find(({ system }) => system === 'triage');
  if (own === undefined) return [];
  const rivals = chosen.filter(({ system }) => !system.startsWith('triage') && system !== 'on-demand');
  return rivals.flatMap(({ system, points }) =>
    (OWNS_PLATFORM.includes(system) ? (['idleResident'] as const) : (['idleResident', 'dollars'] as const)).flatMap(
      (measure) =>
        RATES.map((rate): Dominance => {
          const base = { rival: system, measure, rate };
          const ratio = (drawn: readonly number[]) =>
            Math.log(
              leastAt(drawnPoints(own.points, drawn), rate, measure) /
                leastAt(drawnPoints(points, drawn), rate, measure),
            );
          const blocks = (points[0]?.blocks ?? []).map((_, index) => index);
          if (!Number.isFinite(ratio(blocks))) return { ...base, logRatio: null, verdict: 'not both reach it' };
          const logRatio = bootstrap(blocks, ratio, new Xoshiro128(seed, 500), 300);
          const rivalAt = leastAt(points, rate, measure);
          const gap = measure === 'idleResident' ? (rivalAt - clairvoyantAt(clairvoyant, rate)) / rivalAt : 1;
          if (gap < 0.05) return { ...base, logRatio, verdict: 'tie' };
          const verdict = logRatio.high < 0 ? 'dominates' : logRatio.low > 0 ? 'loses' : 'no difference';
          return { ...base, logRatio, verdict };
        }),
    ),
  );
}

const drawnPoints = (points: readonly Point[], drawn: readonly number[]) =>
  points.map(({ blocks }) => ({ total: addTotals(drawn.flatMap((index) => blocks[index] ?? [])) }));

/** (G_TT - G_X) / (G_TT - G_C) against tracking on the average, AWS's own default statistic. */
function sharesOf(chosen: readonly Curve[], clairvoyant: CurveResult['clairvoyant']): CurveResult['shares'] {
  const tracking = chosen.find(({ system }) => system === 'tracking-average');
  if (tracking === undefined) return [];
  return chosen
    .filter(({ system }) => system.startsWith('triage'))
    .flatMap(({ system, points }) =>
      RATES.map((rate) => {
        const from = leastAt(tracking.points, rate, 'idleResident');
        const gap = from - clairvoyantAt(clairvoyant, rate);
        const own = leastAt(points, rate, 'idleResident');
        const known = Number.isFinite(gap) && Number.isFinite(own) && gap / from >= 0.05;
        return { rate, system, share: known ? (from - own) / gap : null, gap: gap / from };
      }),
    );
}
