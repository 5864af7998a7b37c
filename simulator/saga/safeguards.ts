/**
 * What the saga rests on, each with a double that does nothing. The simulation has to find a fault with every one of them: else it
 * would not notice if the real one were broken.
 */
import type { MemoryWorld } from '../../adapters/memory';
import { DIRECTION, type StepRecord } from '../../core/contracts/saga';
import type { StateStore } from '../../core/ports';
import type { Step } from '../../core/sagas';

export const SAFEGUARDS = [
  /** A charge that is repeated is the same charge. */
  'idempotency key',
  /** Before it charges again, it asks. */
  'ask before retry',
  /** A refund that finds nothing closes the key, so that a late charge takes nothing. */
  'closed key',
  /** What is done is not done again. */
  'skip if current',
  /** A commit holds what it read. */
  'commit if current',
  /** A writer that was overtaken cannot write. */
  'fencing',
  /** A step that may have acted is taken back, not only one that is known to have. */
  'compensation of what is pending',
  /** What has come to its end is not taken back. */
  'end stands',
  /** An event has one outcome. */
  'one outcome',
  /** What ended without an outcome is run again. */
  'run again',
  /** A message is acknowledged after the start, not before. */
  'start before acknowledging',
] as const;
export type Safeguard = (typeof SAFEGUARDS)[number];

/** Conditions of the stores that the safeguard consists of. */
export const CONDITIONS_OF: Readonly<Partial<Record<Safeguard, readonly string[]>>> = {
  'commit if current': ['read: only at the version that was read', 'read: only while it is current'],
  fencing: [
    'begin: only with a higher token',
    'put: only by whoever began last',
    'put: only while it is pending',
    'put: only over the version that was named',
  ],
  'one outcome': ['outcome: only where there is none', 'outcome: DEAD and EXPIRED only where progress is no further'],
};

export const conditionsWithout = (without: Safeguard | undefined): MemoryWorld['without'] =>
  new Set((without && CONDITIONS_OF[without]) ?? []) as MemoryWorld['without'];

/** The store as a step sees it with this safeguard gone. */
export function weakenStore(states: StateStore, step: Step, without: Safeguard | undefined): StateStore {
  const own = step.compensates ?? step.name;
  if (without === 'skip if current')
    return {
      ...states,
      read: async (key) => {
        const found = await states.read(key);
        const isDone = key.name === own && (found?.value as StepRecord | undefined)?.status === 'done';
        return found && isDone && found.freshness === 'current' ? { ...found, freshness: 'stale' } : found;
      },
    };
  if (without === 'end stands' && step.compensates !== undefined)
    return {
      ...states,
      read: async (key) => {
        const found = await states.read(key);
        return key.name === DIRECTION && found?.value === 'done' ? { ...found, value: 'back' } : found;
      },
    };
  return states;
}

/** A compensation that looks only at what is known to be done, and takes the rest for nothing. */
export async function isTakenForNothing(
  states: StateStore,
  step: Step,
  of: { readonly application: string; readonly instance: string },
): Promise<boolean> {
  if (step.compensates === undefined) return false;
  const found = await states.read({ application: of.application, instance: of.instance, name: step.compensates });
  return found?.freshness !== 'current' || (found.value as StepRecord | undefined)?.status !== 'done';
}
