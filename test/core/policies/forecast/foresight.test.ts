/** What the forecasters foresee after hours and days: a constant, noise, what comes each hour and each day, a step, a gap; and that their state stays small. */
import { seededRandom } from '../../../../cli/workload/random';
import { createEnsemble } from '../../../../core/policies/forecast/ensemble';
import { DEFAULT_FORECAST_PARAMETERS, forecastDemand } from '../../../../core/policies/forecast/index';
import { after, at, FORECASTERS, input, minutes, predictAfter, START, WINDOW } from './support';

describe.each(FORECASTERS)('$name', (forecaster) => {
  it.each([0, 1, 40, 100_000])('expects a constant %d to go on', (count) => {
    const [low = 0, middle = 0] = predictAfter(forecaster, minutes(new Array(1_000).fill(count)), [0.2, 0.5]);
    expect(Math.abs(middle - count)).toBeLessThanOrEqual(0.02 * count + 0.01);
    expect(Math.abs(low - count)).toBeLessThanOrEqual(0.1 * count + 0.25);
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

  it('keeps its state within 60 KB over days', () => {
    const random = seededRandom(4);
    const { state } = after(Array.from({ length: 1440 * 2 + 100 }, () => Math.floor(1e6 * random())));
    expect(JSON.stringify(state).length).toBeLessThan(60_000);
  });

  it('forecasts through a gap of a day without taking it for silence', () => {
    const { state } = after(new Array(300).fill(500));
    const outcome = forecastDemand(state, input([], { nowMinute: START + 300 + 1440 }));
    expect(Math.abs(at(outcome, 0.5) - 500)).toBeLessThan(10);
    const back = forecastDemand(state, input(minutes([500], START + 300 + 1440)));
    expect(Math.abs(at(back, 0.5) - 500)).toBeLessThan(10);
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
