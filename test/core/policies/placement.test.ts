/** Proves the decisions between an event and its lane: matching, class, lane, admission. */
import type { Matcher } from '../../../core/contracts/configuration';
import type { CloudEvent } from '../../../core/contracts/event';
import { decideAdmission, needsObservation, OBSERVATION_LIFE_MS, observed } from '../../../core/policies/admit';
import { decideClass } from '../../../core/policies/classify';
import { matchesRule } from '../../../core/policies/match';
import { decideLane } from '../../../core/policies/route';

const event: CloudEvent = {
  specversion: '1.0',
  id: '1',
  source: '/device/1',
  type: 'reading.warm',
  floor: 3,
  data: { level: 7, tags: ['a', 'b'], nested: { on: true, none: null }, empty: [] },
};

describe('match', () => {
  test.each<[string, Matcher, boolean]>([
    ['type', { equals: ['other', 'reading.warm'] }, true],
    ['type', { prefix: ['reading.'] }, true],
    ['type', { prefix: ['Reading.'] }, false],
    ['floor', { equals: [3] }, true],
    ['floor', { equals: ['3'] }, false],
    ['floor', { prefix: ['3'] }, false],
    ['data.level', { atLeast: 7 }, true],
    ['data.level', { below: 7 }, false],
    ['data.tags', { equals: ['b'] }, true],
    ['data.nested.on', { equals: [true] }, true],
    ['data.nested.none', { exists: true }, true],
    ['data.nested', { exists: true }, false],
    ['data.empty', { exists: false }, true],
    ['data.tags.length', { exists: true }, false],
    ['subject', { exists: false }, true],
    ['subject', { equals: ['x'] }, false],
    ['toString', { exists: true }, false],
    ['data.constructor', { exists: true }, false],
  ])('%s %j: %s', (path, matcher, expected) => {
    expect(matchesRule({ when: { [path]: matcher } }, event)).toBe(expected);
  });

  test('all conditions of a rule must hold', () => {
    const when = { type: { prefix: ['reading'] }, 'data.level': { atLeast: 8 } };
    expect(matchesRule({ when }, event)).toBe(false);
    expect(matchesRule({ when: {} }, event)).toBe(true);
  });
});

describe('classify', () => {
  const input = {
    event,
    trustedPriority: false,
    rules: [
      { name: 'first', when: { type: { prefix: ['reading'] } }, priorityClass: 'high' },
      { name: 'second', when: {}, priorityClass: 'bulk' },
    ],
    classes: [
      { name: 'high', express: true },
      { name: 'normal', express: false },
      { name: 'bulk', express: false },
    ],
    defaultClass: 'normal',
  };

  test('the first rule that matches gives class and reason', () => {
    expect(decideClass(input)).toEqual({ decision: 'high', reason: 'first' });
    expect(decideClass({ ...input, event: { ...event, type: 'x' } })).toEqual({ decision: 'bulk', reason: 'second' });
  });

  test('without a match it is the default', () => {
    expect(decideClass({ ...input, rules: [] })).toEqual({ decision: 'normal', reason: 'default' });
  });

  test('an explicit priority counts from a trusted way only, and only where the class exists', () => {
    const asking = { ...input, event: { ...event, priority: 'bulk' } };
    expect(decideClass(asking).reason).toBe('first');
    expect(decideClass({ ...asking, trustedPriority: true })).toEqual({
      decision: 'bulk',
      reason: 'priority attribute',
    });
    const unknown = { ...input, trustedPriority: true, event: { ...event, priority: 'most-urgent' } };
    expect(decideClass(unknown).reason).toBe('first');
  });
});

describe('route', () => {
  const lanes = [
    { name: 'normal', pool: 'main', priorityClass: 'normal', ordered: false },
    { name: 'ordered', pool: 'main', priorityClass: 'normal', ordered: true },
    { name: 'high', pool: 'main', priorityClass: 'high', ordered: false },
  ];
  const lane = (pool: string, priorityClass: string, orderingKey?: string) =>
    decideLane({ lanes, type: 'reading', pool, priorityClass, orderingKey }).decision?.name;

  test('an ordering key leads to the class’s ordered lane where there is one', () => {
    expect(lane('main', 'normal', 'k')).toBe('ordered');
    expect(lane('main', 'normal')).toBe('normal');
    expect(lane('main', 'high', 'k')).toBe('high');
  });

  test('a lane that runs sagas takes its types from every pool and class, and nothing else', () => {
    const sagas = {
      name: 'sagas',
      pool: 'apart',
      priorityClass: 'normal',
      ordered: false,
      takes: ['booking.*', 'order'],
    };
    const of = (type: string, pool = 'main') =>
      decideLane({ lanes: [...lanes, sagas], type, pool, priorityClass: 'normal', orderingKey: 'k' }).decision?.name;
    expect([of('booking.requested'), of('order'), of('order', 'anywhere')]).toEqual(['sagas', 'sagas', 'sagas']);
    expect([of('orders'), of('reading'), of('reading', 'apart')]).toEqual(['ordered', 'ordered', undefined]);
  });

  test('without a lane there is no decision, and the reason says which is missing', () => {
    const none = decideLane({ lanes, type: 'x', pool: 'aside', priorityClass: 'normal', orderingKey: undefined });
    expect(none).toEqual({ decision: undefined, reason: 'pool aside has no standard lane for class normal' });
  });
});

describe('admit', () => {
  const input = { lane: 'bulk', bound: 10, events: 4 };

  test('admits below the bound, counting what it admitted, and refuses from there', () => {
    const first = decideAdmission(observed(6, 0), input);
    expect(first).toMatchObject({ decision: 'admit', state: { backlog: 6, admitted: 4 } });
    const second = decideAdmission(first.state, input);
    expect(second).toEqual({
      decision: 'refuse',
      reason: 'lane bulk holds 10, its bound is 10',
      state: first.state,
    });
  });

  test('a lane that could not be looked at admits', () => {
    expect(decideAdmission(undefined, input)).toMatchObject({ decision: 'admit', reason: 'backlog unknown' });
  });

  test('an observation is used until it is too old', () => {
    const state = observed(0, 1_000);
    expect(needsObservation(undefined, 0)).toBe(true);
    expect(needsObservation(state, 1_000 + OBSERVATION_LIFE_MS - 1)).toBe(false);
    expect(needsObservation(state, 1_000 + OBSERVATION_LIFE_MS)).toBe(true);
  });
});
