/** Which priority class an event has, and why. */
import type { Configuration } from '../contracts/configuration';
import type { CloudEvent } from '../contracts/event';
import { matchesRule } from './match';

export interface ClassifyInput {
  readonly event: CloudEvent;
  /** Whether the way in is trusted for the `priority` attribute. */
  readonly trustedPriority: boolean;
  readonly rules: Configuration['rules'];
  readonly classes: Configuration['classes'];
  readonly defaultClass: string;
}

export const PRIORITY_REASON = 'priority attribute';
export const DEFAULT_REASON = 'default';

/**
 * An explicit priority from a trusted way in comes first, if it names a class that there is; then the first rule that matches, whose
 * name is the reason; then the default. Stateless, so there is no state to hand back.
 */
export function decideClass(input: ClassifyInput): { readonly decision: string; readonly reason: string } {
  const { event, trustedPriority, rules, classes, defaultClass } = input;
  const asked = event.priority;
  if (trustedPriority && asked !== undefined && classes.some((each) => each.name === asked))
    return { decision: asked, reason: PRIORITY_REASON };
  const rule = rules.find((each) => matchesRule(each, event));
  return rule === undefined
    ? { decision: defaultClass, reason: DEFAULT_REASON }
    : { decision: rule.priorityClass, reason: rule.name };
}
