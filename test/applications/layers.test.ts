/** Proves that each cell needs all of the layer before, that each is done once, and that a re-run works on what is missing only. */
import { layers } from '../../applications/layers';
import { type PlannedStep, runSaga, type SagaRunOptions } from '../harness/run-saga';

const request = { id: 'l1', layers: 3, width: 4 };

/** As its state machine does: a gate before each layer, the layer's cells together, a gate after the last. */
const plan = (): PlannedStep[][] => [
  ...Array.from({ length: request.layers }, (_, layer) => [
    [{ step: 'gate', cell: { layer, index: 0 } }],
    Array.from({ length: request.width }, (_, index) => ({ step: 'cell', cell: { layer, index } })),
  ]).flat(),
  [{ step: 'gate', cell: { layer: request.layers, index: 0 } }],
];
const run = (options: SagaRunOptions = {}) => runSaga(layers, [request], { plan, ...options });

/** The same sum, written again without a saga. */
function expectedTotal(): number {
  let before = 0;
  for (let layer = 0; layer < request.layers; layer++) {
    const half = Math.floor(before / 2);
    before = Array.from({ length: request.width }, (_, index) => index + 1 + half).reduce((a, b) => a + b, 0);
  }
  return before;
}

describe('layers', () => {
  it('makes every cell once, from all cells of the layer before, and the total at the end', async () => {
    const done = await run();

    expect(done.ends.l1).toEqual({ end: 'DONE', runs: 1 });
    expect(done.acts).toEqual({ gate: 4, cell: 12 });
    expect(done.result('l1', 'gate/3/0')).toBe(expectedTotal());
  });

  it('works, run again, on nothing but what is missing', async () => {
    const first = await run();
    const { states } = first.world.memory.state;
    for (const [id, { key }] of Object.entries(states)) if (key.name === 'cell/2/1') delete states[id];
    const again = await run({ world: first.world, run: 2 });

    expect(again.ends.l1?.end).toBe('DONE');
    expect(again.acts).toEqual({ cell: 1 });
  });

  it('makes a layer again after a cell before it was found to be wrong, and no cell beside it', async () => {
    const first = await run();
    const { memory } = first.world;
    for (const [id, each] of Object.entries(memory.state.states))
      if (each.key.name === 'cell/1/2') memory.state.states[id] = { ...each, freshness: 'stale' };
    const again = await run({ world: first.world, run: 2 });

    // The cell itself, the four of the layer after it, and the gates that stood on them.
    expect(again.acts).toEqual({ cell: 5, gate: 2 });
    expect(again.result('l1', 'gate/3/0')).toBe(expectedTotal());
  });

  it('ends with the same total under crashes, lost answers, hangs and repeats', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const faults = { crashAfter: 0.03, crashBefore: 0.03, lostAnswers: 0.05, hangs: 0.03, repeats: 0.2 };
      const done = await run({ seed, faults });

      expect([seed, done.ends.l1?.end, done.result('l1', 'gate/3/0')]).toEqual([seed, 'DONE', expectedTotal()]);
    }
  });

  it('fails if a cell outside the request is asked for', async () => {
    const done = await run({
      plan: () => [[{ step: 'gate', cell: { layer: 0, index: 0 } }], [{ step: 'cell', cell: { layer: 0, index: 4 } }]],
    });
    expect(done.ends.l1).toMatchObject({ reason: { code: 'no-such-cell' } });
  });
});
