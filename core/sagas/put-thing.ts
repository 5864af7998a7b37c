import { RetryableError } from '../contracts/errors';
import type { StateStore } from '../ports';
import type { ThingKey } from './definitions';
import { begin, claimOf, commit } from './write';

/**
 * Puts a thing from outside any saga: an offer, an approver's decision. `owner` must be another one at every call. Whoever was about
 * to change it is refused, and looks again.
 */
export async function putThing<Value>(
  states: StateStore,
  key: ThingKey<Value>,
  value: Value,
  owner: string,
  nowMs: number,
): Promise<void> {
  const { application, instance, name } = key;
  const plain = { application, instance, name };
  const claim = claimOf({ key: plain, found: await states.read(plain) }, owner);
  const isPut = (await begin(states, claim, nowMs)) && (await commit(states, [], [{ ...claim, value }], nowMs));
  if (!isPut) throw new RetryableError(`${name} of ${instance}: another was first`);
}
