/**
 * One sweep over the open acceptances that are due: close, wait, send again, move to another lane, settle what a saga owes, or give
 * up; and look whether what sagas have left agrees with their outcomes. Bounded; what is left comes next time.
 */
import type { LaneMessage } from '../../../core/contracts/event';
import type { Acceptance, LedgerRecord, OutcomeCommit } from '../../../core/contracts/ledger';
import {
  type LaneView,
  type ReconcileDecision,
  type ReconcileSettings,
  reconcile,
} from '../../../core/policies/reconcile';
import type { Acceptances, Control, Executions, LaneQueue, Records } from '../../../core/ports';
import type { WatchedSaga } from '../../../core/sagas';
import { rerun } from '../../../core/sagas/rerun';
import { askExecutions } from './ask-executions';
import { type LookBudget, type LookPorts, lookAtOpen, lookAtSettled, lookBudget } from './look';

/** Acceptances per sweep: an oldest-first bound, so that one sweep ends well before the next. */
export const MOST_PER_SWEEP = 2000;

export interface ReconcilerPorts extends LookPorts {
  readonly acceptances: Acceptances;
  readonly records: Records;
  readonly control: Control;
  readonly lanes: LaneQueue;
  readonly executions: Pick<Executions, 'describe' | 'start'>;
}

export interface ReconcilerSettings extends ReconcileSettings {
  /** Acceptances that are worked on at the same time. */
  readonly parallelAcceptances: number;
  /** By lane: a message unseen for longer is lost. A lane that is missing here is no longer configured. */
  readonly lanePatienceMs: Readonly<Record<string, number>>;
  /** Whose outcomes are compared with what they have left. */
  readonly sagas: readonly WatchedSaga[];
  /** How soon a saga that was run again is asked for. */
  readonly sagaAskAfterMs: number;
}

export interface Sweep {
  readonly due: number;
  readonly closed: number;
  readonly waiting: number;
  readonly resentEvents: number;
  readonly deadEvents: number;
  /** Events whose saga ended without an outcome: those that run again, and those that got one after all. */
  readonly rerunEvents: number;
  readonly settledEvents: number;
  /** Sagas with an outcome that were looked at, and those of which something does not agree with it. */
  readonly lookedAt: number;
  readonly disagreeing: number;
  /** Acceptances that another sweep, or an error, took away from this one. */
  readonly left: number;
}

const NOTHING: Omit<Sweep, 'due'> = {
  closed: 0,
  waiting: 0,
  resentEvents: 0,
  deadEvents: 0,
  rerunEvents: 0,
  settledEvents: 0,
  lookedAt: 0,
  disagreeing: 0,
  left: 0,
};

/** Closes, repairs and gives up, in the order of due times. Throws nothing for one acceptance: the next sweep meets it again. */
export async function sweep(
  ports: ReconcilerPorts,
  settings: ReconcilerSettings,
  { now }: { readonly now: () => number },
): Promise<Sweep> {
  const due = await ports.acceptances.open(now(), MOST_PER_SWEEP);
  const views = laneViews(ports, settings);
  const budget = lookBudget();
  let total: Sweep = { due: due.length, ...NOTHING };
  const errors: string[] = [];
  for (let from = 0; from < due.length; from += settings.parallelAcceptances) {
    const part = due.slice(from, from + settings.parallelAcceptances);
    const records = await readRecords(ports.records, part);
    const tallies = await Promise.all(
      part.map((each) =>
        treat({ ports, settings, viewOf: views, budget }, each, records, now).catch((error: unknown) => {
          errors.push(error instanceof Error ? error.message : String(error));
          return { left: 1 };
        }),
      ),
    );
    total = tallies.reduce(add, total);
  }
  const fields = { ...total, ...(errors.length === 0 ? {} : { errors: errors.slice(0, 5) }) };
  if (errors.length === 0) ports.log.info('sweep', fields);
  else ports.log.error('sweep with errors', fields);
  return total;
}

/** Most are done, which a read at half the price shows; only of those that do not look done the truth is asked. */
async function readRecords(records: Records, acceptances: readonly Acceptance[]): Promise<readonly LedgerRecord[]> {
  const keys = acceptances.flatMap((each) => each.envelopes.map(({ key, generation }) => ({ key, generation })));
  const done = (await records.readEventually(keys)).filter((each) => each.outcome !== undefined);
  const doneIds = new Set(done.map(({ key, generation }) => `${key}#${generation}`));
  const unsure = keys.filter(({ key, generation }) => !doneIds.has(`${key}#${generation}`));
  return unsure.length === 0 ? done : [...done, ...(await records.read(unsure))];
}

/** Each lane is asked about once per sweep. */
function laneViews(ports: ReconcilerPorts, settings: ReconcilerSettings) {
  const views = new Map<string, Promise<LaneView | undefined>>();
  const look = async (lane: string): Promise<LaneView | undefined> => {
    const patienceMs = settings.lanePatienceMs[lane];
    if (patienceMs === undefined) return undefined;
    const [control, watermark] = await Promise.all([ports.control.lane(lane), ports.control.watermark(lane)]);
    return { paused: control.paused, watermark, patienceMs };
  };
  return (lane: string): Promise<LaneView | undefined> => {
    const view = views.get(lane) ?? look(lane);
    views.set(lane, view);
    return view;
  };
}

interface Sweeping {
  readonly ports: ReconcilerPorts;
  readonly settings: ReconcilerSettings;
  readonly viewOf: (lane: string) => Promise<LaneView | undefined>;
  readonly budget: LookBudget;
}

