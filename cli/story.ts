/** The order of an event's story. Pure. */

export interface Step {
  /** Epoch milliseconds. The ledger keeps no time of a hand-over, a write or a failed attempt. */
  readonly atMs?: number;
  /** Set where a step that comes first in its list belongs to the acceptance of that generation. */
  readonly generation?: number;
  readonly stage: string;
  readonly what: string;
}

/**
 * One story of several lists, each in its own order. A step without a time takes that of the step before it in its list; the first
 * ones of a list follow the acceptance of their generation. Equal times keep the order of the lists.
 */
export function inOrder(lists: readonly (readonly Step[])[]): Step[] {
  const acceptedAtMs = new Map<number, number>();
  for (const { generation, atMs } of lists.flat())
    if (generation !== undefined && atMs !== undefined)
      acceptedAtMs.set(generation, Math.min(atMs, acceptedAtMs.get(generation) ?? atMs));
  const placed = lists.flatMap((list) => {
    let atMs: number | undefined;
    return list.map((step) => {
      atMs = step.atMs ?? atMs ?? acceptedAtMs.get(step.generation ?? 0) ?? 0;
      return { step, atMs };
    });
  });
  return placed.sort((a, b) => a.atMs - b.atMs).map(({ step }) => step);
}
