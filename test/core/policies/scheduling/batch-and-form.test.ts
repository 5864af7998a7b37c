/** Proves the batch's size and window, what batches gain, and when chains begin split. */
import fc from 'fast-check';
import { invocationSeconds, planBatch, relaxedBatch, speedUp } from '../../../../core/policies/scheduling/batch';
import { compose } from '../../../../core/policies/scheduling/compose';
import { PARAMETERS, SERVICE, TERMS } from './factory';

const plan = (terms: Partial<typeof TERMS>, eventsPerSecond = 10, service = SERVICE) =>
  planBatch({ ...TERMS, ...terms }, service, eventsPerSecond, PARAMETERS);

describe('planBatch', () => {
  it('takes the largest batch that its quarter of the objective allows', () => {
    // .25 x 3 s = .75 s; .02 + 9 x .08 = .74, and a tenth record would be too many.
    expect(plan({ objectiveSeconds: 3 }).batchSize).toBe(9);
    expect(plan({ objectiveSeconds: 10 }).batchSize).toBe(10);
  });

  it('is one record where one is already more than that, and in an ordered lane', () => {
    expect(plan({ objectiveSeconds: 0.1 }).batchSize).toBe(1);
    expect(plan({ ordered: true, objectiveSeconds: 3600 }, 100)).toEqual({ batchSize: 1, batchWindowSeconds: 0 });
  });

  it('allows the largest where what a record costs is only assumed, so that a burst can teach it', () => {
    const assumed = { ...SERVICE, isSplitAssumed: true };
    expect(plan({ objectiveSeconds: 0.1 }, 10, assumed).batchSize).toBe(10);
  });

  it('waits for a fuller batch only where the objective has seconds for it and more than one would come', () => {
    expect(plan({ objectiveSeconds: 19 }).batchWindowSeconds).toBe(0);
    expect(plan({ objectiveSeconds: 20 }, 2).batchWindowSeconds).toBe(1);
    expect(plan({ objectiveSeconds: 20 }, 1.9).batchWindowSeconds).toBe(0);
    expect(plan({ objectiveSeconds: 1_000_000 }, 2).batchWindowSeconds).toBe(300);
  });

  it('goes above ten records only with a window, which AWS asks for', () => {
    const wide = { objectiveSeconds: 600, mostBatchSize: 1000 };
    expect(plan(wide, 100)).toEqual({ batchSize: 1000, batchWindowSeconds: 30 });
    expect(plan(wide, 0.01)).toEqual({ batchSize: 10, batchWindowSeconds: 0 });
  });

  it('takes the most where a record costs nothing', () => {
    expect(plan({}, 10, { ...SERVICE, recordSeconds: 0 }).batchSize).toBe(10);
  });
});

describe('relaxedBatch', () => {
  const relaxed = (terms: Partial<typeof TERMS>, service = SERVICE) =>
    relaxedBatch({ ...TERMS, ...terms }, service, PARAMETERS);
  const heavyOverhead = { ...SERVICE, overheadSeconds: 0.1, recordSeconds: 0.002 };

  it('takes as many records as lengthen an invocation by a tenth', () => {
    // .1 x .102 s = 5 records of 2 ms more.
    expect(relaxed({ objectiveSeconds: 100 }, heavyOverhead)).toEqual({ batchSize: 6, batchWindowSeconds: 0 });
    expect(relaxed({ objectiveSeconds: 100 }).batchSize).toBe(1);
  });

  it('is bounded by the objective, by the lane, by ten, and is one in an ordered lane', () => {
    expect(relaxed({ objectiveSeconds: 0.4164 }, heavyOverhead).batchSize).toBe(2);
    expect(relaxed({ mostBatchSize: 3 }, heavyOverhead).batchSize).toBe(3);
    expect(relaxed({ mostBatchSize: 100 }, { ...SERVICE, recordSeconds: 0 }).batchSize).toBe(10);
    expect(relaxed({ ordered: true }, heavyOverhead).batchSize).toBe(1);
  });
});

describe('speedUp', () => {
  it('is b (h + s) / (h + b s)', () => {
    expect(invocationSeconds(SERVICE, 10)).toBeCloseTo(0.82, 12);
    expect(speedUp(SERVICE, 10)).toBeCloseTo((10 * 0.1) / 0.82, 12);
    expect(speedUp({ ...SERVICE, overheadSeconds: 0 }, 10)).toBeCloseTo(1, 12);
  });
});

describe('compose', () => {
  const base = { terms: TERMS, current: 'fused' as const, drainSeconds: 0, freeEnvironments: 5 };
  const form = (more: Partial<Parameters<typeof compose>[0]>) => compose({ ...base, ...more }, PARAMETERS);

  it('splits where the backlog takes more than half the objective and environments are free', () => {
    expect(form({ drainSeconds: 5.1 })).toBe('split');
    expect(form({ drainSeconds: 5 })).toBe('fused');
    expect(form({ drainSeconds: 5.1, freeEnvironments: 0 })).toBe('fused');
    expect(form({ drainSeconds: 5.1, freeEnvironments: 1 })).toBe('split');
  });

  it('keeps its form between the two bounds', () => {
    expect(form({ drainSeconds: 3, current: 'split' })).toBe('split');
    expect(form({ drainSeconds: 3, current: 'fused' })).toBe('fused');
    expect(form({ drainSeconds: 2.5, current: 'split' })).toBe('split');
    expect(form({ drainSeconds: 2.4, current: 'split' })).toBe('fused');
  });

  it('never splits an ordered lane', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.nat(100),
        fc.constantFrom('fused' as const, 'split' as const),
        (drain, free, now) => {
          const terms = { ...TERMS, ordered: true };
          return form({ terms, drainSeconds: drain, freeEnvironments: free, current: now }) === 'fused';
        },
      ),
    );
  });
});
