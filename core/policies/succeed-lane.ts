/** Which lane goes on with what waits for one that has left the configuration. */
import type { Envelope } from '../contracts/event';
import { decideLane, type RoutableLane } from './route';

/** What the configuration says now, as far as it tells where an event accepted earlier would go. */
export interface Succession {
  readonly lanes: readonly RoutableLane[];
  /** Pool of each configured way in, by name. Emitted events have none. */
  readonly poolByWay: Readonly<Record<string, string>>;
  /** For a class that has left the configuration with its lane. */
  readonly defaultClass: string;
}

/**
 * The lane that would take such events today. All events of an acceptance went to one lane, so the first one speaks for all. With
 * progress it must be a standard lane: ordered lanes are always fused. No decision: it cannot be told which pool's units know them.
 */
export function decideSuccessor(
  { lanes, poolByWay, defaultClass }: Succession,
  envelopes: readonly Envelope[],
  hasProgress: boolean,
): { readonly decision: string | undefined; readonly reason: string } {
  const [first] = envelopes;
  if (first === undefined) return { decision: undefined, reason: 'no event' };
  const pools = [...new Set(lanes.filter((each) => each.takes === undefined).map((each) => each.pool))];
  const pool = poolByWay[first.wayIn] ?? (pools.length === 1 ? pools[0] : undefined);
  if (pool === undefined) return { decision: undefined, reason: 'it cannot be told which pool follows' };
  const isClass = lanes.some((each) => each.pool === pool && each.priorityClass === first.priorityClass);
  const inOrder = !hasProgress && envelopes.every(({ event }) => event.partitionkey !== undefined);
  const { decision, reason } = decideLane({
    lanes,
    type: first.event.type,
    pool,
    priorityClass: isClass ? first.priorityClass : defaultClass,
    orderingKey: inOrder ? first.event.partitionkey : undefined,
  });
  return { decision: decision?.name, reason };
}
