/** Recovery's actions over ports. Each may be repeated: what it goes to was settled when it began, and what is done already is seen. */
import type { BegunAction, Incident, Subject } from '../../../core/contracts/incident';
import type { LedgerRecord } from '../../../core/contracts/ledger';
import type { StateRead } from '../../../core/contracts/state';
import { MOST_REDRIVEN } from '../../../core/policies/recovery/redrivable';
import type {
  Acceptances,
  Control,
  Deployments,
  Executions,
  LaneQueue,
  LaneSwitch,
  Records,
  StateStore,
} from '../../../core/ports';
import { repair } from '../../../core/sagas/repair';
import { rerun } from '../../../core/sagas/rerun';
import type { Performed } from './core';
import { diedOf } from './died-of';
import { lastSplitMs, splitInFlight } from './in-flight';
import { type Redrivable, type RedriveSettings, redriveEvents } from './redrive';

export interface ActionPorts {
  readonly states: Pick<StateStore, 'markStale'>;
  readonly records: Pick<Records, 'read' | 'latest' | 'dead' | 'putProgress'>;
  readonly executions: Pick<Executions, 'describe' | 'start'>;
  readonly control: Pick<Control, 'putPaused' | 'holdForm'>;
  readonly lanes: LaneSwitch;
  readonly deployments: Deployments;
  readonly acceptances: Pick<Acceptances, 'open' | 'read' | 'accept' | 'markHandedOver'>;
  readonly queues: Pick<LaneQueue, 'send'>;
}

export interface ActionSettings {
  /** How soon the reconciler asks a run that recovery began. */
  readonly sagaAskAfterMs: number;
  /** As a redrive by hand has them. */
  readonly redrive: RedriveSettings;
  /** By lane: its runner's time-out; absent for an ordered lane, whose chains are always fused. */
  readonly splitTimeoutSeconds: Readonly<Record<string, number>>;
}

type Of<On extends Subject['on']> = Extract<Subject, { readonly on: On }>;
/** Longer than until the next look. */
const HOLD_LONGER_MS = 120_000;

const done = (words: string): Performed => ({ status: 'done', words });
const waits = (words: string): Performed => ({ status: 'waits', words });
const failed = (words: string): Performed => ({ status: 'failed', words });

export async function perform(
  ports: ActionPorts,
  settings: ActionSettings,
  incident: Incident,
  action: BegunAction,
  nowMs: number,
): Promise<Performed> {
  const { subject } = incident;
  if (action.kind === 'mark-stale') return markStale(ports, incident.result, nowMs);
  if (action.kind === 'redrive') return redrive(ports, settings.redrive, incident, action, nowMs);
  if (subject.on === 'saga' && action.isRepair) return repairRun(ports, subject, action, nowMs);
  if (subject.on === 'saga') return runAgain(ports, settings, subject, action, nowMs);
  switch (action.kind) {
    case 'open-breaker':
      return switchLane(ports, subject.lane, true);
    case 'close-breaker':
      return switchLane(ports, incident.breaker?.lane ?? subject.lane, false);
    case 'roll-back':
      return rollBack(ports, settings, subject, action, nowMs);
    default:
      return failed(`${action.kind} is nothing for a function`);
  }
}

/** Readers learn of it by the table's stream. A version that is not current any more needs no mark. */
async function markStale({ states }: ActionPorts, result: StateRead | undefined, nowMs: number): Promise<Performed> {
  if (result === undefined) return failed('nobody says which result is wrong');
  const { key, version } = result;
  const reason = 'recovery found that it disagrees with what was done';
  const answer = await states.markStale({ key, ifVersion: version, reason }, nowMs);
  if (answer.status === 'conflict') return waits('the store was busy');
  if (answer.status === 'marked') return done(`${key.name} version ${version} is stale`);
  return done(`${key.name} version ${version} is not current any more: ${answer.why}`);
}

/** The run's number was settled at the beginning: where it is there, whoever began it, nothing is begun. */
async function runAgain(
  ports: ActionPorts,
  { sagaAskAfterMs }: ActionSettings,
  { event }: Of<'saga'>,
  { kind, run = 0 }: BegunAction,
  nowMs: number,
): Promise<Performed> {
  const [record] = await ports.records.read([event]);
  const stage = record?.progress?.position.stage;
  if (stage !== undefined && stage + 1 >= run) return done(`run ${stage + 1} is there already`);
  const intent = kind === 'compensate' ? { intent: 'compensate' as const } : {};
  const answer = await rerun(ports, event, { nowMs, askAfterMs: sagaAskAfterMs, ...intent });
  if (answer.status === 'started') return done(`run ${answer.run} has begun: ${answer.execution}`);
  return answer.status === 'moved-on' ? waits('the record moved on') : done(`nothing to run: ${answer.status}`);
}

