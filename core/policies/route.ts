/** Which lane takes an event. */

export interface RoutableLane {
  readonly name: string;
  readonly pool: string;
  readonly priorityClass: string;
  readonly ordered: boolean;
  /** Of a lane that runs sagas: the event types that it takes, exact or a prefix ending in `*`. No other event goes there. */
  readonly takes?: readonly string[] | undefined;
}

export interface RouteInput<L extends RoutableLane> {
  readonly lanes: readonly L[];
  readonly type: string;
  readonly pool: string;
  readonly priorityClass: string;
  /** The event's `partitionkey`. */
  readonly orderingKey: string | undefined;
}

/**
 * A lane that runs sagas takes its types from everywhere. Every other event stays in its pool: with an ordering key, in the class's
 * ordered lane if there is one; else in its standard lane. No decision: the pool has neither.
 */
export function decideLane<L extends RoutableLane>(
  input: RouteInput<L>,
): { readonly decision: L | undefined; readonly reason: string } {
  const { lanes, type, pool, priorityClass, orderingKey } = input;
  const coordinated = lanes.find((each) => each.takes?.some((taken) => isOfType(type, taken)));
  if (coordinated !== undefined) return { decision: coordinated, reason: 'type' };
  const candidates = lanes.filter(
    (each) => each.takes === undefined && each.pool === pool && each.priorityClass === priorityClass,
  );
  const ordered = orderingKey === undefined ? undefined : candidates.find((each) => each.ordered);
  if (ordered !== undefined) return { decision: ordered, reason: 'ordering key' };
  const standard = candidates.find((each) => !each.ordered);
  return standard === undefined
    ? { decision: undefined, reason: `pool ${pool} has no standard lane for class ${priorityClass}` }
    : { decision: standard, reason: 'class' };
}

const isOfType = (type: string, taken: string): boolean =>
  taken.endsWith('*') ? type.startsWith(taken.slice(0, -1)) : type === taken;
