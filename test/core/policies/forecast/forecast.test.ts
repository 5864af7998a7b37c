/**
 * The forecasters as a controller uses them: quantiles in order and never negative, a constant and a season learnt, a step caught,
 * gaps and garbage survived, and a state that is small plain data.
 */
import fc from 'fast-check';
import { seededRandom } from '../../../../cli/workload/random';
import type { MinuteCount } from '../../../../core/contracts/scheduling';
import { createEnsemble } from '../../../../core/policies/forecast/ensemble';
import { createForecaster } from '../../../../core/policies/forecast/forecaster';
import {
  DEFAULT_FORECAST_PARAMETERS,
  type ForecastInput,
  type ForecastState,
  forecastDemand,
} from '../../../../core/policies/forecast/index';
import { lastValue } from '../../../../core/policies/forecast/last-value';
import type { Forecaster } from '../../../../core/policies/forecast/types';

const WINDOW = { fromMinutes: 3, untilMinutes: 8 };
const START = 29_000_000;
const FORECASTERS = [
  createForecaster(lastValue, WINDOW, DEFAULT_FORECAST_PARAMETERS.errors),
  createEnsemble(DEFAULT_FORECAST_PARAMETERS, WINDOW),
] as Forecaster<unknown>[];

function minutes(counts: readonly number[], from = START): MinuteCount[] {
  return counts.map((count, index) => ({ minute: from + index, count }));
}

function input(arrivals: readonly MinuteCount[], changes: Partial<ForecastInput> = {}): ForecastInput {
  const nowMinute = (arrivals.at(-1)?.minute ?? START) + 1;
  return { lane: 'high', ...WINDOW, planLevel: 0.9, arrivals, nowMinute, ...changes };
}

const codes = (outcome: ReturnType<typeof forecastDemand>) => outcome.reasons.map(({ code }) => code);
const at = (outcome: ReturnType<typeof forecastDemand>, level: number) =>
  outcome.forecast.quantiles.find((each) => each.level === level)?.eventsPerMinute ?? Number.NaN;
const after = (counts: readonly number[]) => forecastDemand(undefined, input(minutes(counts)));

