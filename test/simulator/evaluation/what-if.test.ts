/** Proves the surge figures, the closed loop of users and the fleets' formulas on what must hold of them. */
import { fleetCases } from '../../../simulator/evaluation/fleets';
import { surgeFigures } from '../../../simulator/evaluation/surge';
import { usersFigures } from '../../../simulator/evaluation/users';

describe('surgeFigures', () => {
  it('leaves the critical class alone in lanes of its own, and drags it along in one queue', () => {
    const figures = (system: string) => surgeFigures({ which: 'B', system, knobs: {}, scv: 0, seed: 1 });
    expect(figures('triage').all300).toBeLessThan(1.5);
    expect(figures('naive').all300).toBeGreaterThan(3);
  }, 120_000);

  it('give the lowest class its weight’s share, and hardly more, where each class asks for more than its own', () => {
    const task = { which: 'D', system: 'without-admission', knobs: {}, scv: 1, seed: 1 } as const;
    const { leastShareOfLowest } = surgeFigures(task);
    expect(leastShareOfLowest).toBeGreaterThanOrEqual(1 / 15);
    expect(leastShareOfLowest).toBeLessThan(0.07);
  }, 120_000);
});

describe('usersFigures', () => {
  it('is users / (think + answer) a second while the limit is far', () => {
    const { perSecond, meanSeconds } = usersFigures(100, 300, 1);
    expect(perSecond).toBeCloseTo(100 / (1 + meanSeconds), 0);
    expect(meanSeconds).toBeCloseTo(0.25, 2);
  });

  it('is the limit / service a second where users are many, and the rest waits', () => {
    const { perSecond, meanSeconds } = usersFigures(1000, 50, 1);
    expect(Math.abs(perSecond / 200 - 1)).toBeLessThan(0.03);
    expect(meanSeconds).toBeGreaterThan(3);
  });
});

describe('fleetCases', () => {
  const cases = fleetCases();

  it('are more than 2,400', () => {
    expect(cases.length).toBeGreaterThanOrEqual(2400);
  });

  it('make serverless dearer the busier the fleet is', () => {
    const same = cases.filter(
      (each) =>
        each.fleet === 'containers' &&
        each.erlangs === 400 &&
        each.eventSeconds === 1 &&
        each.batch === 1 &&
        each.coldShare === 0.0001,
    );
    const costs = same.map(({ cost }) => cost);
    expect(costs).toEqual([...costs].sort((a, b) => a - b));
    expect(costs[0]).toBeLessThan(0);
    expect(costs.at(-1)).toBeGreaterThan(0);
  });
});
