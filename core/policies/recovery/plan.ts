/**
 * What is done about an incident, if anything. Pure: it sees the incident, what is true of its subject at this moment, the limits and the
 * switch. What a finding claims is never enough: each action asks what is true first.
 */
import type { ActionKind, BegunAction, Incident, RecoveryLimits, RecoveryMode } from '../../contracts/incident';
import type { OutcomeKind } from '../../contracts/ledger';
import type { Comparison } from '../compare-saga';
import { takeAction } from './limits';
import { MOST_REDRIVEN } from './redrivable';
import { type PolicyRow, type RecoverySettings, rowFor } from './settings';

const OFF = 'recovery is switched off';

export interface FunctionFacts {
  readonly on: 'function';
  /** Version that the alias names; `undefined`: there is no such function. */
  readonly live: string | undefined;
  readonly liveSinceMs: number;
  /** The newest published one before it. */
  readonly earlier: string | undefined;
  /** A deploy is warming another version. */
  readonly isShared: boolean;
  /** The same kind of fault is known of another version: this one did not bring it. */
  readonly isOlder: boolean;
  /** Of a runner's lane. */
  readonly isPaused: boolean;
  /** Of a lane's runner: events that died of it and were not sent again yet; asked only once something was done about it. */
  readonly dead?: number;
}

/** What a look at ledger, state and provider shows of an instance whose event has its outcome. */
export interface SettledFacts {
  readonly outcome: OutcomeKind;
  readonly comparison: Comparison | { readonly says: 'superseded'; readonly words: string };
  /** A person has ended its last execution where it stood. */
  readonly isStopped: boolean;
  /** It is DEAD for the first time, and its event can be sent again. */
  readonly isRedrivable?: boolean;
}

export interface SagaFacts {
  readonly on: 'saga';
  /** `running`: an execution works on it. `ended`: none does, and the event has no outcome. `settled`: it has one. */
  readonly status: 'running' | 'ended' | 'settled' | 'unknown';
  /** Of the last execution. */
  readonly run: number;
  /** It is stopped by a person. */
  readonly isPaused: boolean;
  /** Its execution runs for longer than its state machine gives it. */
  readonly isOverdue?: boolean;
  /** Of one that is settled; absent where it cannot be compared. */
  readonly settled?: SettledFacts;
}

export type Facts = FunctionFacts | SagaFacts;

export interface PlanInput {
  readonly incident: Incident;
  readonly facts: Facts;
  readonly mode: RecoveryMode;
}

export type Plan = { readonly reason: string } & (
  | { readonly decision: 'act'; readonly action: BegunAction; readonly limits: RecoveryLimits }
  | { readonly decision: 'wait'; readonly dueAtMs: number }
  /** Nothing is done, and recovery looks again only at the next finding. */
  | { readonly decision: 'watch' }
  | { readonly decision: 'resolve' }
  | { readonly decision: 'park' }
);

export interface PlanTools {
  readonly nowMs: number;
  readonly settings: RecoverySettings;
}

export function planRecovery(limits: RecoveryLimits, input: PlanInput, tools: PlanTools): Plan {
  const { incident, facts, mode } = input;
  if (incident.state === 'parked') return { decision: 'park', reason: 'a person must look' };
  if (incident.recentAtMs.length === 0) return { decision: 'watch', reason: 'nothing that was found is sure' };
  const held = heldLane(limits, incident, mode, tools);
  if (held !== undefined) return held;
  const over = facts.on === 'saga' ? sagaFirst(incident, facts, tools) : functionFirst(incident, facts);
  if (over !== undefined) return isOver(over, limits, input, tools);
  const row = rowFor(tools.settings.rows, rowOf(incident, facts), incident.kind);
  if (row === undefined) return { decision: 'watch', reason: `${incident.kind} here is dealt with by its own retries` };
  return byRow(limits, input, row, tools);
}

/** A lane that was stopped is let run again whatever else is found, and at no price: to stop it was a loan. */
function heldLane(
  limits: RecoveryLimits,
  { breaker, spent }: Incident,
  mode: RecoveryMode,
  { nowMs, settings }: PlanTools,
): Plan | undefined {
  if (breaker === undefined) return undefined;
  const { lane, untilMs } = breaker;
  if (untilMs > nowMs) return { decision: 'wait', dueAtMs: untilMs, reason: `lane ${lane} is stopped until then` };
  if (mode === 'off') return { decision: 'wait', dueAtMs: nowMs + settings.lookAgainMs, reason: OFF };
  const action: BegunAction = { kind: 'close-breaker', number: spent, atMs: nowMs };
  return { decision: 'act', action, limits, reason: `lane ${lane} is tried again` };
}

function rowOf({ subject }: Incident, facts: Facts): PolicyRow['on'] {
  if (subject.on === 'function') return subject.part;
  if (facts.on === 'function' || facts.settled === undefined) return 'saga';
  return facts.settled.outcome === 'DONE' ? 'done-saga' : 'undone-saga';
}

const STANDS =
  '`triage dlq redrive` gives one that is DEAD its next generation, which finds everything done and ends DONE; any other is a person’s to settle.';
