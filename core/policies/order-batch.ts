/**
 * The order in which a batch's records begin. Those whose deadline is near go first, earliest first; the others take turns by tenant, so
 * that one tenant's flood does not push another's single event to the end of the batch.
 */

export interface Queued {
  readonly tenant: string;
  /** Epoch milliseconds; absent for none. */
  readonly deadlineAtMs?: number | undefined;
}

/** A deadline is near when it is within this of now: earliest deadline first helps only where a deadline is at stake. */
export const NEAR_DEADLINE_MS = 5_000;

/** All of the items, each once. Within a tenant, and among equal deadlines, in the order received. */
export function orderBatch<Item extends Queued>(items: readonly Item[], { nowMs }: { readonly nowMs: number }): Item[] {
  const isNear = ({ deadlineAtMs }: Item) => deadlineAtMs !== undefined && deadlineAtMs - nowMs <= NEAR_DEADLINE_MS;
  const near = items.filter(isNear).sort((a, b) => (a.deadlineAtMs ?? 0) - (b.deadlineAtMs ?? 0));
  return [...near, ...takeTurns(items.filter((item) => !isNear(item)))];
}

function takeTurns<Item extends Queued>(items: readonly Item[]): Item[] {
  const turns = new Map<string, number>();
  const numbered = items.map((item, index) => {
    const turn = turns.get(item.tenant) ?? 0;
    turns.set(item.tenant, turn + 1);
    return { item, turn, index };
  });
  return numbered.sort((a, b) => a.turn - b.turn || a.index - b.index).map(({ item }) => item);
}
