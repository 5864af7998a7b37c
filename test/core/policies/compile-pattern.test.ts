/**
 * Proves that the intake patterns split a source's events exactly, and that a rule compiled to a pattern matches the same events as
 * the rule itself, against a reference matcher that shares nothing with the compiler.
 */
import fc from 'fast-check';
import type { ClassificationRule, Matcher } from '../../../core/contracts/configuration';
import type { CloudEvent } from '../../../core/contracts/event';
import { decideClass } from '../../../core/policies/classify';
import { compileIntakePatterns, isCompilable } from '../../../core/policies/compile-pattern';
import { matchesRule } from '../../../core/policies/match';
import { matchesPattern } from '../../fakes/eventbridge-matcher';

const classes = [
  { name: 'critical', express: true },
  { name: 'high', express: true },
  { name: 'bulk', express: false },
];
const source = (trustedPriority: boolean) => ({
  kind: 'eventbridge' as const,
  name: 'devices',
  tenant: 'acme',
  trustedPriority,
  pool: 'main',
  eventBridgeSource: 'acme.devices',
  producerPrincipals: [],
});
const onBus = (detail: unknown) => ({ source: 'acme.devices', account: '1', 'detail-type': 'x', detail });

// A small alphabet, so that literals, prefixes and values meet; with the characters that a wildcard must escape.
const word = fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\'), minLength: 1, maxLength: 3 });
const attribute = fc.constantFrom('type', 'subject', 'source', 'priority', 'zone');
const textMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({ equals: fc.array(word, { minLength: 1, maxLength: 3 }) }),
  fc.record({ prefix: fc.array(word, { minLength: 1, maxLength: 2 }) }),
  fc.record({ exists: fc.boolean() }),
);
const anyMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  { weight: 4, arbitrary: textMatcher },
  { weight: 1, arbitrary: fc.record({ atLeast: fc.integer({ min: -2, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ equals: fc.array(fc.oneof(word, fc.boolean(), fc.nat(2)), { maxLength: 2 }) }) },
);
const conditions = (matcher: fc.Arbitrary<Matcher>, path: fc.Arbitrary<string>) =>
  fc.dictionary(path, matcher, { minKeys: 1, maxKeys: 3 });
const rulesOf = (when: fc.Arbitrary<Record<string, Matcher>>): fc.Arbitrary<ClassificationRule[]> =>
  fc
    .array(fc.record({ when, priorityClass: fc.constantFrom('critical', 'high', 'bulk') }), { maxLength: 4 })
    .map((rules) => rules.map((rule, index) => ({ name: `rule-${index}`, ...rule })));
const scalar = fc.oneof({ weight: 6, arbitrary: word }, { weight: 1, arbitrary: fc.oneof(fc.nat(2), fc.boolean()) });
const event = fc.record(
  {
    type: word,
    subject: word,
    source: word,
    zone: scalar,
    priority: fc.oneof(word, fc.constantFrom('critical', 'bulk')),
  },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<CloudEvent>;
/** Anything that a producer could put on the bus, lists apart. */
const detail = fc.oneof(
  event,
  fc.dictionary(attribute, fc.oneof(scalar, fc.constant(null), fc.dictionary(word, scalar, { maxKeys: 2 }))),
);

/** Rules that are too many for a pattern are refused at synth (a test of its own): such cases are drawn again. */
function compiled(rules: ClassificationRule[], trusted: boolean) {
  try {
    return compileIntakePatterns(rules, classes, source(trusted));
  } catch (error) {
    fc.pre(!(error instanceof RangeError));
    throw error;
  }
}

function takes(patterns: ReturnType<typeof compileIntakePatterns>, value: unknown) {
  return {
    express: patterns.express !== undefined && matchesPattern(patterns.express, onBus(value)),
    standard: matchesPattern(patterns.standard, onBus(value)),
  };
}

describe('compileIntakePatterns', () => {
  test('sends every event to exactly one intake, whatever the rules and however malformed the event', () => {
    const rules = rulesOf(conditions(anyMatcher, fc.oneof(attribute, fc.constant('data.level'))));
    fc.assert(
      fc.property(rules, detail, fc.boolean(), (some, value, trusted) => {
        const taken = takes(compiled(some, trusted), value);
        expect(taken.express).toBe(!taken.standard);
      }),
      { numRuns: 10_000 },
    );
  });

  test('matches the same events as the rule it was compiled from', () => {
    fc.assert(
      fc.property(conditions(textMatcher, attribute), event, (when, value) => {
        const rule = { name: 'rule', when, priorityClass: 'critical' };
        expect(takes(compileIntakePatterns([rule], classes, source(false)), value).express).toBe(
          matchesRule(rule, value),
        );
      }),
      { numRuns: 10_000 },
    );
  });

  test('never keeps an event out of the express intake whose class is express', () => {
    fc.assert(
      fc.property(rulesOf(conditions(textMatcher, attribute)), event, fc.boolean(), (rules, value, trustedPriority) => {
        const { decision } = decideClass({ event: value, trustedPriority, rules, classes, defaultClass: 'bulk' });
        const isExpress = classes.some((each) => each.express && each.name === decision);
        const taken = takes(compiled(rules, trustedPriority), value);
        if (isExpress) expect(taken.express).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  test('lets an earlier bulk rule keep its events out of the express intake', () => {
    const rules = [
      { name: 'batch', when: { source: { prefix: ['/batch/'] } }, priorityClass: 'bulk' },
      { name: 'alarm', when: { type: { equals: ['alarm'] } }, priorityClass: 'critical' },
    ];
    const patterns = compileIntakePatterns(rules, classes, source(false));
    expect(patterns.express).toEqual({
      source: ['acme.devices'],
      detail: { type: ['alarm'], source: [{ 'anything-but': { prefix: ['/batch/'] } }, { exists: false }] },
    });
    expect(takes(patterns, { type: 'alarm', source: '/batch/1' })).toEqual({ express: false, standard: true });
    expect(takes(patterns, { type: 'alarm', source: '/line/1' })).toEqual({ express: true, standard: false });
  });

  test('has no express pattern where nothing can be express, and nothing standard where everything is', () => {
    const none = compileIntakePatterns([], classes, source(false));
    expect(none).toEqual({ express: undefined, standard: { source: ['acme.devices'] } });
    const all = compileIntakePatterns([{ name: 'all', when: {}, priorityClass: 'high' }], classes, source(false));
    expect(takes(all, { type: 'a' })).toEqual({ express: true, standard: false });
  });

  test('fails if the express rules cannot fit into a pattern, and says what to do', () => {
    const rules = Array.from({ length: 200 }, (_, index) => ({
      name: `rule-${index}`,
      when: { type: { equals: [`a-rather-long-event-type-${index}`] } },
      priorityClass: 'critical',
    }));
    expect(() => compileIntakePatterns(rules, classes, source(false))).toThrow(/fewer conditions/);
  });

  const critical = (when: Record<string, Matcher>) => ({ name: 'rule', when, priorityClass: 'critical' });
  const notAlarm = [{ 'anything-but': ['alarm'] }, { exists: false }];

  test('takes an explicit priority into account where the source is trusted for it', () => {
    const classNames = ['critical', 'high'];
    expect(compileIntakePatterns([], classes, source(true))).toEqual({
      express: { source: ['acme.devices'], detail: { priority: classNames } },
      standard: {
        source: ['acme.devices'],
        detail: { priority: [{ 'anything-but': classNames }, { exists: false }] },
      },
    });
    const bulkApart = [critical({ type: { equals: ['alarm'] } })];
    const patterns = compileIntakePatterns(bulkApart, classes, source(true));
    expect(takes(patterns, { type: 'alarm', priority: 'bulk' }).express).toBe(false);
    expect(takes(patterns, { type: 'alarm', priority: 'x' }).express).toBe(true);
  });

  test.each([
    ['twice', [{ type: { equals: ['alarm'] } }, { type: { equals: ['alarm'] } }]],
    ['narrower first', [{ type: { equals: ['alarm'] }, zone: { equals: ['a'] } }, { type: { equals: ['alarm'] } }]],
    ['wider first', [{ type: { equals: ['alarm'] } }, { type: { equals: ['alarm'] }, zone: { equals: ['a'] } }]],
  ])('says once what several rules say: %s', (_, whens) => {
    expect(compileIntakePatterns(whens.map(critical), classes, source(false))).toEqual({
      express: { source: ['acme.devices'], detail: { type: ['alarm'] } },
      standard: { source: ['acme.devices'], detail: { type: notAlarm } },
    });
  });

  test('says what neither of two rules says as alternatives', () => {
    const rules = [critical({ type: { equals: ['alarm'] } }), critical({ zone: { exists: true } })];
    expect(compileIntakePatterns(rules, classes, source(false))).toEqual({
      express: {
        source: ['acme.devices'],
        detail: { $or: [{ zone: [{ exists: true }] }, { type: ['alarm'] }] },
      },
      standard: { source: ['acme.devices'], detail: { zone: [{ exists: false }], type: notAlarm } },
    });
  });

  test('names a source alone where all of it is express, and an account that no event lacks for the rest', () => {
    expect(compileIntakePatterns([critical({})], classes, source(false))).toEqual({
      express: { source: ['acme.devices'] },
      standard: { source: ['acme.devices'], account: [{ exists: false }] },
    });
  });

  test('gives up bulk rules, the last one first, where all of them do not fit, and keeps the urgent ones', () => {
    const long = (start: string) => Array.from({ length: 40 }, (_, index) => `${start}-rather-long-type-${index}`);
    const bulk = (start: string) => ({ name: start, when: { type: { equals: long(start) } }, priorityClass: 'bulk' });
    const alarm = critical({ zone: { equals: ['a'] } });
    const patterns = compileIntakePatterns([bulk('one'), bulk('two'), alarm], classes, source(false));
    expect(takes(patterns, { zone: 'a', type: 'one-rather-long-type-0' }).express).toBe(false);
    expect(takes(patterns, { zone: 'a', type: 'two-rather-long-type-0' }).express).toBe(true);
  });

  test.each([
    ['zone', true],
    ['a1234567890123456789', true],
    ['a12345678901234567890', false],
    ['data', false],
    ['Zone', false],
    ['zonE', false],
    ['data.zone', false],
    ['wildcard', false],
  ])('takes an attribute only: %s', (path, expected) => {
    expect(isCompilable({ [path]: { exists: true } })).toBe(expected);
  });

  test('leaves rules on data, numbers and booleans to the function behind the intake', () => {
    expect(isCompilable({ type: { prefix: ['a'] }, subject: { exists: false } })).toBe(true);
    expect(isCompilable({ 'data.level': { atLeast: 3 } })).toBe(false);
    expect(isCompilable({ level: { equals: [3] } })).toBe(false);
    expect(isCompilable({ level: { below: 3 } })).toBe(false);
    expect(isCompilable({ prefix: { exists: true } })).toBe(false);
  });
});
