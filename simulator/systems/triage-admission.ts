/** Triage's admission at ingestion, on the policies that ingestion runs: classes are shed from the lowest while delay is long. */
import { DEFAULT_OVERLOAD, decideOverload, firstOverload } from '../../core/policies/overload';
import { decideShed, NOTHING_SHED } from '../../core/policies/shed';
import type { Scenario } from '../evaluation/scenario';
import { ADMIT, type Admission, type LaneView, SHED } from '../platform/policy';

/** Ingestion looks every five seconds, each worker for itself, and has deadlines and a bound on what a lane holds: none of that is modelled. */
const EVERY_SECONDS = 1;

/** Lanes in the order of their classes, the most urgent first. */
export function triageAdmission({ classes }: Pick<Scenario, 'classes'>) {
  let overload = firstOverload(0);
  let looked = Number.NEGATIVE_INFINITY;
  let delays: number[] = [];
  const weights = classes.reduce((sum, each) => sum + each.weight, 0);
  const shed = classes.map(() => NOTHING_SHED);
  return (lane: LaneView, all: readonly LaneView[], nowSeconds: number): Admission => {
    if (nowSeconds - looked >= EVERY_SECONDS) {
      looked = nowSeconds;
      delays = all.map((each) => (Number.isNaN(each.oldestSinceSeconds) ? 0 : nowSeconds - each.oldestSinceSeconds));
      const observed = classes.map((each, rank) => ({
        lane: each.name,
        rank,
        delaySeconds: delays[rank] ?? 0,
        objectiveSeconds: each.objectiveSeconds,
      }));
      overload = decideOverload(
        overload,
        { classes: classes.length, delays: observed },
        { nowMs: nowSeconds * 1000 },
      ).state;
    }
    if (overload.level === 0) return ADMIT;
    const decided = decideShed(shed[lane.index] ?? NOTHING_SHED, {
      rank: lane.index,
      classes: classes.length,
      level: overload.level,
      weightShare: (classes[lane.index]?.weight ?? 0) / weights,
      delaySeconds: delays[lane.index] ?? 0,
      tooLongSeconds: DEFAULT_OVERLOAD.targetShareOfObjective * (classes[lane.index]?.objectiveSeconds ?? 0),
    });
    shed[lane.index] = decided.state;
    return decided.decision === 'shed' ? SHED : ADMIT;
  };
}
