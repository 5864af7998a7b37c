/** What a step reads before it decides, and what it must hold of it. */
import { createHash } from 'node:crypto';
import { RetryableError, TerminalError } from '../contracts/errors';
import {
  DIRECTION,
  type Direction,
  MAX_REQUEST_BYTES,
  type SagaInput,
  type StepRecord,
  type StepRequest,
  stepKey,
} from '../contracts/saga';
import type { StateKey, StateRead, StateResult } from '../contracts/state';
import type { Step, StepPorts, Thing, ThingSet, Where } from './definitions';

/** A key, and what was there. */
export interface Seen {
  readonly key: StateKey;
  readonly found: StateResult | undefined;
}

export interface Loaded {
  readonly where: Where;
  readonly isPaused: boolean;
  readonly cancelled: boolean;
  readonly own: Seen;
  readonly direction: Seen;
  /** Results of earlier steps, in the order of `reads`; then those of cells. */
  readonly basis: readonly Seen[];
  readonly looked: Readonly<Record<string, Seen>>;
  readonly glanced: Readonly<Record<string, Seen>>;
}

const ONE_CELL = { layer: 0, index: 0 };
const decoder = new TextDecoder();

/** All at once: none of these reads waits for another. */
export async function load(step: Step, request: StepRequest, ports: StepPorts): Promise<Loaded> {
  const { saga, cell } = request;
  const inline = 'inline' in saga.request;
  const where = { saga, cell: cell ?? ONE_CELL, request: inline ? saga.request.inline : await claimed(saga, ports) };
  const see = async (key: StateKey): Promise<Seen> => ({ key, found: await ports.states.read(key) });
  const cells = step.readsCells;
  const basisKeys = step.reads.map((name) => stepKey(saga, name));
  if (cells !== undefined) for (const each of cells.cells(where)) basisKeys.push(stepKey(saga, cells.step, each));
  const looks = step.looksAt(where);
  const glances = step.glancesAt(where);
  const [gate, own, direction, basis, looked, glanced] = await Promise.all([
    ports.control.gate(saga.application, saga.instance),
    see(stepKey(saga, step.compensates ?? step.name, cell)),
    see(stepKey(saga, DIRECTION)),
    Promise.all(basisKeys.map(see)),
    seeAll(looks, see),
    seeAll(glances, see),
  ]);
  return { where, isPaused: gate.paused, cancelled: gate.cancelled, own, direction, basis, looked, glanced };
}

async function seeAll(set: ThingSet, see: (key: StateKey) => Promise<Seen>): Promise<Record<string, Seen>> {
  const seen: Record<string, Seen> = {};
  const names = Object.keys(set);
  if (names.length === 0) return seen;
  await Promise.all(
    names.map(async (name) => {
      const key = set[name];
      if (key !== undefined) seen[name] = await see(key);
    }),
  );
  return seen;
}

async function claimed({ request }: SagaInput, { claims }: StepPorts): Promise<unknown> {
  if (!('claim' in request)) return undefined;
  const { key, bytes, digest } = request.claim;
  const read = await claims.read(key, MAX_REQUEST_BYTES);
  if (read.status !== 'ok') throw new TerminalError(`the request at ${key} is ${read.status}`);
  const same =
    read.body.byteLength === bytes && createHash('sha256').update(read.body).digest('hex') === digest.toLowerCase();
  if (!same) throw new TerminalError(`the request at ${key} is not what the execution was started with`);
  return JSON.parse(decoder.decode(read.body)) as unknown;
}

export const directionOf = ({ direction }: Loaded): Direction | undefined =>
  direction.found?.value as Direction | undefined;

export const recordOf = (seen: Seen): StepRecord | undefined => seen.found?.value as StepRecord | undefined;

export const isCurrent = ({ found }: Seen): boolean => found?.freshness === 'current';

export const readOf = ({ key, found }: Seen): StateRead => ({ key, version: found?.version ?? 0 });

/** Whether the result still stands on what it was made from: a repaired basis makes it out of date, and its step acts again. */
export function standsOn(own: Seen, basis: readonly Seen[]): boolean {
  const made = own.found?.basis ?? [];
  return basis.every(
    (seen) =>
      isCurrent(seen) &&
      made.some(
        ({ key, version }) =>
          key.name === seen.key.name && key.instance === seen.key.instance && version === seen.found?.version,
      ),
  );
}

/** The results that the step acts on; throws where one of them may not be acted on. */
export function resultsOf(step: Step, basis: readonly Seen[]): { results: Record<string, unknown>; cells: unknown[] } {
  const results: Record<string, unknown> = {};
  const cells: unknown[] = [];
  for (const [index, seen] of basis.entries()) {
    const record = recordOf(seen);
    if (!isCurrent(seen)) throw notYet(seen);
    if (record?.status !== 'done') throw new TerminalError(`${seen.key.name} is ${record?.status}, so nothing follows`);
    const name = step.reads[index];
    if (name === undefined) cells.push(record.result);
    else results[name] = record.result;
  }
  return { results, cells };
}

export function thingsOf(...sets: readonly Readonly<Record<string, Seen>>[]): Record<string, Thing<unknown>> {
  const things: Record<string, Thing<unknown>> = {};
  for (const set of sets)
    for (const name of Object.keys(set)) {
      const seen = set[name];
      if (seen !== undefined) things[name] = { value: seen.found?.value, isCurrent: isCurrent(seen) };
    }
  return things;
}

/** What is pending, stale or failed now may be current soon; the wait is the state machine's. */
export const notYet = ({ key, found }: Seen): RetryableError =>
  new RetryableError(`${key.name} of ${key.instance} is ${found?.freshness ?? 'absent'}`);
