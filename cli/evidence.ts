/** Gathers what the audit compares. */
import { type Configuration, visibilityTimeoutSeconds } from '../core/contracts/configuration';
import type { JournalEntry } from '../core/contracts/journal';
import type { AuditInput, Depths } from '../core/policies/audit';
import type { Connection } from './connection';
import { type QueueDepths, readDepths, total } from './readers/depths';
import { readAcceptances, readContexts, readEffects, readRecords } from './readers/ledger';
import { readQuarantine } from './readers/quarantine';

/** The publisher's stream is behind for longer than this only when something is wrong with it. */
const PUBLISH_BOUND_MS = 60_000;

export async function readEvidence(
  connection: Connection,
  scope: { readonly journal?: readonly JournalEntry[]; readonly window?: { fromMs: number; toMs: number } },
): Promise<AuditInput> {
  // Effects before records before acceptances: what is written in between then has its cause among what is read after it.
  const [effects, contexts] = await Promise.all([readEffects(connection), readContexts(connection)]);
  const records = await readRecords(connection);
  const acceptances = await readAcceptances(connection);
  const [quarantine, depths] = await Promise.all([
    readQuarantine(connection, scope.window?.fromMs, scope.window?.toMs),
    readDepths(connection),
  ]);
  return {
    nowMs: Date.now(),
    ...boundsOf(connection.configuration),
    publishBoundMs: PUBLISH_BOUND_MS,
    ...scope,
    acceptances,
    records,
    effects,
    contexts,
    quarantine: quarantine.flatMap((each) => each.entries),
    depths: summed(connection.configuration, depths),
  };
}

/** Hand-off, all receives, and as many sweeps as the reconciler may send again. */
export function boundsOf({ lanes, reconciler }: Configuration) {
  const boundMs = (lane: Configuration['lanes'][number]) =>
    1000 *
    (reconciler.handOffBoundSeconds +
      lane.maxReceiveCount * visibilityTimeoutSeconds(lane) +
      2 * reconciler.everySeconds) *
    (1 + reconciler.resendBudget);
  const boundMsByLane = Object.fromEntries(lanes.map((lane) => [lane.name, boundMs(lane)]));
  return { boundMsByLane, defaultBoundMs: Math.max(...Object.values(boundMsByLane)) };
}

/** A pool's suspects are in flight as well; they are counted with each lane of the pool, since any of them may own them. */
function summed({ lanes }: Configuration, depths: QueueDepths): Depths {
  const others = Object.entries(depths.otherDeadLetters);
  return {
    intake: total(depths.intake.express) + total(depths.intake.standard),
    intakeDeadLetters: others.reduce((sum, [, depth]) => sum + depth, 0),
    unpublished: {
      waiting: total(depths.unpublished.queue),
      givenUp: total(depths.unpublished.deadLetters),
    },
    lanes: Object.fromEntries(
      lanes.map(({ name, pool }) => {
        const lane = depths.lanes[name];
        const suspects = depths.suspects[pool];
        const held = lane ? total(lane.queue) + total(lane.deadLetters) : 0;
        return [name, held + (suspects ? total(suspects) : 0)];
      }),
    ),
  };
}
