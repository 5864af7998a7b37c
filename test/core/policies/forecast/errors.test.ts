/** The bookkeeping of targets and the distribution of errors: a forecast is judged when its window is over, and by what it got wrong. */
import fc from 'fast-check';
import { seededRandom } from '../../../../cli/workload/random';
import {
  type ErrorState,
  errorQuantiles,
  errorSize,
  quantilesAbout,
  startErrors,
  updateErrors,
} from '../../../../core/policies/forecast/errors';
import { issueTarget, NO_TARGETS, observeTarget, type TargetState } from '../../../../core/policies/forecast/targets';
import { unrestOf } from '../../../../core/policies/forecast/unrest';

const WINDOW = { fromMinutes: 3, untilMinutes: 8 };
const SLOW = { sizeAlpha: 0.02, shapeAlpha: 0.0005 };

function followed(errors: readonly number[], parameters = SLOW): ErrorState {
  return errors.reduce(
    (state, error) => updateErrors(state, { error, size: errorSize(state, 10) }, parameters),
    startErrors(),
  );
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe('the distribution of errors', () => {
  it('begins as a normal one of mean absolute error 1', () => {
    const [low, middle, high] = errorQuantiles(startErrors(), [0.05, 0.5, 0.95]);
    const deviation = Math.sqrt(Math.PI / 2);
    expect(low).toBeCloseTo(-1.645 * deviation, 1);
    expect(middle).toBeCloseTo(0, 6);
    expect(high).toBeCloseTo(1.645 * deviation, 1);
  });

  it('comes to hold the share of errors that its levels say', () => {
    const random = seededRandom(7);
    const parameters = { sizeAlpha: 0.001, shapeAlpha: 0.0005 };
    const draw = () => Math.exp(0.5 * normal(random)) - 1;
    const state = followed(Array.from({ length: 20_000 }, draw), parameters);
    const quantiles = quantilesAbout(10, state, [0.1, 0.5, 0.9]);
    const fresh = Array.from({ length: 20_000 }, () => 10 + draw());
    const share = (index: number) => fresh.filter((each) => each <= (quantiles[index] ?? 0)).length / fresh.length;
    expect(share(0)).toBeCloseTo(0.1, 1);
    expect(share(1)).toBeCloseTo(0.5, 1);
    expect(share(2)).toBeCloseTo(0.9, 1);
    expect(Math.abs(share(2) - 0.9)).toBeLessThan(0.025);
  });

  it('widens with the size of errors and narrows again', () => {
    const calm = followed(new Array(300).fill(0.05));
    const rough = [...new Array(100)].reduce((state) => updateErrors(state, { error: 0.5, size: 0.5 }, SLOW), calm);
    expect(errorSize(calm, 10)).toBeCloseTo(0.05, 2);
    expect(errorSize(rough, 10)).toBeGreaterThan(0.4);
  });

  it('believes no error below two fifths of Poisson noise', () => {
    const perfect = followed(new Array(2_000).fill(0));
    expect(errorSize(perfect, 0)).toBeCloseTo(0.08, 9);
  });

  it('keeps a quantile within a factor of e² of the point', () => {
    const wild = { size: 50, bins: startErrors().bins };
    expect(quantilesAbout(3, wild, [0.01, 0.99])).toEqual([1, 5]);
  });

  it('puts an error that is out of all bins into the last', () => {
    const state = updateErrors(startErrors(), { error: 1e9, size: 1 }, { sizeAlpha: 0, shapeAlpha: 1 });
    expect(state.bins.at(-1)).toBe(1);
    expect(updateErrors(startErrors(), { error: -1e9, size: 1 }, { sizeAlpha: 0, shapeAlpha: 1 }).bins[0]).toBe(1);
  });

  it('puts an error of none into the middle bin, whose middle is 0', () => {
    const state = updateErrors(startErrors(), { error: 0, size: 1 }, { sizeAlpha: 0, shapeAlpha: 1 });
    expect(errorQuantiles(state, [0.5])[0]).toBeCloseTo(0, 9);
    expect(Math.abs(errorQuantiles(state, [1])[0] ?? 1)).toBeLessThan(0.05);
  });

  it('gives quantiles that never fall, whatever came before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { maxLength: 60 }),
        fc.array(fc.double({ min: 0.001, max: 0.999, noNaN: true }), { minLength: 2, maxLength: 8 }),
        (errors, levels) => {
          const rising = [...levels].sort((a, b) => a - b);
          const quantiles = quantilesAbout(2, followed(errors, { sizeAlpha: 0.3, shapeAlpha: 0.3 }), rising);
          return quantiles.every((each, index) => index === 0 || each >= (quantiles[index - 1] ?? 0));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('targets', () => {
  function observed(values: readonly (number | undefined)[]) {
    let state: TargetState<string> = NO_TARGETS;
    const due: { minute: number; issued: string; target: number }[] = [];
    values.forEach((value, minute) => {
      if (value === undefined) return;
      const seen = observeTarget(state, minute, value, WINDOW);
      if (seen.due) due.push({ minute, ...seen.due });
      state = issueTarget(seen.state, minute + 1, `at ${minute + 1}`);
    });
    return { state, due };
  }

  it('is due when the last minute of its window is over, with the greatest value of the window', () => {
    // Issued at the beginning of minute 1, for the minutes 4 to 8.
    expect(observed([0, 0, 0, 90, 1, 2, 9, 3, 4]).due).toEqual([{ minute: 8, issued: 'at 1', target: 9 }]);
    expect(observed([0, 0, 0, 90, 1, 2, 9, 3]).due).toEqual([]);
  });

  it('is never due where a minute of the window was missing', () => {
    expect(observed([0, 0, 0, 0, 1, undefined, 9, 3, 4]).due).toEqual([]);
  });

  it('is never due where none was issued', () => {
    expect(observed([0, undefined, 0, 0, 0, 0, 0, 0, 0, 0]).due.map(({ issued }) => issued)).toEqual(['at 1']);
  });

  it('remembers no more than a window, however long it goes on', () => {
    const { state } = observed(new Array(500).fill(1));
    expect(state.recent).toHaveLength(5);
    expect(state.issued).toHaveLength(8);
  });
});

describe('unrest', () => {
  it('is how far the last five minutes are from the ten before', () => {
    const recent = [100, ...new Array<number>(10).fill(2), ...new Array<number>(5).fill(3.5)];
    expect(unrestOf(recent)).toBeCloseTo(1.5, 12);
    expect(unrestOf(recent.map((value) => -value))).toBeCloseTo(1.5, 12);
  });

  it('is none until there are minutes to compare', () => {
    expect(unrestOf([1, 2, 3, 4, 5])).toBe(0);
    expect(unrestOf([])).toBe(0);
  });

  it('adds to the size of the error to expect, and so to the band', () => {
    const state = followed(new Array(300).fill(0.05));
    expect(errorSize(state, 10, 0.2)).toBeCloseTo(errorSize(state, 10) + 0.2, 12);
    const [low = 0, high = 0] = quantilesAbout(10, startErrors(), [0.1, 0.9], 0.2);
    const [narrowLow = 0, narrowHigh = 0] = quantilesAbout(10, startErrors(), [0.1, 0.9]);
    expect(high - low).toBeGreaterThan(narrowHigh - narrowLow);
  });
});
