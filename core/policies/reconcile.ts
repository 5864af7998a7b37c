/**
 * What to do about one open acceptance. It is not a second deadline: an event is sent again only where it was never handed over,
 * or where the lane has passed it by more than all the receives that its message could have had. What a saga has is left alone until
 * its execution has ended for certain; then the execution is asked.
 */
import type { Envelope, LaneMessage } from '../contracts/event';
import type { Acceptance, LedgerRecord, OutcomeCommit } from '../contracts/ledger';
import type { LaneWatermark } from '../ports';
import { type AskedExecution, isCoordinated, isMissing, type Mending, mendSagas } from './reconcile-coordinated';
import { decideSuccessor, type Succession } from './succeed-lane';
import { unreactedOutcome } from './unreacted-outcome';

export interface LaneView {
  readonly paused: boolean;
  readonly watermark: LaneWatermark;
  /** All receives of one message take no longer than this. */
  readonly patienceMs: number;
}

export interface ReconcileSettings {
  readonly handOffBoundMs: number;
  /** How many times one acceptance is sent again before its open events are DEAD. */
  readonly resendBudget: number;
  /** Where the events of a lane that is no longer configured go. */
  readonly succession: Succession;
}

export interface ReconcileInput {
  readonly acceptance: Acceptance;
  /** Records of its events; absent ones left out. */
  readonly records: readonly LedgerRecord[];
  /** `undefined`: the lane is no longer configured. */
  readonly lane: LaneView | undefined;
  readonly settings: ReconcileSettings;
  /** What became of the executions of overdue sagas, by `<key>#<generation>`. Those that were not asked are waited for. */
  readonly executions?: ReadonlyMap<string, AskedExecution>;
}

export type ReconcileDecision =
  | { readonly decision: 'close'; readonly reason: string }
  | { readonly decision: 'wait'; readonly reason: string; readonly dueAtMs: number }
  | {
      readonly decision: 'resend';
      readonly reason: string;
      readonly dueAtMs: number;
      readonly messages: readonly LaneMessage[];
    }
  /** On in another lane, from where the record stands. */
  | {
      readonly decision: 'move';
      readonly reason: string;
      readonly lane: string;
      readonly dueAtMs: number;
      readonly messages: readonly LaneMessage[];
    }
  | { readonly decision: 'give-up'; readonly reason: string; readonly commits: readonly OutcomeCommit[] }
  /** Sagas whose executions ended without an outcome: they run again, or get it after all. */
  | ({ readonly decision: 'mend'; readonly reason: string } & Mending);

interface OpenEvent {
  readonly envelope: Envelope;
  readonly record: LedgerRecord | undefined;
}

export function reconcile(input: ReconcileInput, { nowMs }: { readonly nowMs: number }): ReconcileDecision {
  const { acceptance, lane, settings } = input;
  const all = openEvents(input);
  if (all.length === 0) return { decision: 'close', reason: 'every event has an outcome' };
  const mending = mendSagas(all, input.executions, nowMs);
  if (mending.reruns.length + mending.commits.length > 0)
    return { decision: 'mend', reason: 'executions ended without an outcome', ...mending };
  const open = all.filter(({ envelope, record }) => !isCoordinated(record) || isMissing(envelope, input.executions));
  const wait = (reason: string, patienceMs: number): ReconcileDecision => ({
    decision: 'wait',
    reason,
    dueAtMs: dueAtMs(all, nowMs, waitMs(acceptance, patienceMs, settings, nowMs)),
  });
  if (open.length === 0) return wait('a saga has it', settings.handOffBoundMs);
  if (!lane) return moveOrGiveUp(acceptance, open, settings, nowMs);
  if (lane.paused) return wait('the lane is paused', lane.patienceMs);
  const lost = acceptance.handedOver ? open.filter((each) => isPassed(each, acceptance, lane, nowMs)) : open;
  if (lost.length === 0) return wait('in flight: the lane has not passed it yet', lane.patienceMs);
  const why = acceptance.handedOver ? 'the lane has passed it by more than all its receives' : 'never handed over';
  if (acceptance.resends >= settings.resendBudget)
    return giveUp(lost, `no outcome after ${acceptance.resends + 1} sends: ${why}`, nowMs);
  return {
    decision: 'resend',
    reason: why,
    dueAtMs: nowMs + settings.handOffBoundMs,
    messages: lost.map((each) => messageOf(each, acceptance)),
  };
}

