/** Proves that every model refuses each bad field by its name, value and range, takes the edges of the range, and refuses instability. */
import {
  conservationError,
  mg1ConservedWaitSeconds,
  mmcConservedWaitSeconds,
  sharingConservedSojournSeconds,
  weightedMeanSeconds,
} from '../../../core/queueing/conservation';
import { dpsMeanSojournsSeconds } from '../../../core/queueing/dps';
import { erlangB } from '../../../core/queueing/erlang-b';
import { erlangC } from '../../../core/queueing/erlang-c';
import { fewestServersForMeanWait, fewestServersForWaitTail } from '../../../core/queueing/fewest-servers';
import { ggcApproximateMeanWaitSeconds, mgcApproximateMeanWaitSeconds } from '../../../core/queueing/ggc-approximation';
import { dm1Means, gm1Means } from '../../../core/queueing/gm1';
import { kingmanMeanWaitBoundSeconds } from '../../../core/queueing/kingman';
import { mg1Means } from '../../../core/queueing/mg1';
import { mmcMeans } from '../../../core/queueing/mmc';
import { mmcSojournQuantileSeconds, mmcSojournTail } from '../../../core/queueing/mmc-sojourn';
import { mmcWaitQuantileSeconds, mmcWaitTail } from '../../../core/queueing/mmc-wait';
import { priorityMg1MeanWaitsSeconds } from '../../../core/queueing/priority-mg1';
import { priorityMmcMeanWaitsSeconds } from '../../../core/queueing/priority-mmc';
import { refusal } from './tolerance';

const RANGES = {
  notNegative: { allowed: 'a finite number of at least 0', bad: [-1e-9, NaN, Infinity], edges: [0] },
  positive: { allowed: 'a finite number above 0', bad: [0, -1e-9, NaN, Infinity], edges: [1e-9] },
  probability: { allowed: 'above 0 and at most 1', bad: [0, -0.1, 1.0000001, NaN], edges: [1e-9, 1] },
  servers: { allowed: 'a whole number from 1 to 1000000', bad: [0, 1.5, -1, 1_000_001, NaN], edges: [1, 1_000_000] },
  pool: { allowed: 'a whole number from 0 to 1000000', bad: [-1, 1.5, 1_000_001, NaN], edges: [0, 1_000_000] },
} as const;

interface Case {
  readonly model: string;
  readonly call: (input: never) => unknown;
  /** Good, with so little load that every edge is stable. */
  readonly good: object;
  readonly fields: Readonly<Record<string, keyof typeof RANGES>>;
  /** What brings the good input to a utilisation of exactly 1; none where no load is too much. */
  readonly saturated?: Readonly<Record<string, unknown>>;
}

const single = { arrivalsPerSecond: 0.25, meanServiceSeconds: 2 };
const singleFields = { arrivalsPerSecond: 'notNegative', meanServiceSeconds: 'positive' } as const;
const many = { ...single, servers: 3 };
const manyFields = { ...singleFields, servers: 'servers' } as const;
const classFields = {
  'classes.0.arrivalsPerSecond': 'notNegative',
  'classes.1.arrivalsPerSecond': 'notNegative',
  'classes.1.meanServiceSeconds': 'positive',
} as const;
const twice = <C extends object>(each: C) => [
  { ...single, ...each },
  { ...single, arrivalsPerSecond: 0.125, ...each },
];
const saturated = { arrivalsPerSecond: 0.5 };
const saturatedPool = { arrivalsPerSecond: 1.5 };
const saturatedClass = { 'classes.1.arrivalsPerSecond': 0.25 };

