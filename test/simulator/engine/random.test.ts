/** Proves that draws are uniform, depend on nothing but their keys, and that the distributions have the moments that they state. */
import {
  byMoments,
  type Distribution,
  deterministic,
  erlang,
  exponential,
  hyperexponential,
  KeyedUniforms,
  keyedUniform,
  lognormal,
  quantileTable,
  standardNormalQuantile,
  type Uniforms,
  Xoshiro128,
} from '../../../simulator/engine';

const DRAWS = 40_000;

/** Chi-square over 64 cells: mean 63, standard deviation 11.2. */
function chiSquare(draw: (index: number) => number): number {
  const cells = new Float64Array(64);
  for (let index = 0; index < DRAWS; index++) {
    const cell = Math.floor(draw(index) * 64);
    cells[cell] = (cells[cell] as number) + 1;
  }
  return cells.reduce((sum, count) => sum + (count - DRAWS / 64) ** 2 / (DRAWS / 64), 0);
}

function moments(draw: (index: number) => number) {
  let [sum, squares] = [0, 0];
  for (let index = 0; index < DRAWS; index++) {
    const value = draw(index);
    sum += value;
    squares += value * value;
  }
  const mean = sum / DRAWS;
  return { mean, scv: squares / DRAWS / mean ** 2 - 1 };
}

describe('keyed draws', () => {
  it('are the same for the same seed, purpose and event, and others otherwise', () => {
    expect(keyedUniform(7, 2, 12345)).toBe(keyedUniform(7, 2, 12345));
    const drawn = [keyedUniform(7, 2, 12345), keyedUniform(8, 2, 12345), keyedUniform(7, 3, 12345)];
    expect(new Set([...drawn, keyedUniform(7, 2, 12346), keyedUniform(7, 2, 12345 + 2 ** 32)]).size).toBe(5);
  });

  it('are uniform over consecutive events, over purposes and over seeds', () => {
    for (const draw of [
      (index: number) => keyedUniform(1, 0, index),
      (index: number) => keyedUniform(1, index, 5),
      (index: number) => keyedUniform(index, 3, 5),
      (index: number) => keyedUniform(1, 0, index * 4096),
    ])
      expect(Math.abs(chiSquare(draw) - 63)).toBeLessThan(56);
  });

  it('do not correlate between neighbours, nor between the draws of one event', () => {
    const keyed = new KeyedUniforms(3);
    const correlation = (pair: (index: number) => readonly [number, number]) => {
      let sum = 0;
      for (let index = 0; index < DRAWS; index++) {
        const [x, y] = pair(index);
        sum += (x - 0.5) * (y - 0.5) * 12;
      }
      return sum / DRAWS;
    };
    const bound = 5 / Math.sqrt(DRAWS);
    expect(Math.abs(correlation((index) => [keyedUniform(1, 0, index), keyedUniform(1, 0, index + 1)]))).toBeLessThan(
      bound,
    );
    expect(Math.abs(correlation((index) => [keyedUniform(1, 0, index), keyedUniform(1, 1, index)]))).toBeLessThan(
      bound,
    );
    expect(Math.abs(correlation((index) => [keyed.at(0, index).next(), keyed.next()]))).toBeLessThan(bound);
  });
});

describe('the sequence', () => {
  it('is uniform, repeats for the same seed and differs by stream', () => {
    const generator = new Xoshiro128(1);
    expect(Math.abs(chiSquare(() => generator.next()) - 63)).toBeLessThan(56);
    const first = (seed: number, stream: number) => new Xoshiro128(seed, stream).next();
    expect(first(5, 1)).toBe(first(5, 1));
    expect(new Set([first(5, 1), first(5, 2), first(6, 1)]).size).toBe(3);
  });

  it('makes exponentials with the right moments, quantiles and tail', () => {
    const generator = new Xoshiro128(2);
    const drawn = Float64Array.from({ length: DRAWS }, () => generator.exponential()).sort();
    const { mean, scv } = moments((index) => drawn[index] as number);
    expect(Math.abs(mean - 1)).toBeLessThan(0.025);
    expect(Math.abs(scv - 1)).toBeLessThan(0.07);
    for (const level of [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.9995]) {
      const below = drawn.filter((value) => value < -Math.log(1 - level)).length / DRAWS;
      expect(Math.abs(below - level)).toBeLessThan(5 * Math.sqrt((level * (1 - level)) / DRAWS));
    }
  });
});

describe('a distribution', () => {
  const table = quantileTable([
    { level: 0, value: 100 },
    { level: 0.5, value: 200 },
    { level: 0.9, value: 300 },
    { level: 1, value: 1000 },
  ]);
  const cases: readonly [string, Distribution][] = [
    ['deterministic', deterministic(0.3)],
    ['exponential', exponential(2)],
    ['Erlang of 2', erlang(2, 2)],
    ['hyperexponential', hyperexponential(3, 4)],
    ['lognormal', lognormal(0.5, 0.7)],
    ['quantile table', table],
    ['an scv of 1/3', byMoments(1, 1 / 3)],
    ['an scv of .4', byMoments(1, 0.4)],
  ];
  const sources: readonly [string, (index: number) => Uniforms][] = [
    [
      'a sequence',
      (
        (generator) => () =>
          generator
      )(new Xoshiro128(9)),
    ],
    [
      'keyed draws',
      (
        (keyed) => (index: number) =>
          keyed.at(1, index)
      )(new KeyedUniforms(9)),
    ],
  ];
  for (const [name, distribution] of cases)
    for (const [source, uniforms] of sources)
      it(`(${name}) has its mean and scv from ${source}`, () => {
        const seen = moments((index) => distribution.sample(uniforms(index)));
        expect(Math.abs(seen.mean / distribution.mean - 1)).toBeLessThan(0.035);
        expect(Math.abs(seen.scv - distribution.scv)).toBeLessThan(0.03 + 0.09 * distribution.scv);
      });

  it('from a table goes through the table', () => {
    const at = (level: number) => table.sample({ next: () => level, exponential: () => -Math.log(level) });
    expect(at(0.5)).toBeCloseTo(200, 9);
    expect(at(0.9)).toBeCloseTo(300, 9);
    expect(at(0.25)).toBeCloseTo(Math.sqrt(100 * 200), 9);
  });

  it('fails if a table does not rise from level 0 to level 1, or an scv cannot be had', () => {
    expect(() => quantileTable([{ level: 0, value: 1 }])).toThrow('level 0 to level 1');
    expect(() =>
      quantileTable([
        { level: 0, value: 2 },
        { level: 1, value: 1 },
      ]),
    ).toThrow('rise');
    expect(() => hyperexponential(1, 0.5)).toThrow('at least 1');
    expect(() => erlang(1, 1.5)).toThrow('stages');
  });
});

it('the normal quantile has its known values', () => {
  expect(standardNormalQuantile(0.975)).toBeCloseTo(1.959963985, 7);
  expect(standardNormalQuantile(0.001)).toBeCloseTo(-3.090232306, 7);
});
