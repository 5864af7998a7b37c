/** The cases whose answer is known exactly, and how a run is compared with it. */
import { type BatchMeans, deterministic, erlang, exponential, hyperexponential } from '../engine';
import { type ArrivalClass, MultiServer, type MultiServerSetting } from './multi-server';
import { ProcessorSharing, type SharingClass } from './processor-sharing';

export interface Target {
  readonly what: string;
  readonly exact: number;
}

interface Model {
  advance(arrivals: number): void;
  restart(): void;
}

export interface ExactCase {
  readonly name: string;
  readonly targets: readonly Target[];
  /** A model, and its measurements in the order of the targets. */
  start(seed: number): { readonly model: Model; measured(): readonly BatchMeans[] };
}

export interface Comparison extends Target {
  readonly name: string;
  readonly simulated: number;
  /** Of the 95 % interval, as a share of what was simulated. */
  readonly relativeHalfWidth: number;
  readonly relativeError: number;
  readonly arrivals: number;
}

const mm = (name: string, servers: number, arrivalsPerSecond: number, delayed: number, wait: number): ExactCase =>
  multiServer(name, servers, [poisson(arrivalsPerSecond, exponential(1))], {
    delayed,
    waits: [wait],
  });

const poisson = (arrivalsPerSecond: number, service: ArrivalClass['service']): ArrivalClass => ({
  between: exponential(1 / arrivalsPerSecond),
  service,
});

interface Tail {
  readonly bound: number;
  readonly share: number;
  readonly how: NonNullable<MultiServerSetting['tail']>;
}

function multiServer(
  name: string,
  servers: number,
  classes: readonly ArrivalClass[],
  exact: { waits: readonly number[]; delayed?: number; tail?: Tail },
): ExactCase {
  const waits = exact.waits.map((value, index) => ({ what: `wait of class ${index + 1}`, exact: value }));
  const delayed = exact.delayed === undefined ? [] : [{ what: 'share that waits', exact: exact.delayed }];
  const tail = exact.tail === undefined ? [] : [{ what: `share over ${exact.tail.bound}`, exact: exact.tail.share }];
  return {
    name,
    targets: [...waits, ...delayed, ...tail],
    start: (seed) => {
      const bound = exact.tail === undefined ? {} : { waitBound: exact.tail.bound, tail: exact.tail.how };
      const model = new MultiServer({ servers, classes, seed, ...bound });
      const measured = () => [
        ...(waits.length > 0 ? model.waits : []),
        ...(delayed.length > 0 ? [model.delayed] : []),
        ...(tail.length > 0 ? [model.beyond] : []),
      ];
      return { model, measured };
    },
  };
}

function sharing(name: string, classes: readonly SharingClass[], exact: readonly number[]): ExactCase {
  return {
    name,
    targets: exact.map((value, index) => ({ what: `time in system of class ${index + 1}`, exact: value })),
    start: (seed) => {
      const model = new ProcessorSharing({ classes, seed });
      return { model, measured: () => model.sojourns };
    },
  };
}

const shared = (arrivalsPerSecond: number, rate: number, weight: number): SharingClass => ({
  arrivalsPerSecond,
  service: exponential(1 / rate),
  weight,
});
const one = exponential(1);

export const EXACT_CASES: readonly ExactCase[] = [
  mm('M/M/2 a=1.6', 2, 1.6, 0.711111, 1.777778),
  mm('M/M/10 a=8', 10, 8, 0.40918, 0.20459),
  mm('M/M/14 a=10', 14, 10, 0.174131933595, 0.0435329834),
  multiServer('M/M/100 a=90', 100, [poisson(90, one)], { waits: [], delayed: 0.21694 }),
  multiServer('M/M/15 a=10', 15, [poisson(10, one)], {
    waits: [],
    tail: { bound: 0.5, share: 0.008376, how: 'counted' },
  }),
  // Too rare to count: one wait in a thousand is as long, and those come together.
  multiServer('M/M/17 a=10, by what arrivals find', 17, [poisson(10, one)], {
    waits: [],
    tail: { bound: 0.5, share: 0.00093237773, how: 'given-found' },
  }),
  multiServer('priority M/M/1 .4+.4', 1, [poisson(0.4, one), poisson(0.4, one)], { waits: [1.333333, 6.666667] }),
  multiServer('priority M/M/4 .5/1.5/1.2', 4, [poisson(0.5, one), poisson(1.5, one), poisson(1.2, one)], {
    waits: [0.170409, 0.340819, 1.491081],
  }),
  multiServer(
    'priority M/M/1 rate 3, .2/.6/1.2',
    1,
    [0.2, 0.6, 1.2].map((arrivals) => poisson(arrivals, exponential(1 / 3))),
    { waits: [0.238095, 0.324675, 0.909091] },
  ),
  multiServer('M/D/1 .8', 1, [poisson(0.8, deterministic(1))], { waits: [2] }),
  multiServer('M/E2/1 .8', 1, [poisson(0.8, erlang(1, 2))], { waits: [3] }),
  multiServer('M/M/1 .8', 1, [poisson(0.8, one)], { waits: [4] }),
  multiServer('M/H2/1 .8 scv 4', 1, [poisson(0.8, hyperexponential(1, 4))], { waits: [10] }),
  multiServer('D/M/1 .8', 1, [{ between: deterministic(1.25), service: one }], { waits: [1.692731] }),
  sharing('DPS .35+.35, weights 1:2', [shared(0.35, 1, 1), shared(0.35, 1, 2)], [3.931624, 2.735043]),
  sharing('DPS .3/.4, rates 1/2, weights 1:3', [shared(0.3, 1, 1), shared(0.4, 2, 3)], [2.145455, 0.781818]),
  sharing('DPS .4+.4, weights 1:10', [shared(0.4, 1, 1), shared(0.4, 1, 10)], [7.727273, 2.272727]),
];

/** Runs a case until each half-width is below `relativeHalfWidth` of its mean, or that many have arrived. */
export function compare(
  exactCase: ExactCase,
  options: { seed: number; relativeHalfWidth: number; leastArrivals: number; mostArrivals: number },
): readonly Comparison[] {
  const { model, measured } = exactCase.start(options.seed);
  model.advance(options.leastArrivals / 10);
  model.restart();
  let arrivals = 0;
  const narrow = () => measured().every((each) => each.halfWidth <= options.relativeHalfWidth * each.mean);
  do {
    // Whole multiples of what has run: looking seldom keeps "stop when it looks narrow" from flattering the interval.
    const more = Math.max(options.leastArrivals, arrivals / 2);
    model.advance(more);
    arrivals += more;
  } while (arrivals * 1.5 <= options.mostArrivals && !narrow());
  return measured().map((each, index) => {
    const target = exactCase.targets[index] as Target;
    return {
      ...target,
      name: exactCase.name,
      simulated: each.mean,
      relativeHalfWidth: each.halfWidth / each.mean,
      relativeError: each.mean / target.exact - 1,
      arrivals,
    };
  });
}