async function treat(
  sweeping: Sweeping,
  acceptance: Acceptance,
  records: readonly LedgerRecord[],
  now: () => number,
): Promise<Partial<Sweep>> {
  const { ports, settings, viewOf } = sweeping;
  const nowMs = now();
  const isOpen = acceptance.envelopes.some(
    ({ key, generation }) =>
      !records.some((each) => each.key === key && each.generation === generation && each.outcome),
  );
  const lane = isOpen ? await viewOf(acceptance.lane) : undefined;
  const executions = await askExecutions(ports, acceptance, records, nowMs);
  if (executions.size > 0) await lookAtOpen(ports, settings, records, executions, nowMs);
  const decision = reconcile({ acceptance, records, lane, settings, executions }, { nowMs });
  switch (decision.decision) {
    case 'close':
      return lookAndWait(sweeping, acceptance, records, undefined, nowMs);
    case 'wait':
      return lookAndWait(sweeping, acceptance, records, decision.dueAtMs, nowMs);
    case 'resend':
      return resend(ports, acceptance, decision, nowMs);
    case 'move':
      return move(ports, acceptance, decision, nowMs);
    case 'give-up':
      return { deadEvents: await commitAll(ports, decision.commits) };
    case 'mend':
      return mend(ports, settings, decision, nowMs);
  }
}

/** `waitMs`: when to come back for those without an outcome; absent: all have one, and the acceptance is closed after the last look. */
async function lookAndWait(
  { ports, settings, budget }: Sweeping,
  acceptance: Acceptance,
  records: readonly LedgerRecord[],
  waitMs: number | undefined,
  nowMs: number,
): Promise<Partial<Sweep>> {
  const at = { acceptance, records, isClosing: waitMs === undefined };
  const { looked, disagreeing, dueAtMs } = await lookAtSettled(ports, settings, at, budget, nowMs);
  const counts = { lookedAt: looked, disagreeing };
  if (waitMs === undefined && dueAtMs === undefined) {
    await ports.acceptances.close(acceptance.key, nowMs);
    return { ...counts, closed: 1 };
  }
  const nextMs = Math.min(waitMs ?? Number.POSITIVE_INFINITY, dueAtMs ?? Number.POSITIVE_INFINITY);
  const moved = await ports.acceptances.moveDue(acceptance.key, acceptance.dueAtMs, nextMs);
  return moved ? { ...counts, waiting: 1 } : { ...counts, left: 1 };
}

/** Whoever moves the due time sends; marked handed over only when every send succeeded. */
async function resend(
  ports: ReconcilerPorts,
  acceptance: Acceptance,
  decision: Extract<ReconcileDecision, { decision: 'resend' }>,
  nowMs: number,
): Promise<Partial<Sweep>> {
  const mine = await ports.acceptances.moveDue(acceptance.key, acceptance.dueAtMs, decision.dueAtMs, nowMs);
  if (!mine) return { left: 1 };
  return sendAgain(ports, acceptance, acceptance.lane, decision.messages);
}

/** From then on the acceptance is the other lane's, whose runner and watermark tell how far it is. */
async function move(
  ports: ReconcilerPorts,
  { key, dueAtMs }: Acceptance,
  decision: Extract<ReconcileDecision, { decision: 'move' }>,
  nowMs: number,
): Promise<Partial<Sweep>> {
  const mine = await ports.acceptances.moveLane(key, dueAtMs, decision.dueAtMs, decision.lane, nowMs);
  if (!mine) return { left: 1 };
  return sendAgain(ports, { key, handedOver: false }, decision.lane, decision.messages);
}

async function sendAgain(
  ports: ReconcilerPorts,
  { key, handedOver }: Pick<Acceptance, 'key' | 'handedOver'>,
  lane: string,
  messages: readonly LaneMessage[],
): Promise<Partial<Sweep>> {
  const failed = await ports.lanes.send(lane, messages);
  if (failed.length === 0 && !handedOver) await ports.acceptances.markHandedOver(key);
  return { resentEvents: messages.length - failed.length, left: failed.length > 0 ? 1 : 0 };
}

/** A rerun that somebody else began first changes nothing. */
async function mend(
  ports: ReconcilerPorts,
  { sagaAskAfterMs }: ReconcilerSettings,
  { reruns, commits }: Extract<ReconcileDecision, { decision: 'mend' }>,
  nowMs: number,
): Promise<Partial<Sweep>> {
  let rerunEvents = 0;
  for (const key of reruns) {
    const { status } = await rerun(ports, key, { nowMs, askAfterMs: sagaAskAfterMs });
    if (status === 'started') rerunEvents += 1;
  }
  return { rerunEvents, settledEvents: await commitAll(ports, commits) };
}

/** How many were written. A refusal means that the event moved after all: the next sweep looks again. */
async function commitAll(ports: ReconcilerPorts, commits: readonly OutcomeCommit[]): Promise<number> {
  let written = 0;
  for (const commit of commits) {
    const attemptId = `reconcile-${commit.key.slice(0, 16)}-${commit.generation}`;
    const result = await ports.records.commit({ outcomes: [commit], contexts: [] }, attemptId);
    if (result.status === 'committed') written += 1;
  }
  return written;
}

function add(total: Sweep, part: Partial<Sweep>): Sweep {
  return {
    due: total.due,
    closed: total.closed + (part.closed ?? 0),
    waiting: total.waiting + (part.waiting ?? 0),
    resentEvents: total.resentEvents + (part.resentEvents ?? 0),
    deadEvents: total.deadEvents + (part.deadEvents ?? 0),
    rerunEvents: total.rerunEvents + (part.rerunEvents ?? 0),
    settledEvents: total.settledEvents + (part.settledEvents ?? 0),
    lookedAt: total.lookedAt + (part.lookedAt ?? 0),
    disagreeing: total.disagreeing + (part.disagreeing ?? 0),
    left: total.left + (part.left ?? 0),
  };
}
