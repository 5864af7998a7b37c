/** The models of demand: what each expects of series whose future is known, and what it does about minutes that never came. */
import { type AutoregressionState, autoregression } from '../../../../core/policies/forecast/autoregression';
import { dampedHolt, dampedSum } from '../../../../core/policies/forecast/damped-holt';
import { ewma } from '../../../../core/policies/forecast/ewma';
import { holtWinters } from '../../../../core/policies/forecast/holt-winters';
import { lastValue } from '../../../../core/policies/forecast/last-value';
import { fromScale, poissonDeviation, toScale, UNSEEN } from '../../../../core/policies/forecast/scale';
import { seasonal } from '../../../../core/policies/forecast/seasonal';
import type { DemandModel } from '../../../../core/policies/forecast/types';

function fed<State>(model: DemandModel<State>, values: readonly (number | undefined)[], firstMinute = 100): State {
  let state: State | undefined;
  values.forEach((value, index) => {
    if (value === undefined) return;
    const minute = firstMinute + index;
    state = state === undefined ? model.start(minute, value) : model.update(state, minute, value);
  });
  if (state === undefined) throw new Error('nothing was fed');
  return state;
}

/** Path over the next minutes after `values`, the first one following the last value. */
function ahead<State>(model: DemandModel<State>, values: readonly (number | undefined)[], minutes: number): number[] {
  const next = 100 + values.length;
  return model.path(fed(model, values), next, next + minutes);
}

const AR = { order: 3, forgetting: 1, priorVariance: 100 };
const MODELS: readonly DemandModel<unknown>[] = [
  lastValue,
  ewma({ alpha: 0.3 }),
  dampedHolt({ alpha: 0.4, beta: 0.2, phi: 0.9 }),
  holtWinters({ periodMinutes: 6, alpha: 0.3, beta: 0.1, phi: 0.9, gamma: 0.3 }),
  seasonal({ periodMinutes: 6, gamma: 0.5, alpha: 0.2 }),
  autoregression(AR),
].map((model) => model as DemandModel<unknown>);

describe('the scale', () => {
  it.each([0, 1, 25, 1_000, 1e6])('takes %d events there and back', (count) => {
    expect(fromScale(toScale(count))).toBeCloseTo(count, 6);
  });

  it('is a logarithm for great counts and twice a fifth of the square root for small ones', () => {
    expect(toScale(2e6) - toScale(1e6)).toBeCloseTo(Math.log(2), 4);
    expect(toScale(0.01)).toBeCloseTo(2 * Math.sqrt(0.01 / 25), 3);
  });

  it('has zero events at and below zero, and takes a negative count for none', () => {
    expect(fromScale(0)).toBe(0);
    expect(fromScale(-1)).toBe(0);
    expect(toScale(-5)).toBe(0);
  });

  it('knows how much a Poisson count scatters: one over the square root of 25 more than the count', () => {
    expect(poissonDeviation(toScale(0))).toBeCloseTo(0.2, 9);
    expect(poissonDeviation(toScale(75))).toBeCloseTo(0.1, 9);
  });
});

describe.each(MODELS)('$name', (model) => {
  it('expects a constant to go on, to the thousandth', () => {
    for (const value of ahead(model, new Array(40).fill(3), 8)) expect(value).toBeCloseTo(3, 3);
  });

  it('gives one value per minute asked for', () => {
    expect(ahead(model, [1, 2, 3], 5)).toHaveLength(5);
  });

  it('goes on after a JSON round trip as if nothing had been', () => {
    const values = Array.from({ length: 20 }, (_, index) => 2 + Math.sin(index));
    const state = fed(model, values);
    const restored = JSON.parse(JSON.stringify(state));
    expect(model.path(model.update(restored, 120, 4), 121, 130)).toEqual(
      model.path(model.update(state, 120, 4), 121, 130),
    );
  });

  it('takes a gap for unknown, not for zero', () => {
    const gap = [...new Array<number>(30).fill(3), undefined, undefined, undefined, 3];
    for (const value of ahead(model, gap, 5)) expect(value).toBeCloseTo(3, 3);
  });

  it('looks ahead over minutes that have not come either', () => {
    const state = fed(model, new Array(30).fill(3));
    for (const value of model.path(state, 1_000, 1_003)) expect(value).toBeCloseTo(3, 3);
  });
});

