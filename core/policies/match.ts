/**
 * The one meaning of a rule's conditions, the same as EventBridge gives to a pattern compiled from them: comparisons are strict in
 * type, a value that is a list matches where one of its elements does, and only leaves exist (an object or an empty list does not).
 */
import type { ClassificationRule, Matcher } from '../contracts/configuration';
import type { CloudEvent } from '../contracts/event';

/** All conditions hold. */
export function matchesRule(rule: Pick<ClassificationRule, 'when'>, event: CloudEvent): boolean {
  return Object.entries(rule.when).every(([path, matcher]) => matchesValue(matcher, valueAt(event, path)));
}

/** Value of an attribute, or of a data field by its dotted path; `undefined` where there is none. */
export function valueAt(event: CloudEvent, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    return Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  }, event);
}

export function matchesValue(matcher: Matcher, value: unknown): boolean {
  const leaves = leavesOf(value);
  if ('exists' in matcher) return leaves.length > 0 === matcher.exists;
  return leaves.some((leaf) => matchesLeaf(matcher, leaf));
}

function matchesLeaf(matcher: Exclude<Matcher, { exists: boolean }>, leaf: unknown): boolean {
  if ('equals' in matcher) return matcher.equals.some((each) => each === leaf);
  if ('prefix' in matcher) return typeof leaf === 'string' && matcher.prefix.some((each) => leaf.startsWith(each));
  if ('atLeast' in matcher) return typeof leaf === 'number' && leaf >= matcher.atLeast;
  return typeof leaf === 'number' && leaf < matcher.below;
}

function leavesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return value === undefined || (value !== null && typeof value === 'object') ? [] : [value];
}
