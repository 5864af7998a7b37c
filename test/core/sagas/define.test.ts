/** Proves what a definition refuses, so that no saga can be deployed that cannot be taken back. */
import * as v from 'valibot';
import { declined, defineSaga, done, type Saga, type Step, stepOf, stepsFor } from '../../../core/sagas';

const schemas = { request: v.object({ id: v.string() }), settings: v.object({}) };
const { defineStep, defineCompensation } = stepsFor(schemas);
const hold = defineStep({ name: 'hold', act: () => done({ held: true }) });
const pay = defineStep({
  name: 'pay',
  reads: { hold },
  uses: ['payments'],
  act: ({ results }) => (results.hold.held ? done({ paid: 1 }) : declined('not-held', 'it is not held')),
});
const hand = defineStep({ name: 'hand', reads: { pay }, ends: true, act: () => done({}) });
const unpay = defineCompensation({ name: 'unpay', compensates: pay });
const free = defineCompensation({ name: 'free', compensates: hold });
const whole: Saga<{ id: string }, object> = {
  ...schemas,
  name: 'rent',
  application: 'rental',
  types: ['rental.requested'],
  businessKey: ({ id }) => id,
  steps: [hold, pay, hand, unpay, free],
  timeoutSeconds: 60,
};
const steps = (...list: readonly Step[]) => ({ steps: list });
const agrees = (step: string) => ({
  agreements: [{ step, ledger: 'payments' as const, whenDone: () => true, whenUndone: () => true }],
});

describe('defineSaga', () => {
  it('takes a whole one, and finds its steps by name', () => {
    const saga = defineSaga({ ...whole, ...agrees('pay') });
    expect(stepOf(saga, 'unpay')).toBe(unpay);
    expect(() => stepOf(saga, 'other')).toThrow('other');
  });

  it.each([
    ['no type', { types: [] }, 'types'],
    ['a pattern for a type', { types: ['rental.*'] }, 'an exact event type'],
    ['a name with a colon', { name: 'a:b' }, 'lower-case'],
    ['no time-out', { timeoutSeconds: 0 }, 'timeoutSeconds'],
    ['no step', steps(), 'at least one step'],
    ['a step twice', steps(hold, hold, pay, hand, unpay), 'each name once'],
    ['a step that reads what comes later', steps(pay, hold, hand, unpay), 'a step before this one'],
    ['an act outside that nobody takes back', steps(hold, pay, hand, free), 'acts outside the state store'],
    ['compensations in the order of the steps', steps(hold, pay, hand, free, unpay), 'of later steps first'],
    ['a compensation before the end', steps(hold, pay, unpay, hand, free), 'before the compensations'],
    ['a compensation of another saga', steps(hold, hand, unpay), 'a step of this saga'],
    ['no step that ends it', steps(hold), 'true for the last step'],
    ['an agreement on a step that it has not', agrees('unknown'), 'a step forward of this saga that uses payments'],
    ['an agreement on a step that uses nothing', agrees('hold'), 'a step forward of this saga that uses payments'],
    ['an agreement on a compensation', agrees('unpay'), 'a step forward of this saga that uses payments'],
    [
      'an end in the middle',
      steps(defineStep({ name: 'early', ends: true, act: () => done({}) }), hand),
      'true for the last',
    ],
  ])('fails if it has %s', (_what, change, words) => {
    expect(() => defineSaga({ ...whole, ...change })).toThrow(words);
  });

  it.each(['direction', 'settle', 'Two Words'])('fails if a step is named %s', (name) => {
    expect(() => defineStep({ name, act: () => done({}) })).toThrow('name');
  });

  it('fails if a step reads under another name, or reads a compensation', () => {
    expect(() => defineStep({ name: 'x', reads: { other: hold }, act: () => done({}) })).toThrow('by its own name');
    expect(() => defineStep({ name: 'x', reads: { free }, act: () => done({}) })).toThrow('a step forward');
  });
});
