/**
 * The coordinator: takes a batch of its lane's messages and begins the saga of each. The record says first which execution has the
 * event, then the execution is started, then the message is acknowledged; whatever dies in between, a repeat does the rest, since
 * the name is made from what the event says and a name is started once. See docs/ledger.md, 9 and 10.
 */
import { RetryableError, TerminalError } from '../../../core/contracts/errors';
import type { Delivery } from '../../../core/contracts/lane-message';
import type { LedgerRecord, Outcome, Progress, RecordKey } from '../../../core/contracts/ledger';
import { decideBackoff } from '../../../core/policies/backoff';
import { decideRefusal } from '../../../core/policies/decide-refusal';
import { sagaOutcome } from '../../../core/policies/reconcile-coordinated';
import { unreactedOutcome } from '../../../core/policies/unreacted-outcome';
import type { Claims, Control, Executions, LaneQueue, Log, Quarantine, Records } from '../../../core/ports';
import type { Saga } from '../../../core/sagas';
import { askExecution } from '../../../core/sagas/ask-execution';
import { createPace, type Pace } from './pace';
import { type PlannedStart, planStart } from './plan-start';

export interface CoordinatorPorts {
  readonly records: Pick<Records, 'read' | 'commit' | 'putProgress' | 'noteError'>;
  readonly executions: Pick<Executions, 'start' | 'describe'>;
  readonly control: Pick<Control, 'lane' | 'putWatermark'>;
  readonly lanes: LaneQueue;
  readonly quarantine: Quarantine;
  readonly claims: Claims;
  readonly log: Log;
}

export interface CoordinatorSettings {
  readonly lane: string;
  readonly sagas: readonly Saga[];
  /** Records of a batch that are worked on at the same time. */
  readonly parallel: number;
  readonly startEveryMs: number;
  /** How soon the reconciler asks a new execution what became of it. */
  readonly askAfterMs: number;
}

