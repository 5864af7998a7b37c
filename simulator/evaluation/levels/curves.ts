/** Curves of idle time against cold starts (D6), dominance, and the share of the distance to the clairvoyant (D7). */
import { Xoshiro128 } from '../../engine';
import { type Knobs, MEMORY_MEGABYTES } from '../../systems/system';
import { bootstrap, type Interval } from '../statistics';
import { type Candidate, candidatesFor, OWNS_PLATFORM, type Prepared } from './candidates';
import { clairvoyantAll } from './clairvoyant';
import { addTotals, judgeLevels, type Totals } from './judge';
import { levelPath } from './path';
import { ensembleForecasts, lastValueForecasts, trueForecasts } from './plans';

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
  readonly knobs: Knobs;
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
const DAY_MINUTES = 1440;

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
    ...(workload.train.length < DAY_MINUTES ? {} : { schedule: scheduleFrom(workload, part) }),
  };
}

/** Both parts follow one another, so that a minute of the test is so many minutes after the training's beginning. */
function scheduleFrom({ train, test, jobSeconds }: CurveWorkload, part: 'train' | 'test'): Float64Array {
  const means = Array.from({ length: DAY_MINUTES }, (_, of) => {
    const own = train.filter((_each, minute) => minute % DAY_MINUTES === of);
    return own.reduce((sum, count) => sum + count, 0) / own.length;
  });
  const from = part === 'test' ? train.length : 0;
  return Float64Array.from(
    part === 'test' ? test : train,
    (_, minute) => (means[(from + minute) % DAY_MINUTES] as number) * (jobSeconds / 60),
  );
}
const START_MINUTE = 28_000_800;

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

/** `points` of each system's knobs beside its usual one; of those that are named, if any are. */
export function computeCurves(workload: CurveWorkload, only?: readonly string[], points?: number): CurveResult {
  const train = prepare(workload, 'train');
  const test = prepare(workload, 'test');
  const chosen = Object.entries(candidatesFor(train.schedule !== undefined, points))
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
  const rivals = chosen.filter(({ system }) => !system.startsWith('triage'));
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