const CASES: readonly Case[] = [
  {
    model: 'erlangB',
    call: erlangB,
    good: { offeredErlangs: 0.5, servers: 2 },
    fields: { offeredErlangs: 'notNegative', servers: 'pool' },
  },
  {
    model: 'erlangC',
    call: erlangC,
    good: { offeredErlangs: 0.5, servers: 2 },
    fields: { offeredErlangs: 'notNegative', servers: 'servers' },
    saturated: { offeredErlangs: 2 },
  },
  { model: 'mmcMeans', call: mmcMeans, good: many, fields: manyFields, saturated: saturatedPool },
  {
    model: 'mmcWaitTail',
    call: mmcWaitTail,
    good: { ...many, waitSeconds: 1 },
    fields: { ...manyFields, waitSeconds: 'notNegative' },
    saturated: saturatedPool,
  },
  {
    model: 'mmcWaitQuantileSeconds',
    call: mmcWaitQuantileSeconds,
    good: { ...many, exceedProbability: 0.5 },
    fields: { ...manyFields, exceedProbability: 'probability' },
    saturated: saturatedPool,
  },
  {
    model: 'mmcSojournTail',
    call: mmcSojournTail,
    good: { ...many, sojournSeconds: 1 },
    fields: { ...manyFields, sojournSeconds: 'notNegative' },
    saturated: saturatedPool,
  },
  {
    model: 'mmcSojournQuantileSeconds',
    call: mmcSojournQuantileSeconds,
    good: { ...many, exceedProbability: 0.5 },
    fields: { ...manyFields, exceedProbability: 'probability' },
    saturated: saturatedPool,
  },
  {
    model: 'mg1Means',
    call: mg1Means,
    good: { ...single, serviceScv: 1 },
    fields: { ...singleFields, serviceScv: 'notNegative' },
    saturated,
  },
  {
    model: 'gm1Means',
    call: gm1Means,
    good: { ...single, interarrivalTransform: (perSecond: number) => 0.25 / (0.25 + perSecond) },
    fields: { arrivalsPerSecond: 'positive', meanServiceSeconds: 'positive' },
    saturated,
  },
  {
    model: 'dm1Means',
    call: dm1Means,
    good: single,
    fields: { arrivalsPerSecond: 'positive', meanServiceSeconds: 'positive' },
    saturated,
  },
  {
    model: 'kingmanMeanWaitBoundSeconds',
    call: kingmanMeanWaitBoundSeconds,
    good: { ...single, arrivalScv: 1, serviceScv: 1 },
    fields: {
      arrivalsPerSecond: 'positive',
      meanServiceSeconds: 'positive',
      arrivalScv: 'notNegative',
      serviceScv: 'notNegative',
    },
    saturated,
  },
  {
    model: 'mgcApproximateMeanWaitSeconds',
    call: mgcApproximateMeanWaitSeconds,
    good: { ...many, serviceScv: 1 },
    fields: { ...manyFields, serviceScv: 'notNegative' },
    saturated: saturatedPool,
  },
  {
    model: 'ggcApproximateMeanWaitSeconds',
    call: ggcApproximateMeanWaitSeconds,
    good: { ...many, arrivalScv: 1, serviceScv: 1 },
    fields: { ...manyFields, arrivalScv: 'notNegative', serviceScv: 'notNegative' },
    saturated: saturatedPool,
  },
  {
    model: 'priorityMmcMeanWaitsSeconds',
    call: priorityMmcMeanWaitsSeconds,
    good: { classes: [{ arrivalsPerSecond: 0.25 }, { arrivalsPerSecond: 0.125 }], meanServiceSeconds: 2, servers: 1 },
    fields: {
      'classes.0.arrivalsPerSecond': 'notNegative',
      'classes.1.arrivalsPerSecond': 'notNegative',
      meanServiceSeconds: 'positive',
      servers: 'servers',
    },
    saturated: saturatedClass,
  },
  {
    model: 'priorityMg1MeanWaitsSeconds',
    call: priorityMg1MeanWaitsSeconds,
    good: { classes: twice({ serviceScv: 1 }) },
    fields: { ...classFields, 'classes.1.serviceScv': 'notNegative' },
    saturated: saturatedClass,
  },
  {
    model: 'dpsMeanSojournsSeconds',
    call: dpsMeanSojournsSeconds,
    good: { classes: twice({ weight: 1 }) },
    fields: { ...classFields, 'classes.1.weight': 'positive' },
    saturated: saturatedClass,
  },
  {
    model: 'weightedMeanSeconds',
    call: weightedMeanSeconds,
    good: { classes: twice({ meanSeconds: 1 }) },
    fields: { ...classFields, 'classes.1.meanSeconds': 'notNegative' },
  },
  {
    model: 'conservationError',
    call: conservationError,
    good: { classes: twice({ meanSeconds: 1 }), conservedSeconds: 1 },
    fields: { conservedSeconds: 'positive' },
  },
  {
    model: 'mg1ConservedWaitSeconds',
    call: mg1ConservedWaitSeconds,
    good: { classes: twice({ serviceScv: 1 }) },
    fields: { ...classFields, 'classes.1.serviceScv': 'notNegative' },
    saturated: saturatedClass,
  },
  {
    model: 'mmcConservedWaitSeconds',
    call: mmcConservedWaitSeconds,
    good: { classes: [{ arrivalsPerSecond: 0.25 }, { arrivalsPerSecond: 0.125 }], meanServiceSeconds: 2, servers: 1 },
    fields: {
      'classes.0.arrivalsPerSecond': 'notNegative',
      'classes.1.arrivalsPerSecond': 'notNegative',
      meanServiceSeconds: 'positive',
      servers: 'servers',
    },
    saturated: saturatedClass,
  },
  {
    model: 'sharingConservedSojournSeconds',
    call: sharingConservedSojournSeconds,
    good: { classes: twice({}) },
    fields: classFields,
    saturated: saturatedClass,
  },
  {
    model: 'fewestServersForWaitTail',
    call: fewestServersForWaitTail,
    good: { ...single, waitSeconds: 1, exceedProbability: 0.5 },
    fields: { ...singleFields, waitSeconds: 'notNegative', exceedProbability: 'probability' },
  },
  {
    model: 'fewestServersForMeanWait',
    call: fewestServersForMeanWait,
    good: { ...single, meanWaitSeconds: 1 },
    fields: { ...singleFields, meanWaitSeconds: 'positive' },
  },
];

