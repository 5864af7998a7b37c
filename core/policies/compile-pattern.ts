/**
 * Classification rules as EventBridge patterns: which events of a source take the express intake, so that a bulk flood is never
 * ahead of a critical event. The two patterns split the source's events exactly; no event matches both or neither, a malformed
 * one included (unless an attribute is a list, which the contract refuses behind either intake).
 *
 * Only the order of service depends on the intake: the class itself is decided behind it, by the same rules. So rules that a
 * pattern cannot say (data fields, numbers, booleans) are left out here, and their events go by the rules that are left.
 */
import type { Configuration, Matcher, SourceConfiguration } from '../contracts/configuration';
import {
  complement,
  EVERYTHING,
  intersect,
  isEmpty,
  isWithin,
  type PatternFilter,
  strings,
  toFilters,
  type ValueSet,
} from './value-set';

type EventBridgeSource = Extract<SourceConfiguration, { kind: 'eventbridge' }>;
/** All fields hold. */
type Conjunction = ReadonlyMap<string, ValueSet>;
type DetailFields = Readonly<Record<string, readonly PatternFilter[]>>;

export interface IntakePattern {
  readonly source: readonly string[];
  readonly account?: readonly PatternFilter[];
  readonly detail?: DetailFields | { readonly $or: readonly DetailFields[] };
}

export interface IntakePatterns {
  /** `undefined`: nothing of this source is express. */
  readonly express: IntakePattern | undefined;
  readonly standard: IntakePattern;
}

/** EventBridge's quota for one pattern; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_PATTERN_CHARACTERS = 2_048;
const MAX_ALTERNATIVES = 64;
/** EventBridge does not take these as field names inside `$or`. */
const RESERVED = ['prefix', 'suffix', 'exists', 'numeric', 'wildcard', 'cidr', 'exactly', 'regex'];

interface CompiledRule {
  readonly express: boolean;
  readonly when: Conjunction;
}

export function compileIntakePatterns(
  rules: Configuration['rules'],
  classes: Configuration['classes'],
  source: EventBridgeSource,
): IntakePatterns {
  const express = new Set(classes.filter((each) => each.express).map((each) => each.name));
  let compiled = [
    ...(source.trustedPriority ? priorityRules(classes) : []),
    ...rules.flatMap((rule) => {
      const when = compileConditions(rule.when);
      return when === undefined ? [] : [{ express: express.has(rule.priorityClass), when }];
    }),
  ];
  for (;;) {
    const split = splitEvents(compiled);
    if (split !== undefined) return toPatterns(split, source.eventBridgeSource);
    const last = compiled.findLastIndex((each) => !each.express);
    if (last < 0) throw new RangeError(tooLarge(source.name));
    // Without this rule some of its events go express as well: better than to keep the urgent ones out.
    compiled = compiled.toSpliced(last, 1);
  }
}

/** Whether the rule can be a pattern: it looks at attributes only, as text or for presence. */
export function isCompilable(when: Readonly<Record<string, Matcher>>): boolean {
  return compileConditions(when) !== undefined;
}

function priorityRules(classes: Configuration['classes']): CompiledRule[] {
  return [true, false].map((express) => {
    const names = classes.filter((each) => each.express === express).map((each) => each.name);
    return { express, when: new Map([['priority', strings(names, [])]]) };
  });
}

function compileConditions(when: Readonly<Record<string, Matcher>>): Conjunction | undefined {
  const fields = new Map<string, ValueSet>();
  for (const [path, matcher] of Object.entries(when)) {
    const set = compileMatcher(matcher);
    const isAttribute = /^[a-z0-9]{1,20}$/.test(path) && path !== 'data' && !RESERVED.includes(path);
    if (!isAttribute || set === undefined) return undefined;
    fields.set(path, set);
  }
  return fields;
}

function compileMatcher(matcher: Matcher): ValueSet | undefined {
  if ('exists' in matcher)
    return { ...complement(strings([], [])), kind: matcher.exists ? 'out' : 'in', absent: !matcher.exists };
  if ('prefix' in matcher) return strings([], matcher.prefix);
  if (!('equals' in matcher)) return undefined;
  const texts = matcher.equals.filter((each): each is string => typeof each === 'string');
  return texts.length === matcher.equals.length ? strings(texts, []) : undefined;
}

interface Split {
  readonly express: readonly Conjunction[];
  readonly standard: readonly Conjunction[];
}

/** From the last rule to the first, each takes its events from whoever had them. `undefined`: a pattern cannot say it. */
function splitEvents(rules: readonly CompiledRule[]): Split | undefined {
  let split: Split = { express: [], standard: [new Map()] };
  for (const rule of rules.toReversed()) {
    const taken = subtract(rule.express ? split.standard : split.express, rule.when);
    if (taken === undefined) return undefined;
    const given = absorb([
      ...(rule.express ? split.express : split.standard),
      ...(isPossible(rule.when) ? [rule.when] : []),
    ]);
    split = rule.express ? { express: given, standard: taken } : { express: taken, standard: given };
    if (Math.max(given.length, taken.length) > MAX_ALTERNATIVES) return undefined;
  }
  const patterns = toPatterns(split, 'x'.repeat(64));
  const longest = Math.max(JSON.stringify(patterns.express ?? '').length, JSON.stringify(patterns.standard).length);
  return longest > MAX_PATTERN_CHARACTERS ? undefined : split;
}

function subtract(from: readonly Conjunction[], rule: Conjunction): readonly Conjunction[] | undefined {
  const rest: Conjunction[] = [];
  for (const conjunction of from)
    for (const [field, set] of rule) {
      const narrowed = intersect(conjunction.get(field) ?? EVERYTHING, complement(set));
      if (narrowed === undefined) return undefined;
      if (!isEmpty(narrowed)) rest.push(new Map([...conjunction, [field, narrowed]]));
    }
  return absorb(rest);
}

/** Without what another one says already. */
function absorb(all: readonly Conjunction[]): readonly Conjunction[] {
  return all.filter(
    (each, index) =>
      !all.some((other, place) => place !== index && implies(each, other) && (place < index || !implies(other, each))),
  );
}

function implies(narrow: Conjunction, wide: Conjunction): boolean {
  return [...wide].every(([field, set]) => isWithin(narrow.get(field) ?? EVERYTHING, set));
}

function isPossible(conjunction: Conjunction): boolean {
  return ![...conjunction.values()].some(isEmpty);
}

function toPatterns(split: Split, eventBridgeSource: string): IntakePatterns {
  const source = [eventBridgeSource];
  const express = split.express.length === 0 ? undefined : { source, ...toDetail(split.express) };
  // Every event has an account: this matches nothing, for a source whose events all go express.
  const nothing: PatternFilter[] = [{ exists: false }];
  return {
    express,
    standard: split.standard.length === 0 ? { source, account: nothing } : { source, ...toDetail(split.standard) },
  };
}

function toDetail(conjunctions: readonly Conjunction[]): Pick<IntakePattern, 'detail'> {
  const alternatives = conjunctions.map((each) =>
    Object.fromEntries(
      [...each].filter(([, set]) => !isWithin(EVERYTHING, set)).map(([field, set]) => [field, toFilters(set)]),
    ),
  );
  const [first] = alternatives;
  if (first === undefined || alternatives.some((each) => Object.keys(each).length === 0)) return {};
  return { detail: alternatives.length === 1 ? first : { $or: alternatives } };
}

function tooLarge(source: string): string {
  return `the express rules do not fit into an EventBridge pattern of ${MAX_PATTERN_CHARACTERS} characters for source ${source}: use fewer conditions, or prefixes`;
}
