/** What provisioned environments may be had: within the account's bound, and within the cost ceiling. */
import type { LaneObservation } from '../../contracts/scheduling';
import { provisionedDollarsPerHour } from './prices';

export interface Wanted {
  readonly lane: LaneObservation;
  readonly wanted: number;
  /** Of those wanted, the ones without which it would have to start others. */
  readonly needed: number;
}

/**
 * Takes environments away one lane after the other, the least weight first, until bound and ceiling hold: in all lanes first those
 * that only ease, then those that are needed, and never below a lane's floor. Floors are what a person has promised: they stay even
 * where they break the ceiling.
 */
export function capProvisionedCost(
  lanes: readonly Wanted[],
  bound: number,
  ceilingDollarsPerHour: number | null,
): number[] {
  const floor = ({ lane }: Wanted) => lane.terms.floor;
  const eased = takeAway(lanes, (each) => Math.max(floor(each), each.needed), bound, ceilingDollarsPerHour);
  return takeAway(
    lanes.map((each, index) => ({ ...each, wanted: eased[index] ?? 0 })),
    floor,
    bound,
    ceilingDollarsPerHour,
  );
}

function takeAway(
  lanes: readonly Wanted[],
  least: (wanted: Wanted) => number,
  bound: number,
  ceilingDollarsPerHour: number | null,
): number[] {
  const levels = lanes.map(({ wanted }) => wanted);
  const dollars = lanes.map(({ lane }) => provisionedDollarsPerHour(lane.terms.memoryMegabytes));
  const lightestFirst = lanes.map((_, index) => index).sort((a, b) => weightOf(lanes, a) - weightOf(lanes, b));
  for (const index of lightestFirst) {
    const level = levels[index] ?? 0;
    const own = lanes[index];
    const floor = own === undefined ? 0 : least(own);
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
