/**
 * What this worker knows of its lanes: how much waits in each, and how far each is behind. Looked at every few seconds, in memory
 * only; from it come the bound of a lane, and which classes are shed.
 */
import type { LaneRoute } from '../../../core/contracts/functions';
import { type AdmissionState, needsObservation, observed } from '../../../core/policies/admit';
import { DEFAULT_OVERLOAD, decideOverload, firstOverload, type OverloadState } from '../../../core/policies/overload';
import { decideShed, NOTHING_SHED, type ShedState } from '../../../core/policies/shed';
import type { Control, LaneWatermark, Log } from '../../../core/ports';
import { isLate, type Placed } from './place';

interface Seen {
  readonly admission: AdmissionState;
  readonly delaySeconds: number;
}

export interface LaneWatch {
  /** Looks again at every lane of these lanes' pools where the last look is too old. A lane that cannot be looked at is unknown. */
  look(lanes: readonly LaneRoute[], nowMs: number): Promise<void>;
  admission(lane: string): AdmissionState | undefined;
  admitted(lane: string, state: AdmissionState): void;
  /** Why the event is given up at once; `undefined` for one that goes on. Ordered lanes shed nothing: a gap would end their order. */
  shedReason(placed: Placed, nowMs: number): string | undefined;
}

export interface WatchSettings {
  readonly lanes: readonly LaneRoute[];
  /** Most urgent first. */
  readonly classes: readonly { readonly name: string }[];
  /** `null` sheds nothing. */
  readonly shedAboveShareOfObjective: number | null;
}

export function createLaneWatch(
  { control, log }: { readonly control: Pick<Control, 'watermark'>; readonly log: Log },
  { lanes, classes, shedAboveShareOfObjective }: WatchSettings,
): LaneWatch {
  const seen = new Map<string, Seen>();
  const overloads = new Map<string, OverloadState>();
  const sheds = new Map<string, ShedState>();
  const rankOf = ({ priorityClass }: LaneRoute) => classes.findIndex(({ name }) => name === priorityClass);
  const lanesOf = (pool: string) => lanes.filter((each) => each.pool === pool);
  const shareOf = (lane: LaneRoute) => lane.weight / lanesOf(lane.pool).reduce((sum, each) => sum + each.weight, 0);

  const lookAt = async (lane: LaneRoute, nowMs: number) => {
    try {
      const watermark = await control.watermark(lane.name);
      seen.set(lane.name, { admission: observed(watermark.backlog, nowMs), delaySeconds: delayOf(watermark, nowMs) });
    } catch (error) {
      seen.delete(lane.name);
      log.warn('backlog could not be read, admitting', { lane: lane.name, error });
    }
  };
  const judge = (pool: string, nowMs: number, targetShareOfObjective: number) => {
    const delays = lanesOf(pool).flatMap((lane) => {
      const known = seen.get(lane.name);
      const { objectiveSeconds } = lane;
      return known === undefined
        ? []
        : [{ lane: lane.name, rank: rankOf(lane), delaySeconds: known.delaySeconds, objectiveSeconds }];
    });
    const before = overloads.get(pool) ?? firstOverload(nowMs);
    const { state, decision, reason } = decideOverload(
      before,
      { classes: classes.length, delays, settings: { ...DEFAULT_OVERLOAD, targetShareOfObjective } },
      { nowMs },
    );
    if (decision.level !== before.level) log.warn('shedding changed', { pool, classes: decision.level, reason });
    overloads.set(pool, state);
  };

  return {
    look: async (touched, nowMs) => {
      for (const pool of new Set(touched.map((each) => each.pool))) {
        const old = lanesOf(pool).filter((each) => needsObservation(seen.get(each.name)?.admission, nowMs));
        if (old.length === 0) continue;
        await Promise.all(old.map((each) => lookAt(each, nowMs)));
        if (shedAboveShareOfObjective !== null) judge(pool, nowMs, shedAboveShareOfObjective);
      }
    },
    admission: (lane) => seen.get(lane)?.admission,
    admitted: (lane, admission) => {
      const known = seen.get(lane);
      if (known !== undefined) seen.set(lane, { ...known, admission });
    },
    shedReason: ({ lane, draft }, nowMs) => {
      const known = seen.get(lane.name);
      if (shedAboveShareOfObjective === null || lane.ordered) return undefined;
      if (known === undefined || isLate(draft.event, nowMs)) return undefined;
      const { expirytime } = draft.event;
      const { decision, reason, state } = decideShed(sheds.get(lane.name) ?? NOTHING_SHED, {
        rank: rankOf(lane),
        classes: classes.length,
        level: overloads.get(lane.pool)?.level ?? 0,
        weightShare: shareOf(lane),
        delaySeconds: known.delaySeconds,
        tooLongSeconds: shedAboveShareOfObjective * lane.objectiveSeconds,
        slackSeconds: expirytime === undefined ? undefined : (Date.parse(expirytime) - nowMs) / 1000,
      });
      sheds.set(lane.name, state);
      return decision === 'shed' ? reason : undefined;
    },
  };
}

/** Age of the oldest message of the last batch, whole seconds. Nothing waits in an empty lane, whatever was seen before. */
function delayOf({ backlog, oldestSentAtMs, seenAtMs }: LaneWatermark, nowMs: number): number {
  if (backlog === 0 || seenAtMs === 0) return 0;
  return Math.max(0, Math.round((nowMs - oldestSentAtMs) / 1000));
}
