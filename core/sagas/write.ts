/** Begins and puts under one owner. `undefined` from here means: somebody was first; look again. */
import { LostWriteError, RetryableError } from '../contracts/errors';
import type { StateRead } from '../contracts/state';
import type { StateStore } from '../ports';
import type { Seen } from './load';

/** A result that this call has begun, or will: the token is the one after the last. */
export interface Begun extends Seen {
  readonly owner: string;
  readonly token: number;
}

export interface Put extends Begun {
  readonly value: unknown;
}

export const putOf = ({ key, found, owner, token }: Begun, value: unknown): Put => ({
  key,
  found,
  owner,
  token,
  value,
});

export const claimOf = ({ key, found }: Seen, owner: string): Begun => ({
  key,
  found,
  owner,
  token: (found?.token ?? 0) + 1,
});

/** True when it is pending for this claim, at the version that was seen. */
export async function begin(states: StateStore, { key, owner, token, found }: Begun, atMs: number): Promise<boolean> {
  const version = found?.version ?? 0;
  const answer = await states.begin({ key, owner, token, ifVersion: version }, atMs);
  if (answer.status === 'conflict') throw new RetryableError(`beginning ${key.name} met another transaction`);
  return answer.status === 'begun' && answer.result.version === version;
}

export async function beginAll(states: StateStore, each: readonly Begun[], atMs: number): Promise<boolean> {
  if (each.length === 0) return true;
  const begun = await Promise.all(each.map((one) => begin(states, one, atMs)));
  return begun.every(Boolean);
}

/**
 * True when all is put, and has been seen to be there: nobody is told "done" on the store's word alone. False: a condition no longer
 * holds, and nothing was put.
 */
export async function commit(
  states: StateStore,
  reads: readonly StateRead[],
  puts: readonly Put[],
  atMs: number,
): Promise<boolean> {
  const writes = puts.map(({ key, owner, token, value, found }) => ({
    key,
    owner,
    token,
    value,
    ifVersion: found?.version ?? 0,
  }));
  const answer = await states.commitIfCurrent({ reads, writes }, atMs);
  if (answer.status === 'conflict') throw new RetryableError(`the commit met another transaction`);
  if (answer.status !== 'committed') return false;
  await seeKept(states, puts[0]);
  return true;
}

/** One of a transaction stands for all. A later version is as good: it was put on the condition that this one was there. */
async function seeKept(states: StateStore, put: Put | undefined): Promise<void> {
  if (put === undefined) return;
  const found = await states.read(put.key);
  if ((found?.version ?? 0) > (put.found?.version ?? 0)) return;
  throw new LostWriteError(`${put.key.name} of ${put.key.instance} was said to be put, and is not there`);
}