export interface Tools {
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What became of one message. `returned` goes back to its queue; `held`, of a paused lane, was sent afresh. All else is acknowledged. */
export type BeginEnd = 'started' | 'exists' | 'repeat' | 'dead' | 'expired' | 'quarantined' | 'held' | 'returned';

export interface Ended {
  readonly delivery: Delivery;
  readonly end: BeginEnd;
}

export interface Began {
  readonly ended: readonly Ended[];
  /** Time that the batch spent waiting for its pace: no work, and no reason for another environment. */
  readonly pacedMs: number;
}

interface Coordinator {
  readonly ports: CoordinatorPorts;
  readonly settings: CoordinatorSettings;
  readonly tools: Tools;
  readonly pace: Pace;
  readonly untilMs: number;
}

const WATERMARK_EVERY_MS = 1_000;
/** How soon a lane that was resumed moves again. */
const PAUSE_SECONDS = 30;
/** Between reading a record and writing it another may write; so often it is looked at again. */
const MOST_TURNS = 4;

export function createCoordinator(ports: CoordinatorPorts, settings: CoordinatorSettings, tools: Tools) {
  const pace = createPace(settings.startEveryMs);
  let watermarkAtMs = Number.NEGATIVE_INFINITY;
  const putWatermark = async (batch: readonly Delivery[]): Promise<void> => {
    const nowMs = tools.now();
    if (batch.length === 0 || nowMs - watermarkAtMs < WATERMARK_EVERY_MS) return;
    watermarkAtMs = nowMs;
    await ports.control
      .putWatermark(settings.lane, Math.min(...batch.map((each) => each.sentAtMs)), nowMs)
      .catch((error: unknown) => ports.log.warn('the watermark was not written', { lane: settings.lane, error }));
  };
  const isPaused = async (): Promise<boolean> => {
    try {
      return (await ports.control.lane(settings.lane)).paused;
    } catch (error) {
      ports.log.warn('the control record was not read', { lane: settings.lane, error });
      return false;
    }
  };
  return async (batch: readonly Delivery[], untilMs = Number.POSITIVE_INFINITY): Promise<Began> => {
    const [paused] = await Promise.all([isPaused(), putWatermark(batch)]);
    let pacedMs = 0;
    const counted: Tools = {
      ...tools,
      sleep: async (ms) => {
        pacedMs = Math.max(pacedMs, tools.now() + ms - fromMs);
        await tools.sleep(ms);
      },
    };
    const coordinator = { ports, settings, tools: counted, pace, untilMs };
    const fromMs = tools.now();
    const work = paused ? hold : beginOrReturn;
    const ended: Ended[] = [];
    const queue = batch.values();
    const worker = async () => {
      for (const delivery of queue) ended.push({ delivery, end: await work(coordinator, delivery) });
    };
    await Promise.all(Array.from({ length: Math.min(settings.parallel, batch.length) }, worker));
    return { ended, pacedMs };
  };
}

/** A queue counts every receive: what was received before is sent afresh, so that a long pause does not end as dead letters. */
async function hold({ ports }: Coordinator, { message, receiptHandle, receiveCount }: Delivery): Promise<BeginEnd> {
  const { lane } = message.envelope;
  if (receiveCount > 1) {
    const again = { ...message, sendAttempt: message.sendAttempt + 1 };
    const failed = await ports.lanes.send(lane, [again], { delaySeconds: PAUSE_SECONDS }).catch(() => [0]);
    if (failed.length === 0) return 'held';
  }
  await ports.lanes.changeVisibility(lane, receiptHandle, PAUSE_SECONDS).catch(() => undefined);
  return 'returned';
}

async function beginOrReturn(coordinator: Coordinator, delivery: Delivery): Promise<BeginEnd> {
  try {
    return await begin(coordinator, delivery);
  } catch (error) {
    await giveBack(coordinator, delivery, error);
    return 'returned';
  }
}

async function begin(coordinator: Coordinator, delivery: Delivery): Promise<BeginEnd> {
  const { ports } = coordinator;
  const key = keyOf(delivery);
  // The first receive of most messages finds nothing: only then is the read saved.
  let [record] = delivery.receiveCount > 1 ? await ports.records.read([key]) : [];
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const end = await settleByRecord(coordinator, delivery, record);
    if (end !== undefined) return end;
    const done = record?.progress?.coordinated
      ? await startAgain(coordinator, delivery, record)
      : await decide(coordinator, delivery);
    if (done !== undefined) return done;
    [record] = await ports.records.read([key]);
  }
  throw new RetryableError(`the record changed ${MOST_TURNS} times`);
}

/** An outcome, or another body under the same identity: nothing is to be begun. */
async function settleByRecord(
  { ports, tools }: Coordinator,
  { message }: Delivery,
  record: LedgerRecord | undefined,
): Promise<BeginEnd | undefined> {
  const { envelope } = message;
  const { decision, reason } = decideRefusal(record, envelope, undefined);
  if (decision.action === 'acknowledge') return record?.outcome === undefined ? undefined : 'repeat';
  if (decision.action === 'retry') return undefined;
  if (decision.action !== 'quarantine') throw new RetryableError('a chain of units has the event');
  const { event, wayIn, tenant, key } = envelope;
  const entries = [{ raw: JSON.stringify(event), reason, wayIn, tenant, key }];
  await ports.quarantine.keep({ atMs: tools.now(), stage: 'coordination', entries });
  return 'quarantined';
}

/** `undefined`: the record has changed since it was looked at. */
async function decide(coordinator: Coordinator, delivery: Delivery): Promise<BeginEnd | undefined> {
  const { ports, settings, tools } = coordinator;
  const { envelope } = delivery.message;
  const expiry = envelope.event.expirytime;
  if (expiry !== undefined && Date.parse(expiry) <= tools.now())
    return end(coordinator, delivery, 'EXPIRED', 'its deadline passed before its saga began');
  let plan: PlannedStart;
  try {
    plan = await planStart(settings.sagas, envelope, ports.claims);
  } catch (error) {
    if (error instanceof TerminalError) return end(coordinator, delivery, 'DEAD', error.message);
    throw error;
  }
  const nowMs = tools.now();
  const progress: Progress = {
    position: { chain: plan.saga, version: 1, stage: 0, form: 'coordinated' },
    outputs: [],
    branches: {},
    bodyDigest: envelope.bodyDigest,
    committedAtMs: nowMs,
    coordinated: {
      execution: plan.execution,
      instance: plan.input.instance,
      dueAtMs: nowMs + settings.askAfterMs,
    },
  };
  if ((await ports.records.putProgress(keyOf(delivery), progress)) === 'refused') return undefined;
  return start(coordinator, delivery, plan, progress);
}