/** A result that is current is believed by the steps, so the wrong one is marked first; then a run does again what does not stand. */
async function repairRun(
  ports: ActionPorts,
  { event }: Of<'saga'>,
  { run = 0, result }: BegunAction,
  nowMs: number,
): Promise<Performed> {
  const marked = result === undefined ? done('nothing to mark') : await markStale(ports, result, nowMs);
  if (marked.status !== 'done') return marked;
  const answer = await repair(ports, event, run);
  if (answer.status === 'started' || answer.status === 'exists')
    return done(`${result === undefined ? '' : `${marked.words}; `}run ${run} has begun: ${answer.execution}`);
  return done(`nothing to run: ${answer.status}`);
}

/**
 * As `triage dlq redrive`: what died until the action began gets its next generation. A repeat finds those that have it already, and an
 * acceptance that was written already; should one of them be sent twice all the same, it is one generation of one event.
 */
async function redrive(
  { records, acceptances, queues }: ActionPorts,
  settings: RedriveSettings,
  incident: Incident,
  { atMs }: BegunAction,
  nowMs: number,
): Promise<Performed> {
  const { subject } = incident;
  const died = subject.on === 'saga' ? await records.read([subject.event]) : await diedOf(records, incident, atMs);
  const given = await Promise.all(died.slice(0, MOST_REDRIVEN).map((record) => withEnvelope(acceptances, record)));
  const results = await redriveEvents({ records, acceptances, lanes: queues }, given, settings, nowMs);
  const accepted = results.filter(({ result }) => result.startsWith('accepted'));
  const ids = accepted.map(({ id }) => id).join(', ');
  const rest = died.length > MOST_REDRIVEN ? '; there are more: `triage dlq redrive`' : '';
  return done(`${accepted.length} events have their next generation${ids === '' ? '' : `: ${ids}`}${rest}`);
}

async function withEnvelope(acceptances: Pick<Acceptances, 'read'>, record: LedgerRecord): Promise<Redrivable> {
  const { key, generation, outcome } = record;
  const acceptance = outcome?.acceptance === undefined ? undefined : await acceptances.read(outcome.acceptance);
  const envelope = acceptance?.envelopes.find((each) => each.key === key && each.generation === generation);
  return envelope === undefined ? { record } : { record, envelope };
}

/** The control record comes first both ways, as for a person's `lane pause`. */
async function switchLane(ports: ActionPorts, lane: string | undefined, paused: boolean): Promise<Performed> {
  if (lane === undefined) return failed('it has no lane of its own');
  await ports.control.putPaused(lane, paused);
  const stands = await ports.lanes.set(lane, !paused);
  if (!stands) return waits(`the mapping of lane ${lane} is being switched`);
  return done(paused ? `lane ${lane} is stopped: its events wait` : `lane ${lane} runs again`);
}

/** By the way of `triage rollback`: the lane begins its chains fused until none is in flight that the older version may not know. */
async function rollBack(
  ports: ActionPorts,
  { splitTimeoutSeconds }: ActionSettings,
  { functionName, lane, version }: Of<'function'>,
  { version: target, atMs }: BegunAction,
  nowMs: number,
): Promise<Performed> {
  const deployment = await ports.deployments.read(functionName);
  if (deployment === undefined || target === undefined) return failed('there is nothing to go back to');
  if (deployment.live === target) return done(`version ${target} is live`);
  if (deployment.live !== version && version !== '$LATEST') return failed(`version ${deployment.live} is live by now`);
  if (Object.keys(deployment.weights).length > 0) return failed('a deploy is under way');
  const timeoutSeconds = lane === undefined ? undefined : splitTimeoutSeconds[lane];
  if (lane !== undefined && timeoutSeconds !== undefined) {
    const waitMs = lastSplitMs(timeoutSeconds);
    await ports.control.holdForm(lane, 'fused', nowMs + waitMs + HOLD_LONGER_MS);
    if (nowMs < atMs + waitMs) return waits(`lane ${lane} begins its chains fused`);
    const inFlight = await splitInFlight(ports, lane, nowMs);
    if (inFlight > 0) return waits(`${inFlight} split chains of lane ${lane} are in flight`);
  }
  const isMoved = await ports.deployments.move(functionName, target, deployment.revision);
  return isMoved ? done(`from version ${deployment.live} to ${target}`) : failed('somebody moved the alias meanwhile');
}
