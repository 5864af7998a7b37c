/** What steps and compensations have in common: the values that they put, and what they are known by outside. */
import type { StepRequest } from '../contracts/saga';
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

/**
 * New values of things. `undefined`: somebody is at one of them. A thing that was found to be wrong is nobody's to build on until it is
 * repaired.
 */
export function thingPuts(
  looked: Looked,
  values: Readonly<Record<string, unknown>> = {},
  owner: string,
  nowMs: number,
): Put[] | undefined {
  const puts: Put[] = [];
  for (const name of Object.keys(values)) {
    const seen = looked[name];
    if (seen === undefined) throw new Error(`${name} is put, and was not looked at`);
    if (seen.found?.freshness === 'stale') throw notYet(seen);
    if (seen.found?.freshness === 'pending' && nowMs - seen.found.sinceMs < COURTESY_MS) return undefined;
    puts.push(putOf(claimOf(seen, owner), values[name]));
  }
  return puts;
}

/**
 * What was looked at and stays must be as it was seen. `undefined`: somebody is at one of them. Where there was nothing, there is
 * nothing to hold.
 */
export function unchanged(looked: Looked, puts: readonly Put[]): StateRead[] | undefined {
  const reads: StateRead[] = [];
  for (const name of Object.keys(looked)) {
    const seen = looked[name];
    if (seen?.found === undefined || puts.some((put) => put.key === seen.key)) continue;
    if (seen.found.freshness === 'pending') return undefined;
    if (!isCurrent(seen)) throw notYet(seen);
    reads.push(readOf(seen));
  }
  return reads;
}

export function servicesOf(step: Step, { services }: StepPorts): Partial<Services> {
  const missing = step.uses.find((name) => services[name] === undefined);
  if (missing !== undefined) throw new Error(`${step.name} uses ${missing}, and its function has none`);
  return services;
}

export const idempotencyKey = ({ saga, cell }: StepRequest, step: string): string =>
  cell === undefined ? `${saga.instance}/${step}` : `${saga.instance}/${step}/${cell.layer}/${cell.index}`;
