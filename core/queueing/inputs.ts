/**
 * What every model here accepts. There is one rule for a queue that is not stable: it is refused like any other bad input, as a fault of
 * `utilisation`. Its mean wait would be infinite, and an infinity that slips into a plan is harder to find than an error.
 */
import { type Fault, InvalidValueError } from '../contracts/errors';

/** The most servers that a model takes: its time grows with them, and Lambda's largest quotas lie far below. */
export const MOST_SERVERS = 1_000_000;

/** A fault, or undefined where the value is good. */
export type Check = Fault | undefined;

/** Throws an `InvalidValueError` with all faults at once. */
export function refuseFaults(model: string, checks: readonly Check[]): void {
  const faults = checks.filter((check) => check !== undefined);
  if (faults.length > 0) throw new InvalidValueError(model, faults);
}

/** Throws where work arrives as fast as it can be served, or faster. Ask it after the inputs themselves are known to be good. */
export function refuseUnstable(model: string, utilisation: number): void {
  const stable = utilisation < 1;
  refuseFaults(model, [stable ? undefined : { path: 'utilisation', value: utilisation, allowed: 'below 1 (stable)' }]);
}

export function notNegative(path: string, value: number): Check {
  return Number.isFinite(value) && value >= 0 ? undefined : { path, value, allowed: 'a finite number of at least 0' };
}

export function positive(path: string, value: number): Check {
  return Number.isFinite(value) && value > 0 ? undefined : { path, value, allowed: 'a finite number above 0' };
}

/** A probability that may be 1 and may not be 0, as no finite wait is exceeded with probability 0. */
export function tailProbability(path: string, value: number): Check {
  return value > 0 && value <= 1 ? undefined : { path, value, allowed: 'above 0 and at most 1' };
}

/** A whole number of servers. */
export function serverCount(path: string, value: number, least = 1): Check {
  const good = Number.isInteger(value) && value >= least && value <= MOST_SERVERS;
  return good ? undefined : { path, value, allowed: `a whole number from ${least} to ${MOST_SERVERS}` };
}

/** Checks each class of a list under the path `classes.<index>`; a list without classes is a fault of its own. */
export function eachClass<C>(classes: readonly C[], check: (each: C, path: string) => readonly Check[]): Check[] {
  if (classes.length === 0) return [{ path: 'classes', value: classes, allowed: 'at least one class' }];
  return classes.flatMap((each, index) => check(each, `classes.${index}`));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