/** The record names an execution: whoever wrote that may have died before starting it. */
async function startAgain(
  coordinator: Coordinator,
  delivery: Delivery,
  { progress }: LedgerRecord,
): Promise<BeginEnd | undefined> {
  if (progress?.coordinated === undefined) return undefined;
  const begun = { run: progress.position.stage + 1, coordinated: progress.coordinated };
  const plan = await planStart(coordinator.settings.sagas, delivery.message.envelope, coordinator.ports.claims, begun);
  return start(coordinator, delivery, plan, progress);
}

async function start(
  coordinator: Coordinator,
  delivery: Delivery,
  plan: PlannedStart,
  progress: Progress,
): Promise<BeginEnd> {
  const { ports, pace, tools, untilMs } = coordinator;
  const nowMs = tools.now();
  const atMs = pace.take(nowMs);
  if (atMs > untilMs) throw new RetryableError('no time is left in this invocation', 0);
  if (atMs > nowMs) await tools.sleep(atMs - nowMs);
  const started = await ports.executions.start(plan.saga, plan.execution, plan.input);
  if (started === 'exists') await settleAsOther(coordinator, delivery, progress);
  return started;
}

/**
 * The name is taken: by an earlier delivery of this event, or by another event with its business key, which may have its outcome already.
 * Only a help: the reconciler asks what is not settled here.
 */
async function settleAsOther(
  { ports, tools, settings }: Coordinator,
  delivery: Delivery,
  progress: Progress,
): Promise<void> {
  const { envelope } = delivery.message;
  try {
    const asked = await askExecution(ports, envelope, progress);
    if (asked?.state !== 'other') return;
    const commit = sagaOutcome(envelope, progress, asked, tools.now());
    await ports.records.commit({ outcomes: [commit], contexts: [] }, `${delivery.messageId}-${delivery.receiveCount}`);
  } catch (error) {
    ports.log.warn('an event was not settled as the one with its key', { lane: settings.lane, error });
  }
}

/** The outcome of an event whose saga never begins; `undefined` where the record has moved on. */
async function end(
  { ports, tools }: Coordinator,
  delivery: Delivery,
  kind: 'DEAD' | 'EXPIRED',
  reason: string,
): Promise<BeginEnd | undefined> {
  const outcome: Outcome = unreactedOutcome(delivery.message.envelope, kind, reason, tools.now());
  const group = { outcomes: [{ ...keyOf(delivery), outcome, atMostStage: -1 }], contexts: [] };
  const result = await ports.records.commit(group, `${delivery.messageId}-${delivery.receiveCount}`);
  if (result.status === 'committed') return kind === 'DEAD' ? 'dead' : 'expired';
  if (result.status === 'conflict') throw new RetryableError('the commit met another one');
  return undefined;
}

/** The error is noted and the wait set; both are helps, without which the message comes back all the same. */
async function giveBack({ ports, tools, settings }: Coordinator, delivery: Delivery, error: unknown): Promise<void> {
  const { envelope } = delivery.message;
  const retryAfterSeconds = error instanceof RetryableError ? error.retryAfterSeconds : undefined;
  const { seconds } = decideBackoff({ failures: delivery.receiveCount }, { retryAfterSeconds }, tools).decision;
  try {
    const [record] = await ports.records.read([keyOf(delivery)]);
    const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    await ports.records.noteError(envelope, words.slice(0, 500), record?.attempts ?? 0);
    await ports.lanes.changeVisibility(envelope.lane, delivery.receiptHandle, seconds);
  } catch (failure) {
    ports.log.warn('an error was not noted', { lane: settings.lane, error: failure });
  }
}

function keyOf({ message: { envelope } }: Delivery): RecordKey {
  return { key: envelope.key, generation: envelope.generation };
}
