/** Proves what a writer does whose condition failed, how long a failed message waits, and in which order sequences are. */
import fc from 'fast-check';
import type { Position } from '../../../core/contracts/event';
import type { LedgerRecord, NodeOutput, Outcome } from '../../../core/contracts/ledger';
import { DEFAULT_BACKOFF, decideBackoff } from '../../../core/policies/backoff';
import { decideRefusal, stageOf } from '../../../core/policies/decide-refusal';
import { compareSequences, isSuperseded } from '../../../core/policies/sequence';

const own = { bodyDigest: 'mine' };
const at = (stage: number, branch?: string): Position => ({
  chain: 'a/c',
  version: 1,
  stage,
  form: 'split',
  ...(branch !== undefined && { branch }),
});
const output: NodeOutput = { result: 1, writes: [], emits: [] };
const record = (more: Partial<LedgerRecord>): LedgerRecord => ({ key: 'k', generation: 1, attempts: 0, ...more });
const progress = (stage: number, finished: readonly string[] = [], bodyDigest = 'mine') =>
  record({
    progress: {
      position: at(stage),
      outputs: [],
      branches: Object.fromEntries(finished.map((name) => [name, output])),
      bodyDigest,
    },
  });
const outcome = (bodyDigest: string) => record({ outcome: { kind: 'DONE', bodyDigest } as Outcome });
const action = (there: LedgerRecord | undefined, position?: Position) =>
  decideRefusal(there, own, position).decision.action;

describe('a refused commit', () => {
  it('acknowledges where there is an outcome, and keeps another body in quarantine', () => {
    expect(action(outcome('mine'))).toBe('acknowledge');
    expect(action(outcome('other'))).toBe('quarantine');
    expect(action(progress(1, [], 'other'))).toBe('quarantine');
  });

  it('sends the very position that progress stands at, where that is further on', () => {
    expect(decideRefusal(progress(2), own, at(1)).decision).toEqual({ action: 'send-position', position: at(2) });
    expect(action(progress(0))).toBe('send-position');
  });

  it('sends the rest of a stage whose own branch is finished', () => {
    expect(action(progress(1, ['a']), at(1, 'a'))).toBe('send-rest');
    expect(action(progress(1, ['b']), at(1, 'a'))).toBe('retry');
  });

  it('tries again where nothing is there, or nothing further on', () => {
    expect(action(undefined)).toBe('retry');
    expect(action(record({ attempts: 2 }))).toBe('retry');
    expect(action(progress(1), at(1))).toBe('retry');
  });

  it('never acknowledges unless there is an outcome of the same body', () => {
    const stage = fc.integer({ min: 0, max: 7 });
    const there = fc.oneof(
      fc.constant(undefined),
      fc.tuple(stage, fc.subarray(['a', 'b']), fc.constantFrom('mine', 'other')).map((args) => progress(...args)),
      fc.constantFrom('mine', 'other').map(outcome),
    );
    const position = fc.option(
      fc.tuple(stage, fc.constantFrom(undefined, 'a', 'b')).map(([each, branch]) => at(each, branch)),
      { nil: undefined },
    );
    fc.assert(
      fc.property(there, position, (existing, message) => {
        const { decision } = decideRefusal(existing, own, message);
        const mine = existing?.outcome?.bodyDigest === 'mine';
        expect(decision.action === 'acknowledge').toBe(mine);
        if (decision.action === 'send-position') expect(decision.position.stage).toBeGreaterThan(stageOf(message));
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('the wait of a failed message', () => {
  it('lies between half the bound and the bound, and never beyond the most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, chance) => {
          const { seconds } = decideBackoff({ failures }, {}, { random: () => chance }).decision;
          const bound = Math.min(DEFAULT_BACKOFF.mostSeconds, 2 ** Math.min(failures - 1, 30));
          expect(seconds).toBeGreaterThanOrEqual(bound / 2);
          expect(seconds).toBeLessThanOrEqual(bound);
          expect(Number.isInteger(seconds)).toBe(true);
        },
      ),
    );
  });

  it('is the one that the error asked for, as far as a queue takes it', () => {
    const wait = (retryAfterSeconds: number) =>
      decideBackoff({ failures: 1 }, { retryAfterSeconds }, { random: () => 0 }).decision.seconds;
    expect([wait(90), wait(0), wait(-1), wait(1e9)]).toEqual([90, 0, 0, 43_200]);
  });
});

describe('sequences', () => {
  it('are compared as numbers of any length', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.bigInt({ min: 0n, max: 10n ** 40n }), (a, b) => {
        expect(Math.sign(compareSequences(`00${a}`, `${b}`))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  it('supersede an equal one, and nothing where one is missing', () => {
    expect([isSuperseded('9', '10'), isSuperseded('10', '10'), isSuperseded('11', '10')]).toEqual([true, true, false]);
    expect([isSuperseded(undefined, '1'), isSuperseded('1', undefined)]).toEqual([false, false]);
  });
});
