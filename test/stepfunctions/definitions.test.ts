/**
 * Proves that each definition is valid, keeps to the rules of the house and does what its cases say. The validator knows the
 * language's grammar, our own checks what this project demands beyond it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import * as v from 'valibot';
import { booking } from '../../applications/booking';
import { layers, layersRequest } from '../../applications/layers';
import {
  type Case,
  checkDefinition,
  compileMachine,
  type Definition,
  type JsonObject,
  runCase,
  type WorstCase,
} from '../../simulator/asl';

const FOLDER = join(__dirname, '../../stepfunctions');
const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(FOLDER, ...path), 'utf8'));

/** What the definition cannot say by itself: how many items its maps are given. */
const BOUNDS: Readonly<Record<string, WorstCase>> = { booking: {}, layers: { items: { Layer: 10 } } };
const applications = readdirSync(FOLDER);

it('has bounds for every definition', () => {
  expect(applications).toEqual(Object.keys(BOUNDS));
});

describe.each(applications)('%s', (application) => {
  const definition = read(application, `${application}.asl.json`) as Definition;

  it('is valid to the validator', () => {
    // It writes into what it is given.
    const { isValid, errorsText } = validate(structuredClone(definition));
    expect({ isValid, errors: isValid ? '' : errorsText('\n') }).toEqual({ isValid: true, errors: '' });
  });

  it('keeps to the rules of the house', () => {
    expect(checkDefinition(definition, BOUNDS[application])).toEqual([]);
  });

  const machine = compileMachine(definition);
  const shared = read(application, 'input.json') as JsonObject;
  it.each(readdirSync(join(FOLDER, application, 'cases')))('does as it says in %s', (file) => {
    const given = read(application, 'cases', file) as Case;
    const { path, payloads, end, unused } = runCase(machine, shared, given);
    const asked = Object.fromEntries(Object.keys(given.payloads ?? {}).map((step) => [step, payloads[step]]));
    expect({ path, end, payloads: asked, unused }).toEqual({
      path: given.path,
      end: given.end,
      payloads: given.payloads ?? {},
      unused: [],
    });
  });

  it('has every state that does something entered by a case', () => {
    const entered = new Set(
      readdirSync(join(FOLDER, application, 'cases')).flatMap(
        (file) => (read(application, 'cases', file) as Case).path,
      ),
    );
    const acting = statesOf(definition).filter(([, type]) => type !== 'Pass' && type !== 'Choice');
    expect(acting.map(([name]) => name).filter((name) => !entered.has(name))).toEqual([]);
  });
});

describe('the applications', () => {
  const timeoutOf = (name: string) => (read(name, `${name}.asl.json`) as Definition).TimeoutSeconds;

  it('know how long their machines run at most', () => {
    expect([booking.timeoutSeconds, layers.timeoutSeconds]).toEqual([timeoutOf('booking'), timeoutOf('layers')]);
  });

  it('have a step for every task of their machines', () => {
    const called = (name: string) =>
      new Set(JSON.stringify(read(name, `${name}.asl.json`)).match(/(?<="step":")[a-z-]+(?=","saga)/g) ?? []);
    const steps = (saga: typeof booking | typeof layers) => new Set([...saga.steps.map((step) => step.name), 'settle']);
    expect(called('booking')).toEqual(steps(booking));
    expect(called('layers')).toEqual(steps(layers as never));
  });

  it('take no request that would make the history longer than was computed', () => {
    const fits = (request: object) => v.is(layersRequest, { id: 'job', ...request });
    expect(fits({ layers: 10, width: 10 })).toBe(true);
    expect([fits({ layers: 11, width: 10 }), fits({ layers: 10, width: 11 })]).toEqual([false, false]);
  });
});

it('fails if a definition breaks the grammar', () => {
  const broken = { StartAt: 'A', States: { A: { Type: 'Task', Next: 'A' } } };
  expect(validate(broken).isValid).toBe(false);
});

it('fails if a case expects another way', () => {
  const machine = compileMachine(read('booking', 'booking.asl.json') as Definition);
  const sold = read('booking', 'cases', 'sold-out.json') as Case;
  const run = runCase(machine, read('booking', 'input.json') as JsonObject, {
    ...sold,
    answers: { ...sold.answers, ticket: [{ hang: true }] },
  });
  expect(run.unused).toEqual(['ticket']);
  expect(run.path).not.toContain('Ticket');
});

function statesOf(block: { readonly States: Definition['States'] }): readonly (readonly [string, string])[] {
  return Object.entries(block.States).flatMap(([name, state]) => [
    [name, state.Type] as const,
    ...(state.Type === 'Map' ? statesOf(state.ItemProcessor) : []),
  ]);
}
