/** Proves how systems are tuned and how equal spend is found: by points that cover the knobs' ranges, on training data, by one rule for all. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PLANNING } from '../../../core/policies/scheduling/parameters';
import { REFERENCE } from '../../../simulator/evaluation/experiments';
import type { RunTask } from '../../../simulator/evaluation/run';
import { runTask } from '../../../simulator/evaluation/run';
import { BASE_SPEC } from '../../../simulator/evaluation/scenario';
import { MOST_DIMENSIONS, sobolPoints } from '../../../simulator/evaluation/sobol';
import { findSpend, SPEND_KNOBS, type SpendKnob } from '../../../simulator/evaluation/spend';
import {
  bestOf,
  excess,
  POINTS,
  pointsFrom,
  pointsOf,
  TRAINING_SPECS,
  type Trained,
  trainedWith,
  tuningTasks,
} from '../../../simulator/evaluation/tune';
import { knobsFor, OFFERED, TRAINING, TUNED } from '../../../simulator/evaluation/tuned';
import { relativeRates, WORKLOADS } from '../../../simulator/evaluation/workloads';
import { SYSTEMS, systemNamed } from '../../../simulator/systems';

const SMALL = { ...BASE_SPEC, accountConcurrency: 130, warmUpMinutes: 0, measuredMinutes: 1 };

describe('sobolPoints', () => {
  it('are the published ones', () => {
    expect(sobolPoints(8, 3)).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
      [0.625, 0.125, 0.875],
      [0.125, 0.625, 0.375],
    ]);
  });

  it('have one of 64 in every 64th of each axis', () => {
    const points = sobolPoints(64, MOST_DIMENSIONS);
    for (let axis = 0; axis < MOST_DIMENSIONS; axis++) {
      const cells = points.map((point) => Math.floor(64 * (point[axis] ?? Number.NaN)));
      expect([...cells].sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, cell) => cell));
    }
  });

  it('have no more dimensions than there are numbers for', () => {
    expect(() => sobolPoints(1, MOST_DIMENSIONS + 1)).toThrow(RangeError);
  });
});

describe('the points of a system', () => {
  it('are as many for each that has knobs, inside of their ranges, and whole where the knob is', () => {
    for (const { knobs } of SYSTEMS) {
      const points = pointsOf(knobs);
      expect(points).toHaveLength(knobs.length === 0 ? 1 : 1 + POINTS);
      for (const { name, least, most, scale } of knobs) {
        const values = points.map((each) => each[name] ?? Number.NaN);
        expect(values.every((value) => value >= least && value <= most)).toBe(true);
        expect(values.every((value) => scale !== 'whole' || Number.isInteger(value))).toBe(true);
      }
    }
  });

  it('begin with what the system has untuned', () => {
    expect(pointsOf(systemNamed('tracking-average').knobs)[0]).toEqual({ target: 0.7, least: 1 });
    expect(DEFAULT_PLANNING).toMatchObject(pointsOf(systemNamed('triage').knobs)[0] ?? { none: 0 });
  });

  it('are spread evenly in the logarithm where the scale says so', () => {
    const points = pointsOf([{ name: 'k', least: 0.01, most: 1, scale: 'log', usual: 1 }]).map(
      (each) => each['k'] ?? 0,
    );
    expect(points.filter((value) => value < 0.1)).toHaveLength(POINTS / 2);
  });
});

describe('training', () => {
  it('is on a workload that no table is judged on, with seeds of its own', () => {
    for (const { workload, seed } of TRAINING_SPECS) {
      expect(WORKLOADS).not.toContain(workload);
      expect(seed).toBeGreaterThan(1000);
    }
  });

  it('gives every point the same runs', () => {
    const tasks = tuningTasks('static');
    expect(tasks).toHaveLength(TRAINING_SPECS.length * (1 + POINTS));
    const points = pointsFrom(tasks.map((task) => ({ task, run: task })));
    expect(points.map(({ knobs }) => knobs)).toEqual(pointsOf(systemNamed('static').knobs));
    for (const { knobs, runs } of points)
      expect(runs).toEqual(TRAINING_SPECS.map((spec) => ({ system: 'static', knobs, spec })));
  });

  it('has rates up to one, above nothing, that are other ones with another seed', () => {
    const rates = relativeRates('training', 200, 1);
    expect(Math.max(...rates)).toBe(1);
    expect(Math.min(...rates)).toBeGreaterThan(0.1);
    expect(relativeRates('training', 200, 1)).toEqual(rates);
    expect(relativeRates('training', 200, 2)).not.toEqual(rates);
  });
});

describe('bestOf', () => {
  const point = (dollars: number, coldShare = 0, p99OfObjective = 0.5): Trained => ({
    knobs: {},
    dollars,
    coldShare,
    p99OfObjective,
    meanOfReference: 1,
    meetsBounds: excess({ coldShare, p99OfObjective, meanOfReference: 1 }) === 0,
  });

  it('is the cheapest within the bounds, however cheap others are', () => {
    expect(bestOf([point(5), point(3), point(1, 1e-4), point(1, 0, 1.1), point(4)])).toEqual(point(3));
  });

  it('is the one least outside where none is within', () => {
    expect(bestOf([point(1, 1e-3), point(9, 2e-5), point(1, 0, 3)])).toEqual(point(9, 2e-5));
  });

  it('counts cold starts at the measured h/s, late classes anywhere, and latency below capacity against the reference', () => {
    const summary = runTask({ system: 'naive', knobs: {}, spec: { ...SMALL, measuredMinutes: 1 } });
    const run = (coldShare: number, meanSeconds: number) => ({ ...summary, coldShare, meanSeconds });
    const reference = [run(0, 1), run(0, 1), run(0, 1)];
    const figures = trainedWith({ k: 1 }, [run(0.2, 3), run(0.4, 9), run(0.9, 9)], reference);
    expect(figures.coldShare).toBeCloseTo(0.3, 9);
    expect(figures).toMatchObject({ knobs: { k: 1 }, meanOfReference: 3, meetsBounds: false });
    expect(figures.dollars).toBeCloseTo(3 * summary.dollars.total, 9);
    const late = { ...run(0, 1), classes: summary.classes.map((each) => ({ ...each, p99Seconds: 40 })) };
    expect(trainedWith({}, [run(0, 1), run(0, 1), late], reference).p99OfObjective).toBe(20);
  });

  it('is nothing of nothing', () => {
    expect(bestOf([])).toBeUndefined();
  });
});

describe('the frozen file', () => {
  it('has the knobs of systems that there are, in their ranges', () => {
    for (const [name, knobs] of Object.entries(TUNED)) {
      const known = systemNamed(name).knobs;
      expect(Object.keys(knobs).sort()).toEqual(known.map((knob) => knob.name).sort());
      expect(
        known.every(({ name: knob, least, most }) => (knobs[knob] ?? 0) >= least && (knobs[knob] ?? 0) <= most),
      ).toBe(true);
    }
    expect(Object.keys(TRAINING).sort()).toEqual(Object.keys(TUNED).sort());
  });

  it("has Triage's deployed defaults", () => {
    expect(DEFAULT_PLANNING).toMatchObject(TUNED['triage'] ?? {});
  });

  it('says what tuning would have chosen for Triage, which is no dearer and within the bounds too', () => {
    expect(OFFERED?.meetsBounds).toBe(true);
    expect(OFFERED?.dollars).toBeLessThanOrEqual(TRAINING['triage']?.dollars ?? 0);
    expect(Object.keys(OFFERED?.knobs ?? {})).toEqual(Object.keys(TUNED['triage'] ?? { none: 0 }));
  });

  it("gives Triage's knobs to Triage with other forecasts and without its mechanisms", () => {
    const tuned = { triage: { planLevel: 0.7 }, static: { quantile: 0.4 } };
    expect(knobsFor(tuned, 'triage-last-value')).toEqual(tuned.triage);
    expect(knobsFor(tuned, 'without-lending')).toEqual(tuned.triage);
    expect(knobsFor(tuned, 'static')).toEqual(tuned.static);
    expect(knobsFor(tuned, REFERENCE)).toEqual({});
  });

  it('is what the package has a command for', () => {
    const { scripts } = JSON.parse(readFileSync(join(__dirname, '../../../package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    expect(scripts['evaluate:tune']).toContain('scripts/evaluate/tune.ts');
  });
});

describe('findSpend', () => {
  const spec = SMALL;
  const summary = runTask({ system: 'naive', knobs: {}, spec });
  const knob: SpendKnob = { name: 'k', least: 1, most: 9, scale: 'linear', dearest: 'most' };
  /** Costs as many dollars as the knob says. */
  const run = ({ knobs }: RunTask) => ({
    ...summary,
    dollars: { ...summary.dollars, total: knobs['k'] ?? Number.NaN },
  });
  const spend = (dollars: number, own = knob, costs = run) =>
    findSpend({ system: 'naive', knobs: {}, spec, dollars, knob: own, steps: 6 }, costs);

  it('closes in on the dearest setting that is within, and never goes over', () => {
    const { value, over } = spend(6);
    expect(over).toBe(false);
    expect(value).toBeLessThanOrEqual(6);
    expect(value).toBeGreaterThan(5.8);
  });

  it('knows at which end a knob is dear', () => {
    const falling = ({ knobs }: RunTask) => ({
      ...summary,
      dollars: { ...summary.dollars, total: 10 - (knobs['k'] ?? Number.NaN) },
    });
    expect(spend(6, { ...knob, dearest: 'least' }, falling).value).toBeCloseTo(4, 0);
  });

  it('stops at the dearest where all of it is within, and says where even the cheapest is too dear', () => {
    expect(spend(20)).toMatchObject({ value: 9, over: false });
    expect(spend(0.5)).toMatchObject({ value: 1, over: true });
  });

  it('has knobs that their systems know', () => {
    for (const [system, { name }] of Object.entries(SPEND_KNOBS)) {
      const known = [...systemNamed(system).knobs.map((each) => each.name), ...Object.keys(DEFAULT_PLANNING)];
      expect(known).toContain(name);
    }
  });
});
