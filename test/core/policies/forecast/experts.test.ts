/** What the ensemble is made of besides models: least squares, the stacked regression, the aggregation and the burst detector. */
import fc from 'fast-check';
import { seededRandom } from '../../../../cli/workload/random';
import {
  averageQuantiles,
  expertWeights,
  JUDGED_LEVELS,
  pinballLoss,
  updateLoss,
} from '../../../../core/policies/forecast/aggregation';
import {
  type BurstState,
  isBurst,
  liftQuantiles,
  startBurst,
  updateBurst,
} from '../../../../core/policies/forecast/burst';
import {
  applyWeights,
  type LeastSquaresState,
  startLeastSquares,
  updateLeastSquares,
} from '../../../../core/policies/forecast/least-squares';
import { firstStackWeights, stackInputs, stackPoint } from '../../../../core/policies/forecast/stacking';

const REMEMBERING = { forgetting: 1, priorVariance: 1e6 };

describe('recursive least squares', () => {
  function fitted(weights: readonly number[], pairs: number, parameters = REMEMBERING, noise = 0) {
    const random = seededRandom(3);
    let state: LeastSquaresState = startLeastSquares([0, 0, 0], parameters);
    for (let pair = 0; pair < pairs; pair++) {
      const inputs = [1, random() - 0.5, random() - 0.5];
      state = updateLeastSquares(state, inputs, applyWeights(weights, inputs) + noise * (random() - 0.5), parameters);
    }
    return state;
  }

  it('finds the weights that made the data', () => {
    const { weights } = fitted([0.5, -2, 3], 200);
    expect(weights).toEqual([expect.closeTo(0.5, 3), expect.closeTo(-2, 3), expect.closeTo(3, 3)]);
  });

  it('finds them in noise', () => {
    const { weights } = fitted([0.5, -2, 3], 5_000, REMEMBERING, 1);
    expect(weights).toEqual([expect.closeTo(0.5, 1), expect.closeTo(-2, 1), expect.closeTo(3, 1)]);
  });

  it('is exactly the ridge regression of one pair', () => {
    // With prior variance v and one input x: w = v x y / (1 + v x²).
    const state = updateLeastSquares(startLeastSquares([0], REMEMBERING), [2], 3, { forgetting: 1, priorVariance: 1 });
    const prior = updateLeastSquares(startLeastSquares([0], { forgetting: 1, priorVariance: 0.5 }), [2], 3, {
      forgetting: 1,
      priorVariance: 0.5,
    });
    expect(prior.weights[0]).toBeCloseTo((0.5 * 2 * 3) / (1 + 0.5 * 4), 12);
    expect(prior.inverse[0]).toBeCloseTo(0.5 / (1 + 0.5 * 4), 12);
    expect(state.weights[0]).toBeCloseTo(1.5, 4);
  });

  it('forgets: what changed is learnt anew, and faster than without', () => {
    const after = (forgetting: number) => {
      const parameters = { forgetting, priorVariance: 10 };
      let state = startLeastSquares([0], parameters);
      for (let pair = 0; pair < 400; pair++) state = updateLeastSquares(state, [1], pair < 200 ? 1 : 1.5, parameters);
      return state.weights[0] ?? 0;
    };
    expect(after(0.95)).toBeGreaterThan(1.45);
    expect(after(1)).toBeLessThan(1.3);
  });

  it('grows no direction beyond its prior, however long nothing is learnt about it', () => {
    const parameters = { forgetting: 0.9, priorVariance: 2 };
    let state = startLeastSquares([0, 0], parameters);
    for (let pair = 0; pair < 1_000; pair++) state = updateLeastSquares(state, [1, 0], 1, parameters);
    expect(Math.max(...state.inverse)).toBeLessThanOrEqual(2);
    expect(state.weights[0]).toBeCloseTo(1, 2);
  });

  it('lets an outlier count four usual errors at most', () => {
    const calm = fitted([0.5, -2, 3], 300, REMEMBERING, 0.1);
    const inputs = [1, 0, 0];
    const expected = applyWeights(calm.weights, inputs);
    const far = updateLeastSquares(calm, inputs, expected + 1e6, REMEMBERING);
    const bound = updateLeastSquares(calm, inputs, expected + 4 * calm.error, REMEMBERING);
    expect(far.weights).toEqual(bound.weights.map((each) => expect.closeTo(each, 9)));
    const below = updateLeastSquares(calm, inputs, expected - 1e6, REMEMBERING);
    expect((below.weights[0] ?? 0) - (calm.weights[0] ?? 0)).toBeCloseTo(
      -((far.weights[0] ?? 0) - (calm.weights[0] ?? 0)),
      9,
    );
  });

  it('starts its inverse again from what it knows where rounding has spoilt it', () => {
    const parameters = { forgetting: 0.99, priorVariance: 2 };
    const spoilt = { weights: [7, 8], inverse: [-5, 0, 0, -5], error: 0.3, pairs: 12 };
    expect(updateLeastSquares(spoilt, [1, 1], 3, parameters)).toEqual({
      weights: [7, 8],
      inverse: [2, 0, 0, 2],
      error: 0.3,
      pairs: 12,
    });
  });
});