describe('last value', () => {
  it('is the last value', () => expect(ahead(lastValue, [1, 5, 2], 2)).toEqual([2, 2]));
});

describe('EWMA', () => {
  it('moves by its share of each difference', () => {
    expect(ahead(ewma({ alpha: 0.25 }), [0, 4, 4], 1)).toEqual([1.75]);
  });
});

describe('damped Holt', () => {
  it('sums the damped steps', () => expect(dampedSum(0.5, 3)).toBeCloseTo(0.5 + 0.25 + 0.125, 12));

  it('goes on with a trend that fades', () => {
    const model = dampedHolt({ alpha: 0.8, beta: 0.5, phi: 0.9 });
    const path = ahead(
      model,
      Array.from({ length: 60 }, (_, index) => index),
      4,
    );
    const steps = path.slice(1).map((value, index) => value - (path[index] ?? 0));
    expect(path[0]).toBeGreaterThan(59);
    for (const [index, step] of steps.slice(1).entries()) expect(step / (steps[index] ?? 0)).toBeCloseTo(0.9, 9);
  });

  it('corrects level and trend by their shares of the error', () => {
    expect(fed(dampedHolt({ alpha: 0.5, beta: 0.4, phi: 0.5 }), [0, 2, 2])).toEqual({
      minute: 102,
      // First 0 + 0.5 · 2 = 1 with trend 0.4; then 1 + 0.4 · 0.5 = 1.2 is expected and 2 comes.
      level: expect.closeTo(1.6, 12),
      trend: expect.closeTo(0.4 * 0.5 + 0.2 * 0.8, 12),
    });
  });

  it('damps the trend over a gap as often as minutes are missing', () => {
    const model = dampedHolt({ alpha: 1, beta: 0.5, phi: 0.5 });
    const before = fed(model, [0, 2]);
    expect(before.trend).toBe(1);
    // Expected after three minutes: 2 + 0.5 + 0.25 + 0.125; exactly that comes, and the trend has faded to an eighth.
    expect(model.update(before, 104, 2.875)).toEqual({ minute: 104, level: 2.875, trend: 0.125 });
  });
});

describe('Holt–Winters', () => {
  const model = holtWinters({ periodMinutes: 4, alpha: 0.2, beta: 0, phi: 0.5, gamma: 0.5 });
  const season = [1, 5, 2, 4];

  it('repeats a season that it has seen', () => {
    const path = ahead(model, [...season, ...season, ...season, ...season], 4);
    path.forEach((value, index) => {
      expect(value).toBeCloseTo(season[index] ?? 0, 3);
    });
  });

  it('expects no season while it sees the first one', () => {
    const path = ahead(model, [1, 5, 2], 3);
    expect(new Set(path).size).toBe(1);
  });

  it('stores the first season as it came, and deviations from its mean afterwards', () => {
    const first = fed(model, [1, undefined, 2, 3]);
    expect(first).toMatchObject({ ready: false, season: [1, UNSEEN, 2, 3] });
    // 1, 2 and 3 deviate by -1, 0 and 1 from their mean; the slot that was never seen deviates as the one before it.
    expect(model.update(first, 104, 1)).toMatchObject({ ready: true, season: [expect.any(Number), -1, 0, 1] });
  });

  it('follows a season that changes, a share at a time', () => {
    const changed = [...season, ...season, ...new Array(12).fill([1, 5, 2, 8]).flat()];
    expect(ahead(model, changed, 4)[3]).toBeGreaterThan(7);
    expect(ahead(model, changed.slice(0, 12), 4)[3]).toBeLessThan(7);
  });

  it('keeps the season in its place over a gap', () => {
    const path = ahead(model, [...season, ...season, ...season, undefined, undefined, 2], 2);
    expect((path[0] ?? 0) - (path[1] ?? 0)).toBeGreaterThan(1.5);
  });

  it('goes on with a trend', () => {
    const trending = holtWinters({ periodMinutes: 4, alpha: 0.5, beta: 0.3, phi: 0.9, gamma: 0.1 });
    const path = ahead(
      trending,
      Array.from({ length: 40 }, (_, index) => index / 4),
      4,
    );
    expect(path[3]).toBeGreaterThan(10);
  });
});

