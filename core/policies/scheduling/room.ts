/** What of an account's concurrency a lane may take now, with what the other lanes run, hold and keep warm. */
import type { LaneObservation } from '../../contracts/scheduling';

/** A lane as far as it takes room. */
export interface Taking {
  readonly lane: Pick<LaneObservation, 'capacity'> & {
    readonly terms: Pick<LaneObservation['terms'], 'weight' | 'floor'>;
  };
  /** Environments that run until the next step for what is there. */
  readonly pressing: number;
}

/**
 * Environments that the lane `own` may run at once beside its grant: all that the others neither run nor keep warm. An environment that is granted
 * and does not run takes nothing of the account, so what one lane holds for a burst carries another's, and whose burst it will be,
 * nobody knows. `granted` and `provisioned`: of each lane.
 */
export function freeFor(
  own: number,
  lanes: readonly Taking[],
  granted: readonly number[],
  provisioned: readonly number[],
  environments: number,
): number {
  const kept = lanes.map(({ pressing }, index) => {
    const most = granted[index] ?? 0;
    return index === own ? most : Math.min(most, Math.max(pressing, provisioned[index] ?? 0));
  });
  return Math.max(0, environments - sum(kept));
}

/** AWS refuses what is more than all lanes may have provisioned together, and what others hold they give back only later. */
export function leftByOthers(lanes: readonly Taking[], index: number, bound: number): number {
  const held = sum(lanes.map(({ lane }, at) => (at === index ? 0 : lane.capacity.provisionedRequested)));
  return Math.max(0, bound - held);
}

/**
 * The provisioned levels that may be asked for. What is asked for and not ready yet serves nobody, for minutes, and is taken out of the
 * account all the same: asked for in a burst, it would starve the lanes of what they run on. So no more is asked for than is idle beside
 * what is there, the heaviest lanes first; a floor, which is a person's promise, always.
 */
export function withinIdle(wanted: readonly number[], lanes: readonly Taking[], environments: number): number[] {
  const taken = lanes.map(({ lane: { capacity }, pressing }) => {
    const coming = Math.max(0, capacity.provisionedRequested - capacity.provisionedAllocated);
    return Math.max(pressing, capacity.provisionedAllocated) + coming;
  });
  let idle = Math.max(0, environments - sum(taken));
  const levels = [...wanted];
  const heaviestFirst = lanes
    .map(({ lane }, index) => ({ ...lane, index }))
    .sort((a, b) => b.terms.weight - a.terms.weight || a.index - b.index);
  for (const { terms, capacity, index } of heaviestFirst) {
    const level = wanted[index] ?? 0;
    const held = capacity.provisionedRequested;
    levels[index] = Math.min(level, Math.max(held + idle, terms.floor));
    idle -= Math.min(idle, Math.max(0, level - held));
  }
  return levels;
}

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
