/** Proves that the two parts of an invocation's time are found again from sums alone. */
import fc from 'fast-check';
import type { InvocationSums } from '../../../../core/contracts/scheduling';
import { ASSUMED_INIT_SECONDS, serviceFrom } from '../../../../core/policies/scheduling/service';

const sumsOf = (invocations: readonly { readonly n: number; readonly seconds: number }[]): InvocationSums => {
  const sum = (of: (each: { readonly n: number; readonly seconds: number }) => number) =>
    invocations.reduce((total, each) => total + of(each), 0);
  return {
    invocations: invocations.length,
    records: sum(({ n }) => n),
    recordsSquared: sum(({ n }) => n * n),
    busySeconds: sum(({ seconds }) => seconds),
    busySecondsSquared: sum(({ seconds }) => seconds ** 2),
    recordBusySeconds: sum(({ n, seconds }) => n * seconds),
    initSeconds: undefined,
  };
};

describe('serviceFrom', () => {
  it('finds h and s again where batches differ in size', () => {
    const sizes = [1, 2, 10, 4];
    const found = serviceFrom(sumsOf(sizes.map((n) => ({ n, seconds: 0.03 + 0.01 * n }))));
    expect(found?.overheadSeconds).toBeCloseTo(0.03, 9);
    expect(found?.recordSeconds).toBeCloseTo(0.01, 9);
    expect(found?.isSplitAssumed).toBeUndefined();
  });

  it('takes a fifth of the time as fixed where all batches are alike', () => {
    const found = serviceFrom(
      sumsOf([
        { n: 4, seconds: 0.1 },
        { n: 4, seconds: 0.1 },
      ]),
    );
    expect(found?.overheadSeconds).toBeCloseTo(0.02, 9);
    expect(found?.recordSeconds).toBeCloseTo(0.02, 9);
    expect(found?.scv).toBeCloseTo(0, 9);
    expect(found?.isSplitAssumed).toBe(true);
  });

  it('measures the variability of an invocation: 1/4 for times of 1 and 3', () => {
    expect(
      serviceFrom(
        sumsOf([
          { n: 1, seconds: 1 },
          { n: 1, seconds: 3 },
        ]),
      )?.scv,
    ).toBeCloseTo(0.25, 9);
  });

  it('says nothing of a lane that ran nothing, and is not upset by times of 0', () => {
    expect(serviceFrom(sumsOf([]))).toBeUndefined();
    expect(serviceFrom({ ...sumsOf([]), invocations: 2 })).toBeUndefined();
    expect(serviceFrom(sumsOf([{ n: 1, seconds: 0 }]))).toEqual({
      overheadSeconds: 0,
      recordSeconds: 0,
      isSplitAssumed: true,
      scv: 0,
      initSeconds: ASSUMED_INIT_SECONDS,
    });
  });

  it('takes the init that was measured', () => {
    expect(serviceFrom({ ...sumsOf([{ n: 1, seconds: 1 }]), initSeconds: 0.4 })?.initSeconds).toBe(0.4);
  });

  it('never finds a negative part, and always explains the whole time', () => {
    const invocation = fc.record({
      n: fc.integer({ min: 1, max: 100 }),
      seconds: fc.double({ min: 0.001, max: 10, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(invocation, { minLength: 1, maxLength: 20 }), (list) => {
        const sums = sumsOf(list);
        const found = serviceFrom(sums);
        if (found === undefined) return false;
        const explained = found.overheadSeconds * sums.invocations + found.recordSeconds * sums.records;
        return (
          found.overheadSeconds >= 0 &&
          found.recordSeconds >= 0 &&
          found.scv >= 0 &&
          Math.abs(explained - sums.busySeconds) < 1e-6 * sums.busySeconds
        );
      }),
      { numRuns: 10_000 },
    );
  });
});
