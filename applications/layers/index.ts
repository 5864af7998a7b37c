/**
 * Layered fan-out: layers of many cells, each of which needs all cells of the layer before. A cell is done once; after a partial
 * failure a re-run works on what is missing and on nothing else.
 */
import * as v from 'valibot';
import { declined, defineSaga, done, type SagaCell, stepsFor, type Where } from '../../core/sagas';

/** With as many layers as there may be, the execution's history stays below 5,000 events even where every try fails. */
const MOST_WIDTH = 10;
const MOST_LAYERS = 10;

const whole = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer(`a whole number, ${least}-${most}`),
    v.minValue(least, `at least ${least}`),
    v.maxValue(most, `at most ${most}`),
  );

/** Data of an event of type `layers.requested`. */
export const layersRequest = v.object({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, hyphens and underscores, 1-64')),
  layers: whole(1, MOST_LAYERS),
  width: whole(1, MOST_WIDTH),
});
export type LayersRequest = v.InferOutput<typeof layersRequest>;

const { defineStep } = stepsFor({ request: layersRequest, settings: v.object({}) });

/** All cells of the layer before this one's; none before the first. */
const before = ({ request, cell }: Where<LayersRequest>): SagaCell[] =>
  cell.layer === 0 ? [] : Array.from({ length: request.width }, (_, index) => ({ layer: cell.layer - 1, index }));

const isOutside = ({ request, cell }: Where<LayersRequest>, layers: number): boolean =>
  cell.layer >= layers || cell.index >= request.width;

const sum = (values: readonly unknown[]): number => values.reduce<number>((total, value) => total + Number(value), 0);

/** Its index and one, and half of all that the layer before has made, without the rest: it depends on every one of them. */
export const cell = defineStep({
  name: 'cell',
  readsCells: { step: 'cell', cells: before as (where: Where) => SagaCell[] },
  act: (call) =>
    isOutside(call, call.request.layers)
      ? declined('no-such-cell', `${call.cell.layer}/${call.cell.index} is outside the request`)
      : done(call.cell.index + 1 + Math.floor(sum(call.cells) / 2)),
});

/** Stands before each layer, on all of the one before; after the last it is the end, and its result the total. */
export const gate = defineStep({
  name: 'gate',
  readsCells: { step: 'cell', cells: before as (where: Where) => SagaCell[] },
  ends: ({ request, cell: { layer } }) => layer === request.layers,
  act: (call) =>
    isOutside(call, call.request.layers + 1)
      ? declined('no-such-layer', `${call.cell.layer} is outside the request`)
      : done(sum(call.cells)),
});

export const layers = defineSaga({
  name: 'layers',
  application: 'layers',
  types: ['layers.requested'],
  request: layersRequest,
  settings: v.object({}),
  businessKey: ({ id }) => id,
  steps: [cell, gate],
  timeoutSeconds: 7200,
});

export const sagas = [layers];
