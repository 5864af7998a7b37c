/** Proves that a run is a function of its task, and that its summary counts what it says. */
import { latenessOf } from '../../../simulator/evaluation/accounting';
import { mergeParts } from '../../../simulator/evaluation/arrivals';
import { improvementRows } from '../../../simulator/evaluation/improvement';
import { findLimit, keepsUp } from '../../../simulator/evaluation/limit';
import { runTask } from '../../../simulator/evaluation/run';
import { BASE_SPEC, type ScenarioSpec } from '../../../simulator/evaluation/scenario';
import { StabilityCells } from '../../../simulator/evaluation/stability';
import { perform } from '../../../simulator/evaluation/task';
import { ABLATIONS, SYSTEMS } from '../../../simulator/systems';

/** A small account for a few minutes. */
const SPEC: ScenarioSpec = {
  ...BASE_SPEC,
  accountConcurrency: 130,
  warmUpMinutes: 1,
  measuredMinutes: 2,
  workload: 'bursts',
};
const run = (system: string, spec: ScenarioSpec = SPEC) => runTask({ system, knobs: {}, spec });

describe('runTask', () => {
  it.each([...SYSTEMS, ...ABLATIONS].map(({ name }) => name))(
    '%s: gives every event one outcome, and the same summary twice',
    (name) => {
      const first = run(name);
      // Another scenario in between: nothing may be left over from the one before.
      run('naive', { ...SPEC, seed: 9, measuredMinutes: 1 });
      expect(run(name)).toEqual(first);
      expect(first.offered).toBeGreaterThan(1000);
      expect(first.classes.reduce((sum, each) => sum + each.offered, 0)).toBe(first.offered);
      expect(first.dollars.total).toBeGreaterThan(0);
    },
  );

  it('offers every system the same events', () => {
    const offered = ['naive', 'queue-per-class', 'triage'].map((name) => run(name).classes.map((each) => each.offered));
    expect(offered[1]).toEqual(offered[0]);
    expect(offered[2]).toEqual(offered[0]);
  });

  it('is another run with another seed', () => {
    expect(run('naive', { ...SPEC, seed: 2 }).meanSeconds).not.toBe(run('naive').meanSeconds);
  });
});

describe('latenessOf', () => {
  it('is the greatest of the time that passed, the deadline and ten objectives', () => {
    expect(latenessOf(5, Number.POSITIVE_INFINITY, 2)).toBe(20);
    expect(latenessOf(50, Number.POSITIVE_INFINITY, 2)).toBe(50);
    expect(latenessOf(5, 100, 2)).toBe(100);
  });
});

describe('StabilityCells', () => {
  it('counts a cell whose p95 is late, by nearest rank', () => {
    const cells = new StabilityCells(1);
    // 20 events: the p95 is the 19th, so one late event is not enough and two are.
    for (let event = 0; event < 20; event++) cells.add(event / 10, event === 3 ? 2 : 0.5, false);
    for (let event = 0; event < 20; event++) cells.add(10 + event / 10, event < 2 ? 2 : 0.5, false);
    cells.close();
    expect([cells.count, cells.unstable]).toEqual([2, 1]);
  });

  it('counts a cell in which an event was refused, and none that is empty', () => {
    const cells = new StabilityCells(1);
    for (let event = 0; event < 40; event++) cells.add(30 + event / 10, 0.1, event === 0);
    cells.close();
    expect([cells.count, cells.unstable]).toEqual([1, 1]);
  });
});

describe('mergeParts', () => {
  it('keeps the order of time and knows each part', () => {
    const { arrivals, part } = mergeParts([Float64Array.of(1, 4), Float64Array.of(2, 3, 5)]);
    expect([...arrivals]).toEqual([1, 2, 3, 4, 5]);
    expect([...part]).toEqual([0, 1, 1, 0, 1]);
  });
});

describe('findLimit', () => {
  const summary = run('naive');
  /** A system that keeps up with loads to 1.3. */
  const upTo = (most: number) => (task: { spec: ScenarioSpec }) => ({
    ...summary,
    backlog: task.spec.load <= most ? 0 : 1e9,
    classes: summary.classes.map((each) => ({ ...each, onTimeShare: 1 })),
  });
  const limit = (most: number) =>
    findLimit({ system: 'naive', knobs: {}, spec: { ...SPEC, load: 1 }, most: 8, steps: 8 }, upTo(most));

  it('closes in on the greatest multiple that is kept up with', () => {
    expect(limit(1.3).multiple).toBeCloseTo(1.3, 2);
    expect(limit(0.6).multiple).toBeCloseTo(0.6, 2);
  });

  it('says where it stopped looking', () => {
    expect(limit(100)).toEqual({ multiple: 8, censored: true });
    expect(limit(0.01)).toEqual({ multiple: 0, censored: false });
  });

  it('does not hold where a class is late or a backlog is left', () => {
    const good = upTo(100)({ spec: SPEC });
    expect(keepsUp(good, 240)).toBe(true);
    expect(keepsUp({ ...good, backlog: good.offered }, 240)).toBe(false);
    expect(
      keepsUp(
        { ...good, classes: good.classes.map((each, index) => ({ ...each, onTimeShare: index === 0 ? 0.98 : 1 })) },
        240,
      ),
    ).toBe(false);
  });
});

describe('improvementRows', () => {
  it('pairs a system with the reference on the same scenario, and is nothing for the reference itself', () => {
    const done = ['naive', 'queue-per-class'].flatMap((system) =>
      [1, 2].map((seed) => {
        const task = { kind: 'run' as const, system, knobs: {}, spec: { ...SPEC, seed } };
        return { task, outcome: perform(task) };
      }),
    );
    const rows = improvementRows(done, 'naive');
    expect(rows.map(({ system, seeds }) => [system, seeds])).toEqual([
      ['naive', 2],
      ['queue-per-class', 2],
    ]);
    expect(rows[0]?.latency.estimate).toBeCloseTo(0, 12);
    const ratio = (seed: number) =>
      run('queue-per-class', { ...SPEC, seed }).meanSeconds / run('naive', { ...SPEC, seed }).meanSeconds;
    expect(rows[1]?.latency.estimate).toBeCloseTo(100 * (1 - Math.sqrt(ratio(1) * ratio(2))), 9);
  });
});