describe.each(FORECASTERS)('$name', (forecaster) => {
  const predictAfter = (counts: readonly MinuteCount[], levels: readonly number[]) => {
    let state: unknown;
    for (const each of counts) state = forecaster.update(state, each);
    return forecaster.predict(state, { ...WINDOW, nowMinute: (counts.at(-1)?.minute ?? START) + 1, levels });
  };

  it('gives quantiles that never fall and are never negative, whatever came and whatever is missing', () => {
    const series = fc.array(
      fc.record({ gap: fc.integer({ min: 1, max: 4 }), count: fc.oneof(fc.nat(3), fc.nat(1e6)) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(series, (steps) => {
        let minute = START;
        const counts = steps.map(({ gap, count }) => {
          minute += gap;
          return { minute, count };
        });
        const quantiles = predictAfter(counts, [0.01, 0.05, 0.5, 0.51, 0.9, 0.999]);
        expect(quantiles[0]).toBeGreaterThanOrEqual(0);
        quantiles.slice(1).forEach((each, index) => {
          expect(each).toBeGreaterThanOrEqual(quantiles[index] ?? 0);
        });
        expect(quantiles.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it.each([0, 1, 40, 100_000])('expects a constant %d to go on', (count) => {
    const [low = 0, middle = 0] = predictAfter(minutes(new Array(1_000).fill(count)), [0.2, 0.5]);
    expect(Math.abs(middle - count)).toBeLessThanOrEqual(0.02 * count + 0.01);
    expect(Math.abs(low - count)).toBeLessThanOrEqual(0.1 * count + 0.25);
  });

  it('says nothing where nothing was seen', () => {
    expect(forecaster.predict(undefined, { ...WINDOW, nowMinute: START, levels: [0.1, 0.9] })).toEqual([0, 0]);
  });

  it('holds what its levels say on a noisy constant', () => {
    const random = seededRandom(11);
    const noisy = minutes(Array.from({ length: 1_500 }, () => Math.round(900 + 200 * random())));
    let state: unknown;
    let held = 0;
    let judged = 0;
    noisy.forEach((each, index) => {
      state = forecaster.update(state, each);
      const coming = noisy.slice(index + 4, index + 9);
      if (index < 500 || coming.length < 5) return;
      const [low = 0, high = 0] = forecaster.predict(state, {
        ...WINDOW,
        nowMinute: each.minute + 1,
        levels: [0.05, 0.95],
      });
      const target = Math.max(...coming.map(({ count }) => count));
      judged++;
      if (target >= low && target <= high) held++;
    });
    expect(held / judged).toBeGreaterThan(0.84);
    expect(held / judged).toBeLessThan(0.98);
  });
});

describe('forecastDemand', () => {
  it('asks for nothing and says so before anything was seen', () => {
    const outcome = forecastDemand(undefined, input([]));
    expect(outcome.state).toBeUndefined();
    expect(outcome.forecast.quantiles.every(({ eventsPerMinute }) => eventsPerMinute === 0)).toBe(true);
    expect(codes(outcome)).toEqual(['forecast-nothing-seen']);
    expect(outcome.forecast.burst).toBe(false);
  });

  it('answers with the band, the median and the plan’s level, in order, and with its window and lane', () => {
    const { forecast } = forecastDemand(undefined, input(minutes([5, 6, 7]), { planLevel: 0.8 }));
    expect(forecast).toMatchObject({ lane: 'high', ...WINDOW });
    expect(forecast.quantiles.map(({ level }) => level)).toEqual([0.05, 0.5, 0.8, 0.95]);
    expect(
      forecastDemand(undefined, input([], { planLevel: 0.5 })).forecast.quantiles.map(({ level }) => level),
    ).toEqual([0.05, 0.5, 0.95]);
  });

  it('names who has most say', () => {
    const leader = after(new Array(30).fill(10)).reasons.find(({ code }) => code === 'forecast-leader');
    expect(leader?.args.model).toEqual(expect.any(String));
    expect(leader?.args.weight).toBeGreaterThanOrEqual(1 / 8);
  });

  it('learns what comes each hour, and foresees it', () => {
    const hourly = Array.from({ length: 60 * 14 }, (_, minute) => (minute % 60 === 30 ? 800 : 100));
    // The last minute seen is the 24th of its hour: the peak is in the window that begins three minutes later.
    const before = after(hourly.slice(0, 60 * 12 + 25));
    expect(at(before, 0.5)).toBeGreaterThan(600);
    const calm = after(hourly.slice(0, 60 * 12 + 40));
    expect(at(calm, 0.95)).toBeLessThan(200);
  });

  it('learns the shape of a day, and foresees its rise', () => {
    const day = (minute: number) => Math.round(1_000 + 900 * Math.sin((2 * Math.PI * minute) / 1440));
    const days = Array.from({ length: 1440 * 3 + 60 }, (_, minute) => day(minute));
    const outcome = after(days);
    const coming = day(days.length + 7);
    expect(Math.abs(at(outcome, 0.5) - coming) / coming).toBeLessThan(0.03);
  });

  it('catches a tenfold step in two minutes, as a burst', () => {
    const random = seededRandom(2);
    const calm = Array.from({ length: 300 }, () => Math.round(200 + 40 * random()));
    const first = after([...calm, 2_200]);
    const second = after([...calm, 2_200, 2_150]);
    expect(first.forecast.burst).toBe(false);
    expect(at(after(calm), 0.9)).toBeLessThan(400);
    expect(second.forecast.burst).toBe(true);
    expect(at(second, 0.9)).toBeGreaterThanOrEqual(2_149);
    expect(second.reasons.find(({ code }) => code === 'forecast-burst')?.args.score).toBeGreaterThanOrEqual(8);
    const later = after([...calm, ...new Array(20).fill(2_200)]);
    expect(Math.abs(at(later, 0.5) - 2_200)).toBeLessThan(330);
  });

  it('gives the same after a JSON round trip of the state, step by step or at once', () => {
    const random = seededRandom(8);
    const series = minutes(Array.from({ length: 200 }, () => Math.floor(1_000 * random())));
    let stored: ForecastState | undefined;
    let kept: ForecastState | undefined;
    for (const arrival of series) {
      const restored = stored === undefined ? undefined : (JSON.parse(JSON.stringify(stored)) as ForecastState);
      stored = forecastDemand(restored, input([arrival])).state;
      kept = forecastDemand(kept, input([arrival])).state;
    }
    expect(stored).toEqual(kept);
    expect(forecastDemand(undefined, input(series)).state).toEqual(kept);
  });

  it('does not change the state that it is given', () => {
    const { state } = after([4, 5, 6, 7, 8, 9, 8, 7, 6, 5, 4]);
    const before = JSON.stringify(state);
    forecastDemand(state, input(minutes([50, 60], START + 11)));
    expect(JSON.stringify(state)).toBe(before);
  });

  it('keeps its state within 60 KB over days', () => {
    const random = seededRandom(4);
    const { state } = after(Array.from({ length: 1440 * 2 + 100 }, () => Math.floor(1e6 * random())));
    expect(JSON.stringify(state).length).toBeLessThan(60_000);
  });

  it('counts the minutes that are missing, before the last one and after it', () => {
    const gap = [...minutes([5, 5, 5]), ...minutes([5], START + 6)];
    const outcome = forecastDemand(undefined, input(gap, { nowMinute: START + 9 }));
    expect(outcome.reasons).toContainEqual({ code: 'forecast-minutes-missing', args: { minutes: 5 } });
    expect(codes(after([5, 5, 5]))).not.toContain('forecast-minutes-missing');
  });

  it('forecasts through a gap of a day without taking it for silence', () => {
    const { state } = after(new Array(300).fill(500));
    const outcome = forecastDemand(state, input([], { nowMinute: START + 300 + 1440 }));
    expect(Math.abs(at(outcome, 0.5) - 500)).toBeLessThan(10);
    const back = forecastDemand(state, input(minutes([500], START + 300 + 1440)));
    expect(Math.abs(at(back, 0.5) - 500)).toBeLessThan(10);
  });

  it.each([
    ['a count that is none', { minute: START + 3, count: Number.NaN }],
    ['an infinite count', { minute: START + 3, count: Number.POSITIVE_INFINITY }],
    ['a negative count', { minute: START + 3, count: -1 }],
    ['a minute that is not whole', { minute: START + 2.5, count: 5 }],
    ['the running minute', { minute: START + 4, count: 5 }],
    ['a minute known already', { minute: START + 2, count: 9_999 }],
  ])('leaves out %s and says so', (_, bad) => {
    const { state } = after([5, 6, 7]);
    const outcome = forecastDemand(state, input([bad], { nowMinute: START + 4 }));
    expect(outcome.state).toEqual(state);
    expect(outcome.reasons).toContainEqual({ code: 'forecast-minutes-refused', args: { minutes: 1 } });
    expect(codes(after([5, 6, 7]))).not.toContain('forecast-minutes-refused');
  });

  it('takes a minute without events', () => {
    expect(after([0, 0]).state?.lastMinute).toBe(START + 1);
  });

  it.each([{ fromMinutes: 5 }, { untilMinutes: 13 }])('starts again when the window becomes %p', (change) => {
    const { state } = after(new Array(50).fill(70));
    const outcome = forecastDemand(state, input(minutes([70], START + 50), change));
    expect(outcome.reasons[0]).toEqual({ code: 'forecast-window-changed', args: { ...WINDOW, ...change } });
    expect(outcome.state?.window).toEqual({ ...WINDOW, ...change });
    expect(outcome.state?.ensemble.recent).toHaveLength(1);
    expect(codes(forecastDemand(state, input(minutes([70], START + 50))))).not.toContain('forecast-window-changed');
  });

  it('comes to trust the expert that does best', () => {
    const random = seededRandom(9);
    const jumpy = Array.from(
      { length: 900 },
      (_, minute) => (minute % 60 < 10 ? 900 : 100) + Math.floor(20 * random()),
    );
    const { state } = after(jumpy);
    const ensemble = createEnsemble(DEFAULT_FORECAST_PARAMETERS, WINDOW);
    const weights = state === undefined ? [] : ensemble.weights(state.ensemble);
    const of = (name: string) => weights[ensemble.experts.indexOf(name)] ?? Number.NaN;
    expect(of('season of 60 min')).toBeGreaterThan(10 * of('EWMA'));
  });
});
