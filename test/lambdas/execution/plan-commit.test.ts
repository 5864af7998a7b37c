/** Proves by properties that a commit plan loses and doubles nothing, keeps a context in one group, and fits one transaction. */
import fc from 'fast-check';
import type { Envelope } from '../../../core/contracts/event';
import { type Planned, planCommits } from '../../../lambdas/execution/runner/plan-commit';
import { dropRepeats } from '../../../lambdas/execution/runner/repeats';
import { toEnvelope } from '../../harness/run-chain';

const envelope = (id: string): Envelope =>
  toEnvelope({ specversion: '1.0', id, source: '/s', type: 't' }, 'tenant', 0, 'lane');
const candidate = (id: string, contextKeys: readonly string[], lastError?: string): Planned => ({
  envelope: envelope(id),
  before: [],
  contextKeys,
  first: true,
  ...(lastError !== undefined && { record: { lastError } }),
});
const candidates = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 40 }),
      fc.subarray(['c1', 'c2', 'c3', 'c4', 'c5', 'c6']),
      fc.constantFrom(undefined, undefined, undefined, 'failed'),
    )
    .map(([id, keys, lastError]) => candidate(`e${id}`, keys, lastError)),
  { maxLength: 60 },
);
const itemsOf = (chunk: readonly Planned[]) => chunk.length + new Set(chunk.flatMap((each) => each.contextKeys)).size;

describe('a commit plan', () => {
  it('has every record once, each context in one group, each record once in a commit, and no commit too large', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: 8, max: 100 }), (batch, most) => {
        const plan = planCommits(batch, most);
        expect(new Set(plan.flat(2))).toEqual(new Set(batch));
        expect(plan.flat(2)).toHaveLength(batch.length);
        const owners = plan.flatMap((group) => [...new Set(group.flat().flatMap((each) => each.contextKeys))]);
        expect(new Set(owners).size).toBe(owners.length);
        for (const chunk of plan.flat()) {
          expect(new Set(chunk.map((each) => each.envelope.key)).size).toBe(chunk.length);
          expect(itemsOf(chunk)).toBeLessThanOrEqual(most);
          if (chunk.some((each) => each.record?.lastError !== undefined)) expect(chunk).toHaveLength(1);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('puts records without a context each in a commit of its own', () => {
    expect(planCommits([candidate('a', []), candidate('b', [])])).toHaveLength(2);
  });
});

describe('repeats in a batch', () => {
  const delivery = (messageId: string, id: string, receiveCount = 1) => ({
    messageId,
    receiptHandle: messageId,
    receiveCount,
    sentAtMs: 0,
    message: { v: 1 as const, envelope: envelope(id), sendAttempt: 1 },
  });

  it('are dropped to one, with none forgotten', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 3 }))), (list) => {
        const batch = list.map(([id, receives], index) => delivery(`m${index}`, `e${id}`, receives));
        const distinct = dropRepeats(batch);
        const all = distinct.flatMap(({ delivery: first, repeats }) => [first, ...repeats]);
        expect(new Set(all)).toEqual(new Set(batch));
        expect(new Set(distinct.map((each) => each.delivery.message.envelope.key)).size).toBe(distinct.length);
      }),
    );
  });

  it('are not what differs in body or in position', () => {
    const one = delivery('m1', 'e1');
    const otherBody = { ...one, message: { ...one.message, envelope: { ...one.message.envelope, bodyDigest: 'x' } } };
    const position = { chain: 'a/c', version: 1, stage: 1, form: 'split' as const };
    const other = { ...one, message: { ...one.message, position } };
    expect(dropRepeats([one, otherBody, other])).toHaveLength(3);
  });
});