/** Its queue is gone or has no runner any more. Should a message of it still be run, the ledger's conditions see to it. */
function moveOrGiveUp(
  acceptance: Acceptance,
  open: readonly OpenEvent[],
  settings: ReconcileSettings,
  nowMs: number,
): ReconcileDecision {
  const why = `lane ${acceptance.lane} is no longer configured`;
  const hasProgress = open.some(({ record }) => record?.progress !== undefined);
  const envelopes = open.map(({ envelope }) => envelope);
  const { decision: lane, reason } = decideSuccessor(settings.succession, envelopes, hasProgress);
  if (lane === undefined) return giveUp(open, `${why}, and ${reason}`, nowMs);
  const moved = (each: OpenEvent) => messageOf({ ...each, envelope: { ...each.envelope, lane } }, acceptance);
  const dueAtMs = nowMs + settings.handOffBoundMs;
  return { decision: 'move', reason: why, lane, dueAtMs, messages: open.map(moved) };
}

function openEvents({ acceptance, records }: ReconcileInput): OpenEvent[] {
  return acceptance.envelopes.flatMap((envelope) => {
    const record = records.find((each) => each.key === envelope.key && each.generation === envelope.generation);
    return record?.outcome ? [] : [{ envelope, record }];
  });
}

/** An empty lane has passed everything up to now; else the oldest message that its runner saw tells how far it is. */
function isPassed({ record }: OpenEvent, acceptance: Acceptance, lane: LaneView, nowMs: number): boolean {
  const sentAtMs = Math.max(acceptance.acceptedAtMs, acceptance.resentAtMs ?? 0, record?.progress?.committedAtMs ?? 0);
  const passedMs = lane.watermark.backlog === 0 ? nowMs : Math.min(nowMs, lane.watermark.oldestSentAtMs);
  return passedMs - sentAtMs > lane.patienceMs;
}

/** Looks again after half its age, so that a long backlog is not rewritten in every sweep. */
function waitMs(acceptance: Acceptance, patienceMs: number, settings: ReconcileSettings, nowMs: number): number {
  const halfAgeMs = Math.floor((nowMs - acceptance.acceptedAtMs) / 2);
  return Math.max(settings.handOffBoundMs, Math.min(halfAgeMs, patienceMs));
}

/** Not later than the first of its sagas is due. */
function dueAtMs(events: readonly OpenEvent[], nowMs: number, waitMs: number): number {
  const dues = events.flatMap(({ record }) => record?.progress?.coordinated?.dueAtMs ?? []);
  const next = dues.filter((each) => each > nowMs);
  return Math.min(nowMs + waitMs, ...next);
}

/** One that no execution was started for begins anew. The position without a branch: the runner sends the missing branches of that stage, or the join where none is missing. */
function messageOf({ envelope, record }: OpenEvent, acceptance: Acceptance): LaneMessage {
  const position = isCoordinated(record) ? undefined : record?.progress?.position;
  return { v: 1, envelope, ...(position ? { position } : {}), sendAttempt: acceptance.resends + 2 };
}

function giveUp(events: readonly OpenEvent[], why: string, nowMs: number): ReconcileDecision {
  const commits = events.map(({ envelope, record }): OutcomeCommit => {
    const lastError = record?.lastError === undefined ? '' : `; last error: ${record.lastError}`;
    return {
      key: envelope.key,
      generation: envelope.generation,
      outcome: unreactedOutcome(envelope, 'DEAD', `${why}${lastError}`, nowMs),
      // No progress was there: any would be further on.
      atMostStage: record?.progress?.position.stage ?? -1,
    };
  });
  return { decision: 'give-up', reason: why, commits };
}
