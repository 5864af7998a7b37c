/** Proves by properties that a batch under arbitrary trouble acknowledges nothing that is lost, and counts nothing twice. */
import fc from 'fast-check';
import type { Hook } from '../../../adapters/memory';
import { createBench } from './bench';

const event = fc.record({
  id: fc.integer({ min: 0, max: 12 }).map((id) => `e${id}`),
  type: fc.constantFrom('obey', 'count', 'count', 'steps', 'sides', 'unheard-of'),
  partitionkey: fc.constantFrom('k1', 'k2'),
  data: fc.constantFrom('fine', 'fine', 'hopeless', 'broken'),
});
/** One per operation in turn: done, refused before it is done, or done with its answer lost. */
const trouble = fc.array(fc.constantFrom('none', 'none', 'none', 'refused', 'lost', 'conflict'), { maxLength: 40 });

function troubling(plan: readonly string[]): Hook {
  let operation = 0;
  let now: string | undefined;
  return {
    before: async ({ name }) => {
      now = plan[operation];
      operation += 1;
      if (now === 'conflict' && name === 'commit') return { answer: { status: 'conflict' } };
      if (now === 'refused') throw new Error('refused by the test');
      return undefined;
    },
    after: async () => {
      if (now === 'lost') throw new Error('answer lost by the test');
    },
  };
}

describe('a batch under trouble', () => {
  it('leaves each event with an outcome, or in a queue, or in quarantine; and each context with as many as it folded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 12 }),
        trouble,
        fc.constantFrom('fused', 'split'),
        async (events, plan, form) => {
          const bench = createBench({ hook: troubling(plan) });
          bench.world.state.lanes.lane = { lane: 'lane', paused: false, form: form as 'fused' | 'split' };
          bench.send(...events.map((each) => bench.message(each)));
          for (let turn = 0; turn < 4; turn++) {
            await bench.turn();
            bench.later(301_000);
          }
          const { records, contexts, queues, quarantined } = bench.world.state;
          const outcomes = Object.values(records).flatMap(({ outcome }) => outcome ?? []);
          const kept = [
            ...Object.values(records).flatMap((each) => (each.outcome === undefined ? [] : [each.key])),
            ...Object.values(queues).flatMap(({ name }) => bench.waiting(name).map((each) => each.envelope.key)),
            ...Object.values(quarantined).flatMap((entries) => entries.flatMap((each) => each.key ?? [])),
          ];
          for (const each of events) expect(kept).toContain(bench.message(each).envelope.key);
          for (const { key, n } of Object.values(contexts))
            expect(n).toBe(outcomes.filter((outcome) => outcome.contexts.includes(key)).length);
        },
      ),
      { numRuns: 500 },
    );
  }, 60_000);
});
