/** The ensemble minute by minute: what it tells its members, when and by what it judges them, and how it puts together what they say. */
import { expertWeights, FIRST_LOSS, JUDGED_LEVELS, updateLoss } from '../../../../core/policies/forecast/aggregation';
import { createEnsemble, type EnsembleState } from '../../../../core/policies/forecast/ensemble';
import {
  type ErrorState,
  errorSize,
  quantilesAbout,
  startErrors,
  updateErrors,
} from '../../../../core/policies/forecast/errors';
import { createForecaster, type ForecasterState } from '../../../../core/policies/forecast/forecaster';
import { DEFAULT_FORECAST_PARAMETERS } from '../../../../core/policies/forecast/index';
import { type LastValueState, lastValue } from '../../../../core/policies/forecast/last-value';
import { startLeastSquares, updateLeastSquares } from '../../../../core/policies/forecast/least-squares';
import { fromScale, toScale } from '../../../../core/policies/forecast/scale';
import { firstStackWeights, stackInputs } from '../../../../core/policies/forecast/stacking';
import { minutes, START, WINDOW } from './support';

const PARAMETERS = DEFAULT_FORECAST_PARAMETERS;
const EXPERTS = [
  'last value',
  'EWMA',
  'damped Holt',
  'AR(16)',
  'season of 1440 min',
  'season of 60 min',
  'Holt–Winters',
];
const ensemble = createEnsemble(PARAMETERS, WINDOW);

function fed<State>(
  update: (state: State | undefined, minute: { minute: number; count: number }) => State,
  counts: readonly number[],
) {
  let state: State | undefined;
  for (const each of minutes(counts)) state = update(state, each);
  if (state === undefined) throw new Error('nothing was fed');
  return state;
}
const after = (counts: readonly number[], parameters = PARAMETERS): EnsembleState =>
  fed(createEnsemble(parameters, WINDOW).update, counts);
const alone = (counts: readonly number[]): ForecasterState<LastValueState> =>
  fed(createForecaster(lastValue, WINDOW, PARAMETERS.errors).update, counts);
const asked = (seen: number, levels: readonly number[]) => ({ ...WINDOW, nowMinute: START + seen, levels });

const UNEVEN = [100, 120, 90, 400, 80, 130, 70, 300, 110, 95, 240, 60];
/** Of the forecast that was issued after the first minute: the greatest of the minutes that it was for. */
const TARGET = toScale(Math.max(...UNEVEN.slice(4, 9)));
const POINT = toScale(100);

describe('a forecaster of one model', () => {
  it('judges a forecast when its window is over, by the greatest value in it', () => {
    expect(alone(UNEVEN.slice(0, 8)).errors).toEqual(startErrors());
    const size = errorSize(startErrors(), POINT);
    const judged = updateErrors(startErrors(), { error: TARGET - POINT, size }, PARAMETERS.errors);
    expect(alone(UNEVEN.slice(0, 9)).errors).toEqual(judged);
  });

  it('remembers the point and the size of the error that it issued each', () => {
    const { issued } = alone(UNEVEN.slice(0, 2)).targets;
    const size = errorSize(startErrors(), POINT);
    expect(issued).toEqual([
      { nowMinute: START + 1, issued: { point: POINT, size } },
      { nowMinute: START + 2, issued: { point: toScale(120), size: errorSize(startErrors(), toScale(120)) } },
    ]);
  });

  it('predicts by its errors about its point', () => {
    const state = alone(UNEVEN);
    const expected = quantilesAbout(toScale(60), state.errors, [0.1, 0.5, 0.9]).map(fromScale);
    const forecaster = createForecaster(lastValue, WINDOW, PARAMETERS.errors);
    expect(forecaster.predict(state, asked(UNEVEN.length, [0.1, 0.5, 0.9]))).toEqual(expected);
  });
});

describe('the members', () => {
  it('are those that the parameters say, and the regression on top of them', () => {
    expect(ensemble.experts).toEqual([...EXPERTS, 'stack']);
    expect(ensemble.name).toBe('ensemble');
  });

  it('are told each value on the scale, and its minute', () => {
    const { models } = after([100, 200, 300]);
    expect(models[0]).toEqual({ value: toScale(300) });
    expect(models[2]).toMatchObject({ minute: START + 2 });
    const first = after([100]).models;
    expect(first[0]).toEqual({ value: toScale(100) });
    expect(first[1]).toEqual({ level: toScale(100) });
    expect(first[3]).toMatchObject({ lags: new Array(16).fill(toScale(100)) });
  });

  it('are remembered for the last hour, newest last', () => {
    const counts = Array.from({ length: 70 }, (_, index) => index);
    expect(after(counts).recent).toEqual(counts.slice(10).map(toScale));
    expect(after(counts.slice(0, 3)).recent).toEqual([0, 1, 2].map(toScale));
  });
});