describe('stacked regression', () => {
  it('begins with the average of the members', () => {
    const inputs = stackInputs([1, 2, 6], [4, 4]);
    const state = startLeastSquares(firstStackWeights(3), REMEMBERING);
    expect(inputs.inputs).toHaveLength(state.weights.length);
    expect(stackPoint(state, inputs)).toBe(3);
  });

  it('is told the members, the last five minutes’ peak and averages of 5, 15 and 60 minutes, less the members’ average', () => {
    const recent = [...new Array<number>(45).fill(1), ...new Array<number>(10).fill(2), 9, 3, 3, 3, 3];
    const { base, inputs } = stackInputs([1, 3], recent);
    expect(base).toBe(2);
    expect(inputs).toEqual(
      [0.1, -1, 1, 7, 21 / 5 - 2, 41 / 15 - 2, 86 / 60 - 2].map((each) => expect.closeTo(each, 9)),
    );
  });

  it('corrects by a factor of e at most', () => {
    const far = { ...startLeastSquares(firstStackWeights(1), REMEMBERING), weights: [100, 0, 0, 0, 0, 0] };
    expect(stackPoint(far, stackInputs([2], [2]))).toBe(3);
    expect(stackPoint({ ...far, weights: [-100, 0, 0, 0, 0, 0] }, stackInputs([2], [2]))).toBe(1);
  });
});

describe('aggregation', () => {
  it('prices a quantile by its level above and by the rest below', () => {
    expect(pinballLoss(10, 8, 0.9)).toBeCloseTo(1.8, 12);
    expect(pinballLoss(8, 10, 0.9)).toBeCloseTo(0.2, 12);
    expect(pinballLoss(8, 8, 0.9)).toBe(0);
  });

  it('adds up the losses at the judged levels and averages them over time', () => {
    const quantiles = JUDGED_LEVELS.map(() => 1);
    expect(updateLoss(0.5, quantiles, 2, 0.1)).toBeCloseTo(0.5 + 0.1 * (0.05 + 0.5 + 0.9 + 0.95 - 0.5), 12);
  });

  it('weighs experts alike whose losses are alike, and falls exponentially in the excess', () => {
    expect(expertWeights([3, 3], 40)).toEqual([0.5, 0.5]);
    const [best = 0, other = 0] = expertWeights([1, 1.01], 40);
    expect(other / best).toBeCloseTo(Math.exp(-0.4), 9);
    expect(best + other).toBeCloseTo(1, 12);
  });

  it('weighs perfect experts alike', () => {
    expect(expertWeights([0, 0, 1], 40)).toEqual([0.5, 0.5, 0]);
  });

  it('averages quantiles level by level', () => {
    expect(
      averageQuantiles(
        [
          [1, 2],
          [3, 6],
        ],
        [0.75, 0.25],
      ),
    ).toEqual([1.5, 3]);
  });
});

describe('burst detector', () => {
  const TERMS = { allowance: 2.5, threshold: 8 };
  const after = (values: readonly number[], start: BurstState = startBurst(values[0] ?? 0)) =>
    values.reduce((state, value) => updateBurst(state, value, TERMS), start);
  /** An hour of demand that scatters by a tenth about 5 on the scale. */
  const calm = () => {
    const random = seededRandom(5);
    return Array.from({ length: 240 }, () => 5 + 0.2 * (random() - 0.5));
  };

  it('sees none in a calm hour', () => {
    let state = startBurst(5);
    for (const value of calm()) {
      state = updateBurst(state, value, TERMS);
      expect(isBurst(state, TERMS)).toBe(false);
    }
  });

  it('sees a tenfold step in its second minute, not in its first', () => {
    const step = 5 + Math.log(10);
    const first = after([step], after(calm()));
    expect(isBurst(first, TERMS)).toBe(false);
    expect(isBurst(after([step], first), TERMS)).toBe(true);
  });

  it('sees a burst of several minutes that are each only high', () => {
    expect(isBurst(after(new Array(8).fill(5.6), after(calm())), TERMS)).toBe(true);
  });

  it('sees it over when demand has been back for some minutes', () => {
    const burst = after([7, 7, 7, 7, 7], after(calm()));
    expect(isBurst(burst, TERMS)).toBe(true);
    expect(isBurst(after(new Array(10).fill(5), burst), TERMS)).toBe(false);
  });

  it('takes a fall for no burst', () => {
    expect(after(new Array(20).fill(2), after(calm())).score).toBe(0);
  });

  it('keeps the score between 0 and two thresholds', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 1, maxLength: 50 }), (values) => {
        const { score } = after(values);
        return score >= 0 && score <= 16;
      }),
    );
    expect(after(new Array(20).fill(9), after(calm())).score).toBe(16);
  });

  it('adds what exceeds the allowance, in usual deviations', () => {
    const state = { level: 5, deviation: 0.5, score: 1 };
    // 2 above is four usual deviations: 1.5 beyond the allowance. The level moves by a tenth; three deviations count as usual.
    expect(updateBurst(state, 7, TERMS)).toEqual({
      level: expect.closeTo(5.2, 12),
      deviation: expect.closeTo(0.5 + 0.02 * (1.5 - 0.5), 12),
      score: expect.closeTo(2.5, 12),
    });
    expect(updateBurst(state, 5.25, TERMS).deviation).toBeCloseTo(0.5 + 0.02 * (0.25 - 0.5), 12);
  });

  it('measures at least in Poisson noise', () => {
    // At 0 a Poisson count's deviation is 0.2: 1 is five of them, though nothing ever deviated.
    expect(updateBurst({ level: 0, deviation: 0, score: 0 }, 1, TERMS).score).toBeCloseTo(2.5, 12);
  });

  it('lifts only what is above the median, and to the lower of the last two minutes', () => {
    expect(liftQuantiles([1, 2, 3, 9], [0.05, 0.5, 0.9, 0.95], [0, 8, 7])).toEqual([1, 2, 7, 9]);
    expect(liftQuantiles([1, 2], [0.6, 0.7], [3])).toEqual([3, 3]);
  });
});
