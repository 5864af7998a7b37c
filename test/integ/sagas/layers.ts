/** Layers of cells: all of a layer at the same time, each layer after all of the one before, and again only what is missing. */
import { executionOf } from '../../../core/contracts/saga';
import type { StateResult } from '../../../core/contracts/state';
import type { ExecutionDetail } from '../../../core/ports';
import { startTriage, triage, until } from '../platform';
import { job, type Shop } from './shop';

const LAYERS = 3;
const WIDTH = 4;
/** How long each cell's commit takes, so that those of a layer are seen to overlap. */
const SLOW_MS = 500;
/** All tries of a task. */
const TRIES = 4;

/** The same sum as the application's, written again without a saga. */
function totalOf(layers: number, width: number): number {
  let total = 0;
  for (let layer = 0; layer < layers; layer++) total = (width * (width + 1)) / 2 + width * Math.floor(total / 2);
  return total;
}

/** Which run has made each cell and gate that is done, by its number; only what was made once, since its version is the first. */
export function runsOfCells(results: ReadonlyMap<string, StateResult>, runs: readonly Pick<ExecutionDetail, 'name'>[]) {
  const runOf = ({ owner }: StateResult) => runs.findIndex(({ name }) => name === executionOf(owner)) + 1;
  const isDone = ({ freshness, version, value }: StateResult) =>
    freshness === 'current' && version === 1 && (value as { status?: string }).status === 'done';
  return Object.fromEntries(
    [...results].flatMap(([name, each]) => (/^(cell|gate)\//.test(name) && isDone(each) ? [[name, runOf(each)]] : [])),
  );
}

/** Every cell and gate of these layers, as `runsOfCells` says it where one run has made them all. */
export const madeBy = (run: number, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, run]));
export const cellsIn = (layer: number, width: number): string[] =>
  Array.from({ length: width }, (_, index) => `cell/${layer}/${index}`);
const gate = (layer: number) => `gate/${layer}/0`;

export function layers(shop: Shop): void {
  const { cellsOf, executionsOf, kinds, onStep, outcomeNow, send, strike, strikes } = shop;

  describe('layers', () => {
    it('are all made: the cells of a layer at the same time, and each layer after all of the one before', async () => {
      const event = job('l1', LAYERS, WIDTH);
      const slow = { operation: 'TransactWriteItems', action: 'delay', delayMs: SLOW_MS, when: 'before' } as const;
      strike([onStep('cell', { ...slow, times: LAYERS * WIDTH }, 'layers')]);
      await send([event]);
      expect(await kinds(event)).toEqual(['DONE']);
      expect(strikes()).toEqual([LAYERS * WIDTH]);

      const results = await cellsOf('l1');
      const runs = await executionsOf(event);
      const all = Array.from({ length: LAYERS }, (_, layer) => [gate(layer), ...cellsIn(layer, WIDTH)]).flat();
      expect(runsOfCells(results, runs)).toEqual(madeBy(1, [...all, gate(LAYERS)]));
      expect(results.get(gate(LAYERS))?.value).toMatchObject({ result: totalOf(LAYERS, WIDTH) });
      // One after the other they would have begun their commits so long after one another.
      const times = (names: readonly string[]) => names.map((name) => results.get(name)?.sinceMs ?? Number.NaN);
      const ofLayers = Array.from({ length: LAYERS }, (_, layer) => times(cellsIn(layer, WIDTH)));
      const spreadMs = ofLayers.reduce((sum, each) => sum + Math.max(...each) - Math.min(...each), 0);
      expect(spreadMs).toBeLessThan(LAYERS * (WIDTH - 1) * SLOW_MS);
      for (const [layer, each] of ofLayers.entries())
        expect(times([gate(layer + 1)])[0]).toBeGreaterThanOrEqual(Math.max(...each) + SLOW_MS);
      process.stdout.write(`the cells of ${LAYERS} layers began their commits within ${spreadMs} ms in all\n`);
    }, 120_000);

    it('of which some cells fail end without an outcome, and a person’s next run makes only what is missing', async () => {
      const event = job('l2', LAYERS, WIDTH);
      const bad = ['cell/1/2', 'cell/1/3'];
      const refuse = { operation: 'TransactWriteItems', action: 'refuse', when: 'before', times: TRIES } as const;
      strike(bad.map((bodyHolds) => ({ ...onStep('cell', { ...refuse, bodyHolds }, 'layers'), name: bodyHolds })));
      await triage('recovery', 'off');
      await send([event]);
      const failed = await until(
        'its first run has failed',
        async () => (await executionsOf(event).catch(() => []))[0],
        (run) => run?.status === 'FAILED',
        60_000,
      );
      expect(failed).toMatchObject({ error: 'LayerIncomplete' });
      expect(strikes()).toEqual([TRIES, TRIES]);
      expect(await outcomeNow(event)).toBeUndefined();
      const first = [gate(0), ...cellsIn(0, WIDTH), gate(1), 'cell/1/0', 'cell/1/1'];
      expect(runsOfCells(await cellsOf('l2'), await executionsOf(event))).toEqual(madeBy(1, first));

      // The reconciler may have been first, which is as good.
      await startTriage('saga', 'rerun', event.id).ended;
      await triage('recovery', 'on');
      expect(await kinds(event)).toEqual(['DONE']);
      const results = await cellsOf('l2');
      const second = [...bad, gate(2), ...cellsIn(2, WIDTH), gate(3)];
      expect(runsOfCells(results, await executionsOf(event))).toEqual({ ...madeBy(1, first), ...madeBy(2, second) });
      expect(results.get(gate(LAYERS))?.value).toMatchObject({ result: totalOf(LAYERS, WIDTH) });
    }, 120_000);
  });
}
