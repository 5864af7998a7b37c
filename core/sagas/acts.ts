/** What steps and compensations have in common: the values that they put, and what they are known by outside. */
import { type StepRequest, stepKey } from '../contracts/saga';
import type { StateRead } from '../contracts/state';
import type { Services, Step, StepPorts } from './definitions';
import { isCurrent, notYet, readOf, type Seen } from './load';
import { claimOf, type Put, putOf } from './write';

/** A clock, since nothing here reads one. */
export interface StepTools {
  readonly now: () => number;
}

/** How long a thing is left to whoever is at it. Only a courtesy, lest two take it from each other for ever: conditions make it right. */
export const COURTESY_MS = 1_000;

export type Looked = Readonly<Record<string, Seen>>;

/** What a commit holds of the things that its step looked at: conditions, and values to put. */
export interface HeldThings {
  readonly reads: StateRead[];
  readonly puts: Put[];
}

/**
 * What was looked at must be as it was seen, or is put. `undefined`: somebody is at one of them. One that somebody has left open is put
 * again as it was, so that a try that died stops nobody. Where there was nothing, there must be nothing still; and what was found to be
 * wrong is nobody's to build on until it is repaired.
 */
export function holdThings(
  looked: Looked,
  values: Readonly<Record<string, unknown>> = {},
  owner: string,
  nowMs: number,
): HeldThings | undefined {
  const held: HeldThings = { reads: [], puts: [] };
  for (const name of Object.keys(values))
    if (looked[name] === undefined) throw new Error(`${name} is put, and was not looked at`);
  for (const name of Object.keys(looked)) {
    const seen = looked[name];
    if (seen === undefined) continue;
    const { found } = seen;
    if (found?.freshness === 'stale') throw notYet(seen);
    const isFresh = found?.freshness === 'pending' && nowMs - found.sinceMs < COURTESY_MS;
    if (isFresh && !isEarlierTry(found.owner, owner)) return undefined;
    if (name in values) held.puts.push(putOf(claimOf(seen, owner), values[name]));
    else if (found === undefined || found.version === 0 || isCurrent(seen)) held.reads.push(readOf(seen));
    else held.puts.push(putOf(claimOf(seen, owner), found.value));
  }
  return held;
}

/**
 * Of the same task: it was given up, or this one would not have begun. To wait for it would use up the tries that are left, which may come
 * within the courtesy's time.
 */
const isEarlierTry = (other: string, mine: string): boolean => other !== mine && taskOf(other) === taskOf(mine);

/** An attempt ends with the number of its try. */
const taskOf = (attempt: string): string => attempt.slice(0, attempt.lastIndexOf('-'));

export function servicesOf(step: Step, { services }: StepPorts): Partial<Services> {
  const missing = step.uses.find((name) => services[name] === undefined);
  if (missing !== undefined) throw new Error(`${step.name} uses ${missing}, and its function has none`);
  return services;
}

export const idempotencyKey = ({ saga, cell }: StepRequest, step: string): string =>
  keyOutside(saga.instance, stepKey(saga, step, cell).name);

/** What an act is known by outside: as its result is called in the state store. */
export const keyOutside = (instance: string, result: string): string => `${instance}/${result}`;