/** The good input with the value at a path like `classes.1.weight` changed. */
function changed(good: object, path: string, value: unknown): never {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  const copy: Record<string, unknown> = Array.isArray(good) ? (Object.assign([], good) as never) : { ...good };
  copy[key] = rest.length === 0 ? value : changed(copy[key] as object, rest.join('.'), value);
  return copy as never;
}

describe.each(CASES)('$model', ({ model, call, good, fields, saturated: full }) => {
  const names = Object.entries(fields);

  it.each(names)('fails if %s is out of range, and takes the edges', (path, kind) => {
    const { allowed, bad, edges } = RANGES[kind];
    for (const value of bad) {
      const error = refusal(() => call(changed(good, path, value)));
      expect(error.faults).toEqual([{ path, value, allowed }]);
      expect(error.message).toBe(`${model} is not valid:\n  ${path}: ${value} (allowed: ${allowed})`);
    }
    for (const value of edges) expect(call(changed(good, path, value))).toBeDefined();
  });

  it('names all bad fields at once', () => {
    const broken = names.reduce((input, [path]) => changed(input, path, NaN), good);
    expect(refusal(() => call(broken as never)).faults.map(({ path }) => path)).toEqual(names.map(([path]) => path));
  });

  if ('classes' in good) {
    it('fails if there is no class', () => {
      const { faults } = refusal(() => call({ ...good, classes: [] } as never));
      expect(faults).toEqual([{ path: 'classes', value: [], allowed: 'at least one class' }]);
    });
  }

  if (full !== undefined) {
    it('fails if the queue is not stable', () => {
      const [[path, value]] = Object.entries(full) as [[string, number]];
      const input = changed(good, path, value);
      const { faults, message } = refusal(() => call(input));
      expect(faults).toEqual([{ path: 'utilisation', value: 1, allowed: 'below 1 (stable)' }]);
      expect(message).toContain(model);
      expect(call(changed(good, path, value * 0.999))).toBeDefined();
    });
  }
});