describe('judging', () => {
  const calmed = { ...PARAMETERS, unrestShare: 0 };

  it('begins when the first window is over, and then is due each minute', () => {
    const untouched = after(UNEVEN.slice(0, 8));
    expect(untouched.losses).toEqual(new Array(8).fill(FIRST_LOSS));
    expect(untouched.errors).toEqual(new Array(8).fill(startErrors()));
    expect(untouched.stack).toEqual(startLeastSquares(firstStackWeights(7), PARAMETERS.stacking));
    expect(after(UNEVEN.slice(0, 9)).stack.pairs).toBe(1);
    expect(after(UNEVEN.slice(0, 11)).stack.pairs).toBe(3);
  });

  it('follows each member’s errors as if it were alone', () => {
    const { size, bins }: ErrorState = alone(UNEVEN).errors;
    const followed = after(UNEVEN, calmed).errors[0];
    expect(followed?.size).toBeCloseTo(size, 4);
    expect(followed?.bins).toEqual(bins.map((each) => expect.closeTo(each, 9)));
  });

  it('prices each member’s quantiles against what came', () => {
    const { losses } = after(UNEVEN.slice(0, 9));
    const quantiles = quantilesAbout(POINT, startErrors(), JUDGED_LEVELS);
    const expected = updateLoss(FIRST_LOSS, quantiles, TARGET, PARAMETERS.aggregation.lossAlpha);
    // After one minute all members say the same, and so does the regression.
    expect(losses).toEqual(new Array(8).fill(expect.closeTo(expected, 6)));
    expect(ensemble.weights(after(UNEVEN))).toEqual(
      expertWeights(after(UNEVEN).losses, PARAMETERS.aggregation.learningRate),
    );
  });

  it('tells the regression what was missing to the members’ average', () => {
    const { stack } = after(UNEVEN.slice(0, 9));
    const { inputs, base } = stackInputs(new Array(7).fill(POINT), [POINT]);
    const expected = updateLeastSquares(
      startLeastSquares(firstStackWeights(7), PARAMETERS.stacking),
      inputs,
      TARGET - base,
      PARAMETERS.stacking,
    );
    expect(stack.weights).toEqual(expected.weights.map((each) => expect.closeTo(each, 4)));
    expect(stack.error).toBeCloseTo(expected.error, 4);
  });

  it('expects errors to be greater while demand is on the move, by a share of how much it moves', () => {
    const rising = [...new Array<number>(10).fill(100), ...new Array<number>(5).fill(300)];
    const moved = toScale(300) - toScale(100);
    const sizes = (parameters: typeof PARAMETERS) =>
      after(rising, parameters).targets.issued.at(-1)?.issued.sizes ?? [];
    const calm = sizes(calmed);
    expect(calm).toHaveLength(8);
    expect(sizes(PARAMETERS)).toEqual(calm.map((each) => expect.closeTo(each + 0.2 * moved, 3)));
  });
});

describe('putting together', () => {
  const levels = [0.1, 0.5, 0.9];
  it('averages what the experts say by their weights: for one value, all say the same', () => {
    const expected = quantilesAbout(POINT, startErrors(), levels).map(fromScale);
    const said = ensemble.predict(after([100]), asked(1, levels));
    expect(said).toEqual(expected.map((each) => expect.closeTo(each, 6)));
  });

  it('goes by the expert that is far better than all others', () => {
    const losses = [0.01, ...new Array<number>(7).fill(10)];
    const state = { ...after(UNEVEN), losses };
    const size = PARAMETERS.unrestShare;
    const recent = UNEVEN.map(toScale);
    const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
    const unrest = size * Math.abs(mean(recent.slice(-5)) - mean(recent.slice(0, -5)));
    const expected = quantilesAbout(toScale(60), state.errors[0] ?? startErrors(), levels, unrest).map(fromScale);
    const said = ensemble.predict(state, asked(UNEVEN.length, levels));
    expect(said).toEqual(expected.map((each) => expect.closeTo(each, 6)));
  });

  it('lifts what is above the median to what a burst has reached, and only then', () => {
    const burst = { level: 0, deviation: 1, score: PARAMETERS.burst.threshold };
    const state = { ...after([100, 100, 5_000, 5_000]), losses: [10, 0.01, ...new Array<number>(6).fill(10)], burst };
    expect(ensemble.isBurst(state)).toBe(true);
    const [, middle = 0, high = 0] = ensemble.predict(state, asked(4, levels));
    expect(high).toBeGreaterThanOrEqual(4_999);
    const calm = { ...state, burst: { ...burst, score: 0 } };
    expect(ensemble.isBurst(calm)).toBe(false);
    const [, calmMiddle, calmHigh = 0] = ensemble.predict(calm, asked(4, levels));
    expect(calmHigh).toBeLessThan(4_999);
    expect(calmMiddle).toBe(middle);
  });

  it('takes a step for a burst in its second minute', () => {
    const calm = new Array<number>(30).fill(200);
    expect(ensemble.isBurst(after([...calm, 2_000]))).toBe(false);
    expect(ensemble.isBurst(after([...calm, 2_000, 2_000]))).toBe(true);
  });
});
