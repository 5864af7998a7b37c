/** Which lane of the pool takes an event. */

export interface RoutableLane {
  readonly name: string;
  readonly pool: string;
  readonly priorityClass: string;
  readonly ordered: boolean;
}

export interface RouteInput<L extends RoutableLane> {
  readonly lanes: readonly L[];
  readonly pool: string;
  readonly priorityClass: string;
  /** The event's `partitionkey`. */
  readonly orderingKey: string | undefined;
}

/** With an ordering key, the class's ordered lane if the pool has one; else its standard lane. No decision: the pool has neither. */
export function decideLane<L extends RoutableLane>(
  input: RouteInput<L>,
): { readonly decision: L | undefined; readonly reason: string } {
  const { lanes, pool, priorityClass, orderingKey } = input;
  const candidates = lanes.filter((each) => each.pool === pool && each.priorityClass === priorityClass);
  const ordered = orderingKey === undefined ? undefined : candidates.find((each) => each.ordered);
  if (ordered !== undefined) return { decision: ordered, reason: 'ordering key' };
  const standard = candidates.find((each) => !each.ordered);
  return standard === undefined
    ? { decision: undefined, reason: `pool ${pool} has no standard lane for class ${priorityClass}` }
    : { decision: standard, reason: 'class' };
}