const STOPPED = 'a person has stopped it, and something of it remains';
const OVERDUE = 'its execution runs for longer than it may: `triage saga show`, then `triage saga cancel`, or stop it';

function sagaFirst(incident: Incident, facts: SagaFacts, tools: PlanTools): Plan | undefined {
  const { nowMs, settings } = tools;
  switch (facts.status) {
    case 'settled':
      return settledFirst(incident, facts, tools);
    case 'running':
      if (facts.isOverdue) return { decision: 'park', reason: OVERDUE };
      return { decision: 'wait', dueAtMs: nowMs + settings.lookAgainMs, reason: 'an execution works on it' };
    case 'unknown':
      return { decision: 'park', reason: 'there is nothing that could be run again' };
    default:
      if (!facts.isPaused) return undefined;
      return { decision: 'wait', dueAtMs: nowMs + settings.lookAgainMs, reason: 'a person has paused it' };
  }
}

/** Nothing is left to do where all books agree; `undefined` where they do not, and a run may make them. */
function settledFirst(
  { spent, lastActedAtMs = 0 }: Incident,
  { settled, isPaused }: SagaFacts,
  { nowMs, settings }: PlanTools,
): Plan | undefined {
  if (settled === undefined) return { decision: 'resolve', reason: 'the event has its outcome' };
  const { comparison, isStopped } = settled;
  switch (comparison.says) {
    case 'agrees':
      return { decision: 'resolve', reason: 'the event has its outcome; ledger, state and provider agree' };
    case 'superseded':
      return { decision: 'resolve', reason: comparison.words };
    case 'unknown':
      if (spent === 0 || nowMs - lastActedAtMs > settings.unsureMs)
        return { decision: 'park', reason: `${comparison.words}. Ask there by the key.` };
      return { decision: 'wait', dueAtMs: nowMs + settings.lookAgainMs, reason: comparison.words };
    case 'stands':
      return { decision: 'park', reason: `${comparison.words}. ${STANDS}` };
    default:
      if (isStopped) return { decision: 'park', reason: STOPPED };
      return isPaused
        ? { decision: 'wait', dueAtMs: nowMs + settings.lookAgainMs, reason: 'a person has paused it' }
        : undefined;
  }
}

function functionFirst({ subject }: Incident, { live }: FunctionFacts): Plan | undefined {
  if (subject.on !== 'function') return undefined;
  if (live === subject.version || subject.version === '$LATEST') return undefined;
  return { decision: 'resolve', reason: `version ${subject.version} is not live any more` };
}

function byRow(limits: RecoveryLimits, { incident, facts, mode }: PlanInput, row: PolicyRow, tools: PlanTools): Plan {
  const { nowMs, settings } = tools;
  const rare = tooRare(incident, row, nowMs);
  if (rare !== undefined) return isOver(rare, limits, { incident, facts, mode }, tools);
  const action = incident.spent < settings.budget ? row.ladder[incident.spent] : undefined;
  if (action === undefined) return { decision: 'park', reason: parkedWords(incident, row) };
  const gate = gateOf(action, incident, facts, limits, tools);
  if (gate !== undefined) return gate;
  const notBeforeMs = (incident.lastActedAtMs ?? incident.openedAtMs) + (row.waitsMs[incident.spent] ?? 0);
  if (notBeforeMs > nowMs) return { decision: 'wait', dueAtMs: notBeforeMs, reason: `${action} is due then` };
  if (mode === 'off') return { decision: 'wait', dueAtMs: nowMs + settings.lookAgainMs, reason: OFF };
  const taken = takeAction(limits, settings, nowMs);
  if (!taken.ok) return { decision: 'wait', dueAtMs: taken.untilMs, reason: taken.reason };
  const reason = `${incident.kind}: action ${incident.spent + 1} of at most ${settings.budget}`;
  const after = noteRollback(taken.limits, action, incident, nowMs);
  return { decision: 'act', action: begun(action, incident, facts, nowMs), reason, limits: after };
}

/** The fault is gone, and what died of it is sent again; or the saga is whole, and only its event is DEAD. Otherwise as it was planned. */
function isOver(plan: Plan, limits: RecoveryLimits, { incident, facts, mode }: PlanInput, tools: PlanTools): Plan {
  const { nowMs, settings } = tools;
  const stands = facts.on === 'saga' && facts.settled?.comparison.says === 'stands' && facts.settled.isRedrivable;
  const died = facts.on === 'function' && plan.decision === 'resolve' ? facts.dead : undefined;
  if (!stands && died === undefined) return plan;
  if (incident.redrivenAtMs !== undefined && stands) return plan;
  if (incident.spent >= settings.budget && died !== 0)
    return stands
      ? plan
      : { decision: 'park', reason: `${died} events died of it: \`triage dlq list\`, then \`triage dlq redrive\`` };
  if (died !== undefined) {
    const dueAtMs = nextLookMs(incident, died, tools);
    if (dueAtMs > nowMs) return { decision: 'wait', dueAtMs, reason: `${plan.reason}; what died of it may come yet` };
    if (died === 0) return plan;
  }
  if (mode === 'off') return { decision: 'wait', dueAtMs: nowMs + settings.lookAgainMs, reason: OFF };
  const taken = takeAction(limits, settings, nowMs);
  if (!taken.ok) return { decision: 'wait', dueAtMs: taken.untilMs, reason: taken.reason };
  const reason = stands
    ? 'all of its saga is done, and only its event is DEAD'
    : `${plan.reason}; ${died} events died of it`;
  const action: BegunAction = { kind: 'redrive', number: incident.spent + 1, atMs: nowMs };
  return { decision: 'act', action, reason, limits: taken.limits };
}

