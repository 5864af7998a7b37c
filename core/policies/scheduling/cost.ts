/** What provisioned environments may be had: within the account's bound, and within the cost ceiling. */
import type { LaneObservation } from '../../contracts/scheduling';
import { provisionedDollarsPerHour } from './prices';

export interface Wanted {
  readonly lane: LaneObservation;
  readonly wanted: number;
}

/**
 * Takes environments away one lane after the other, the least weight first and never below a lane's floor, until bound and ceiling
 * hold. Floors are what a person has promised: they stay even where they break the ceiling.
 */
export function capProvisionedCost(
  lanes: readonly Wanted[],
  bound: number,
  ceilingDollarsPerHour: number | null,
): number[] {
  const levels = lanes.map(({ wanted }) => wanted);
  const dollars = lanes.map(({ lane }) => provisionedDollarsPerHour(lane.terms.memoryMegabytes));
  const lightestFirst = lanes.map((_, index) => index).sort((a, b) => weightOf(lanes, a) - weightOf(lanes, b));
  for (const index of lightestFirst) {
    const level = levels[index] ?? 0;
    const floor = lanes[index]?.lane.terms.floor ?? 0;
    const over = sum(levels) - bound;
    const overDollars =
      ceilingDollarsPerHour === null
        ? 0
        : sum(levels.map((each, at) => each * (dollars[at] ?? 0))) - ceilingDollarsPerHour;
    const tooMany = Math.max(0, over, Math.ceil(overDollars / (dollars[index] ?? 1) - 1e-9));
    levels[index] = Math.max(Math.min(level, floor), level - tooMany);
  }
  return levels;
}

const weightOf = (lanes: readonly Wanted[], index: number) => lanes[index]?.lane.terms.weight ?? 0;
const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
