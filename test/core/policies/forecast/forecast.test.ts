/**
 * The forecasters as a controller uses them: quantiles in order and never negative, garbage and gaps told, and a state that is plain
 * data. What they foresee after hours and days is in foresight.test.ts.
 */
import fc from 'fast-check';
import { seededRandom } from '../../../../cli/workload/random';
import { type ForecastState, forecastDemand } from '../../../../core/policies/forecast/index';
import { after, codes, FORECASTERS, input, minutes, predictAfter, START, WINDOW } from './support';

describe.each(FORECASTERS)('$name', (forecaster) => {
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
        const quantiles = predictAfter(forecaster, counts, [0.01, 0.05, 0.5, 0.51, 0.9, 0.999]);
        return quantiles.every((each, index) => Number.isFinite(each) && each >= (quantiles[index - 1] ?? 0));
      }),
      { numRuns: 40 },
    );
  });

  it.each([0, 1, 40, 100_000])('expects a constant %d to go on from the first minutes', (count) => {
    const [middle = 0] = predictAfter(forecaster, minutes(new Array(20).fill(count)), [0.5]);
    expect(Math.abs(middle - count)).toBeLessThanOrEqual(0.001 * count + 0.01);
  });

  it('says nothing where nothing was seen', () => {
    expect(forecaster.predict(undefined, { ...WINDOW, nowMinute: START, levels: [0.1, 0.9] })).toEqual([0, 0]);
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

  it('gives the same after a JSON round trip of the state, step by step or at once', () => {
    const random = seededRandom(8);
    const series = minutes(Array.from({ length: 80 }, () => Math.floor(1_000 * random())));
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

  it('counts the minutes that are missing, before the last one and after it', () => {
    const gap = [...minutes([5, 5, 5]), ...minutes([5], START + 6)];
    const outcome = forecastDemand(undefined, input(gap, { nowMinute: START + 9 }));
    expect(outcome.reasons).toContainEqual({ code: 'forecast-minutes-missing', args: { minutes: 5 } });
    expect(codes(after([5, 5, 5]))).not.toContain('forecast-minutes-missing');
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
});