describe('seasonal', () => {
  const model = seasonal({ periodMinutes: 4, gamma: 0.5, alpha: 0.5 });

  it('says what the same minute was', () => {
    expect(ahead(model, [1, 2, 1.5, 1.8, 1, 2, 1.5, 1.8], 4)).toEqual([1, 2, 1.5, 1.8]);
  });

  it('is adjusted to the present level', () => {
    const path = ahead(model, [1, 2, 1.5, 1.8, ...[1, 2, 1.5, 1.8].map((value) => value + 0.5)], 1);
    // Profile of the slot: 1 + 0.5 · 0.5. Offset after four minutes 0.5 above: 0.5 · (1 - 0.5⁴).
    expect(path[0]).toBeCloseTo(1.25 + 0.5 * (1 - 1 / 16), 4);
  });

  it('says the level where the slot was never seen', () => {
    expect(ahead(model, [1, 3], 2)).toEqual([2, 2]);
  });

  it('does not make a habit of one surge', () => {
    const surged = ahead(model, [1, 1, 1, 1, 9, 1, 1, 1, 1, 1, 1, 1], 1);
    // Corrected by half of 1, not half of 8; and then halfway back.
    expect(surged[0]).toBeLessThan(1.6);
    const fallen = ahead(model, [9, 9, 9, 9, 1, 9, 9, 9, 9, 9, 9, 9], 1);
    expect(fallen[0]).toBeGreaterThan(8.4);
  });
});

describe('AR(p)', () => {
  it('learns a recursion and continues it', () => {
    // x = 2 + sin(t / 2) / 2 is x' = 2 cos(1/2) x - x'' plus a constant.
    const driven = Array.from({ length: 310 }, (_, index) => 2 + Math.sin(index / 2) / 2);
    const path = ahead(autoregression({ ...AR, order: 2 }), driven.slice(0, 300), 5);
    path.forEach((value, index) => {
      expect(value).toBeCloseTo(driven[300 + index] ?? 0, 2);
    });
  });

  it('begins as last value', () => expect(ahead(autoregression(AR), [7], 3)).toEqual([7, 7, 7]));

  it('keeps the last p values, newest first', () => {
    expect(fed(autoregression(AR), [1, 2, 3, 4, 5]).lags).toEqual([5, 4, 3]);
  });

  it('fills a gap with what it expected, and learns nothing from it', () => {
    const model = autoregression(AR);
    const before = fed(model, [2, 2, 2, 2]);
    const after: AutoregressionState = model.update(before, 106, 5);
    expect(after.fit).toBe(before.fit);
    expect(after.lags).toEqual([5, expect.closeTo(2, 6), expect.closeTo(2, 6)]);
    expect(model.update(before, 1_000_000, 5).lags).toHaveLength(3);
  });

  it('does not run away where the fit is unstable', () => {
    const growing = Array.from({ length: 20 }, (_, index) => 1.3 ** index / 10);
    const last = growing.at(-1) ?? 0;
    for (const value of ahead(autoregression(AR), growing, 100)) expect(value).toBeLessThanOrEqual(last + 1.5);
    const falling = growing.map((value) => -value);
    for (const value of ahead(autoregression(AR), falling, 100)) expect(value).toBeGreaterThanOrEqual(-last - 1.5);
  });

  it('is flat beyond two hours, however far it is asked', () => {
    const path = autoregression(AR).path(fed(autoregression(AR), [1, 2, 1, 2, 1, 2, 1]), 107, 400);
    expect(new Set(path.slice(120)).size).toBe(1);
    expect(path).toHaveLength(293);
  });
});