/**
 * Of a fault that is gone: what failed of it for the last time waits out its backoff before it is dead-lettered. The first ones are sent
 * again as soon as they are seen, those after them together at the end, so that the budget suffices.
 */
function nextLookMs(
  { lastActedAtMs = 0, redrivenAtMs }: Incident,
  died: number,
  { nowMs, settings: { stragglersMs, lookAgainMs } }: PlanTools,
): number {
  const untilMs = lastActedAtMs + stragglersMs;
  if (nowMs >= untilMs || died > MOST_REDRIVEN) return nowMs;
  if (redrivenAtMs !== undefined) return untilMs;
  return died > 0 ? nowMs : Math.min(untilMs, nowMs + lookAgainMs);
}

function begun(kind: ActionKind, { spent }: Incident, facts: Facts, atMs: number): BegunAction {
  const action = { kind, number: spent + 1, atMs };
  if (facts.on === 'saga') return { ...action, run: facts.run + 1, ...(facts.settled && repairOf(facts.settled)) };
  return facts.earlier === undefined || kind !== 'roll-back' ? action : { ...action, version: facts.earlier };
}

function repairOf({ comparison }: SettledFacts): Pick<BegunAction, 'isRepair' | 'result'> {
  const wrong = comparison.says === 'disagrees' ? comparison.disagreements.find(({ result }) => result) : undefined;
  return { isRepair: true, ...(wrong?.result === undefined ? {} : { result: wrong.result }) };
}

function tooRare({ recentAtMs, spent }: Incident, { least }: PolicyRow, nowMs: number): Plan | undefined {
  if (least === undefined) return undefined;
  const { findings, withinMs } = least;
  const fresh = recentAtMs.filter((atMs) => atMs > nowMs - withinMs).length;
  if (spent > 0) return fresh > 0 ? undefined : { decision: 'resolve', reason: 'it was not found again' };
  if (fresh >= findings) return undefined;
  return { decision: 'watch', reason: `${fresh} of ${findings} findings within ${withinMs / 1_000} s` };
}

function parkedWords({ spent }: Incident, { ladder, remedy }: PolicyRow): string {
  return `${ladder.length === 0 ? 'no action helps here' : `${spent} actions did not help`}. ${remedy}`;
}

/** What must be true for this action. */
function gateOf(
  action: ActionKind,
  { subject, result }: Incident,
  facts: Facts,
  limits: RecoveryLimits,
  tools: PlanTools,
): Plan | undefined {
  if (action === 'mark-stale' && result === undefined)
    return { decision: 'park', reason: 'nobody says which result is wrong' };
  if (facts.on !== 'function' || subject.on !== 'function') return undefined;
  if (action === 'roll-back') return rollbackGate(facts, limits, tools);
  if (action === 'open-breaker' && subject.lane === undefined)
    return { decision: 'park', reason: 'it has no lane of its own that could be stopped' };
  if (action === 'open-breaker' && facts.isPaused) return { decision: 'park', reason: 'the lane is stopped already' };
  return undefined;
}

/** Only where the fault began with the version; one function at a time; never while a deploy is under way. */
function rollbackGate(facts: FunctionFacts, limits: RecoveryLimits, { nowMs, settings }: PlanTools): Plan | undefined {
  if (facts.isShared)
    return {
      decision: 'wait',
      dueAtMs: nowMs + settings.lookAgainMs,
      reason: 'its alias has routing weights: a deploy is under way',
    };
  if (facts.earlier === undefined) return { decision: 'park', reason: 'there is no earlier version to go back to' };
  if (nowMs - facts.liveSinceMs > settings.youngVersionMs)
    return { decision: 'park', reason: 'the version has been live for long: the fault did not begin with it' };
  if (facts.isOlder) return { decision: 'park', reason: 'an earlier version had the same fault' };
  const last = Math.max(0, ...Object.values(limits.rolledBackAtMs));
  const untilMs = last + settings.betweenRollbacksMs;
  if (last > 0 && untilMs > nowMs)
    return { decision: 'wait', dueAtMs: untilMs, reason: 'another function was rolled back a moment ago' };
  return undefined;
}

function noteRollback(
  limits: RecoveryLimits,
  action: ActionKind,
  { subject }: Incident,
  nowMs: number,
): RecoveryLimits {
  if (action !== 'roll-back' || subject.on !== 'function') return limits;
  const rolledBackAtMs = { [subject.functionName]: nowMs };
  return { ...limits, rolledBackAtMs };
}
