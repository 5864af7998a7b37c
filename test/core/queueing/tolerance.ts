/** How the tests of the queueing models compare numbers. */
import { InvalidValueError } from '../../../core/contracts/errors';

/** Within 1e-6, the tolerance of the golden values. */
export function expectGolden(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, index) => {
    expect(Math.abs(value - (expected[index] as number))).toBeLessThan(1e-6);
  });
}

/** Within `tolerance` of the expected value, relative to it. Plain, as the next ones, since `expect` takes 20 µs and properties ask often. */
export function expectRelative(actual: number, expected: number, tolerance = 1e-9): void {
  if (!(Math.abs(actual - expected) <= tolerance * Math.abs(expected))) throw new Error(`${actual} is not ${expected}`);
}

export function expectBelow(lower: number, higher: number): void {
  if (!(lower < higher)) throw new Error(`${lower} is not below ${higher}`);
}

export function expectAtMost(lower: number, higher: number): void {
  if (!(lower <= higher)) throw new Error(`${lower} is above ${higher}`);
}

/** The error that `call` throws; fails the test where it throws none, or one of another type. */
export function refusal(call: () => unknown): InvalidValueError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidValueError);
    return error as InvalidValueError;
  }
  throw new Error('nothing was refused');
}

/** a^k / k! summed in logarithms: Erlang B as it is defined, by another way than the recursion. */
export function erlangBByDefinition(offered: number, servers: number): number {
  let term = 0;
  let sum = 1;
  let scale = 0;
  for (let k = 1; k <= servers; k += 1) {
    term += Math.log(offered / k);
    if (term > scale) {
      sum *= Math.exp(scale - term);
      scale = term;
    }
    sum += Math.exp(term - scale);
  }
  return Math.exp(term - scale) / sum;
}
