/**
 * Recovery of one incident: take it, look at what is true, plan, write the action down with its price, act, write down its end. Whoever
 * finds an action whose end nobody knows does it again under the same number; every action is made so that a repeat changes nothing.
 */
import type {
  ActionKind,
  BegunAction,
  Incident,
  RecoveryLimits,
  TimelineEntry,
} from '../../../core/contracts/incident';
import { FIRST_LIMITS, noteResult } from '../../../core/policies/recovery/limits';
import { withEntry } from '../../../core/policies/recovery/note';
import { type Facts, type Plan, planRecovery } from '../../../core/policies/recovery/plan';
import type { RecoverySettings } from '../../../core/policies/recovery/settings';
import type { Incidents, Log } from '../../../core/ports';

/** `waits`: not done yet, the same call is to be repeated. */
export interface Performed {
  readonly status: 'done' | 'waits' | 'failed';
  readonly words: string;
}

export interface RecoveryPorts {
  readonly incidents: Incidents;
  /** What is true of the incident's subject now. */
  look(incident: Incident): Promise<Facts>;
  /** Safe to repeat: the same action of the same incident has one effect. */
  perform(incident: Incident, action: BegunAction): Promise<Performed>;
  readonly log: Log;
}

export interface Tools {
  readonly now: () => number;
}

export type Treated =
  /** There was nothing to do, or nobody knows it. */
  | 'nothing'
  /** Another recovery has it. */
  | 'held'
  | 'waits'
  | 'watching'
  | 'parked'
  | 'resolved'
  | 'off'
  | 'done'
  | 'failed';

/** The monitor notes findings meanwhile, and each note is a write: so often what is there is read again. */
const MOST_TRIES = 8;
/** An action that is still not done by then has failed. */
const PATIENCE_MS = 600_000;

export async function recover(
  ports: RecoveryPorts,
  settings: RecoverySettings,
  id: string,
  tools: Tools,
): Promise<Treated> {
  const found = await ports.incidents.read(id);
  const nowMs = tools.now();
  if (found?.dueAtMs === undefined || found.dueAtMs > nowMs) return 'nothing';
  if (found.leaseUntilMs > nowMs) return 'held';
  const mine = { ...found, token: found.token + 1, leaseUntilMs: nowMs + settings.leaseMs };
  if (!(await ports.incidents.put(mine, found))) return 'held';
  const recovery: Recovery = { ports, settings, tools, id, token: mine.token };
  if (mine.action !== undefined) return resume(recovery, mine.action);
  return planAndAct(recovery, await ports.look(mine));
}

/** One recovery's hold on one incident. */
interface Recovery {
  readonly ports: RecoveryPorts;
  readonly settings: RecoverySettings;
  readonly tools: Tools;
  readonly id: string;
  readonly token: number;
}

async function planAndAct(recovery: Recovery, facts: Facts): Promise<Treated> {
  const { ports, settings, tools } = recovery;
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const [incident, { limits = FIRST_LIMITS, version }, mode] = await Promise.all([
      held(recovery),
      ports.incidents.limits(),
      ports.incidents.mode(),
    ]);
    if (incident === undefined) return 'held';
    const plan = planRecovery(limits, { incident, facts, mode }, { nowMs: tools.now(), settings });
    if (plan.decision !== 'act') return settle(recovery, incident, plan);
    const next = begin(incident, plan.action, plan.reason, settings);
    const answer = await ports.incidents.begin(next, incident, { next: plan.limits, version });
    if (answer === 'begun') return act(recovery, next, plan.action);
    if (answer === 'off') return letGo(recovery, 'off');
  }
  return letGo(recovery, 'waits');
}

/** A lane counts as stopped from the moment that somebody may have stopped it, so that it is surely let run again. */
function begin(incident: Incident, action: BegunAction, reason: string, settings: RecoverySettings): Incident {
  const { kind, number, atMs } = action;
  const lane = incident.subject.on === 'function' ? incident.subject.lane : undefined;
  const untilMs = atMs + settings.laneBreakMs * 2 ** (number - 1);
  return withEntry(
    {
      ...incident,
      action,
      spent: Math.max(incident.spent, number),
      lastActedAtMs: atMs,
      ...(kind === 'open-breaker' && lane !== undefined ? { breaker: { lane, sinceMs: atMs, untilMs } } : {}),
    },
    { atMs, what: 'begun', action: kind, words: reason },
  );
}

/** The switch is asked again: what was begun before it was turned off is not done after it. */
async function resume(recovery: Recovery, action: BegunAction): Promise<Treated> {
  if ((await recovery.ports.incidents.mode()) === 'off') return letGo(recovery, 'off');
  const incident = await held(recovery);
  return incident === undefined ? 'held' : act(recovery, incident, action);
}

async function act(recovery: Recovery, incident: Incident, action: BegunAction): Promise<Treated> {
  const performed = await recovery.ports.perform(incident, action).catch((error: unknown): Performed => {
    recovery.ports.log.warn('a recovery action failed', { incident: recovery.id, action: action.kind, error });
    return { status: 'failed', words: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  });
  const nowMs = recovery.tools.now();
  if (performed.status === 'waits' && nowMs - action.atMs < PATIENCE_MS)
    return letGo(recovery, 'waits', { atMs: nowMs, what: 'waits', action: action.kind, words: performed.words });
  const isDone = performed.status === 'done';
  await noteLimits(recovery, isDone);
  const entry: TimelineEntry = {
    atMs: nowMs,
    what: isDone ? 'done' : 'failed',
    action: action.kind,
    words: performed.words,
  };
  const isWritten = await change(recovery, (latest) => ended(latest, action.kind, isDone, entry, recovery.settings));
  return isWritten ? (isDone ? 'done' : 'failed') : 'held';
}

function ended(
  { action, breaker, ...incident }: Incident,
  kind: ActionKind,
  isDone: boolean,
  entry: TimelineEntry,
  { lookAgainMs }: RecoverySettings,
): Incident {
  const isClosed = kind === 'close-breaker' && isDone;
  return withEntry(
    {
      ...incident,
      ...(breaker === undefined || isClosed ? {} : { breaker }),
      ...(kind === 'redrive' && isDone && action !== undefined ? { redrivenAtMs: action.atMs } : {}),
      dueAtMs: entry.atMs + lookAgainMs,
      leaseUntilMs: 0,
    },
    entry,
  );
}

/** Only a help: what is not counted here the token bucket and the cap have counted all the same. */
async function noteLimits({ ports, settings, tools }: Recovery, isDone: boolean): Promise<void> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const { limits = FIRST_LIMITS, version } = await ports.incidents.limits();
    const next: RecoveryLimits = noteResult(limits, isDone, settings, tools.now());
    if (next.failures === limits.failures && next.brokenUntilMs === limits.brokenUntilMs) return;
    if (await ports.incidents.putLimits(next, version)) return;
  }
}

const TREATED = { wait: 'waits', watch: 'watching', resolve: 'resolved', park: 'parked' } as const;
const STATE = { wait: 'open', watch: 'watching', resolve: 'resolved', park: 'parked' } as const;

/** No action: said in the timeline where it is not what was said last. A finding that came since is looked at once more. */
async function settle(
  recovery: Recovery,
  planned: Incident,
  plan: Exclude<Plan, { readonly decision: 'act' }>,
): Promise<Treated> {
  const atMs = recovery.tools.now();
  const what = TREATED[plan.decision];
  const isWritten = await change(recovery, ({ dueAtMs: _due, ...latest }) => {
    const isNews = latest.findings > planned.findings && latest.state !== 'parked';
    const dueAtMs = isNews ? atMs : plan.decision === 'wait' ? plan.dueAtMs : undefined;
    const next: Incident = {
      ...latest,
      state: isNews ? 'open' : STATE[plan.decision],
      leaseUntilMs: 0,
      ...(dueAtMs === undefined ? {} : { dueAtMs }),
    };
    const said = latest.timeline.at(-1);
    if (said?.what === what && said.words === plan.reason) return next;
    return withEntry(next, { atMs, what, words: plan.reason });
  });
  return isWritten ? what : 'held';
}

/** Gives the incident back as it is, to be looked at again. */
async function letGo(recovery: Recovery, treated: Treated, entry?: TimelineEntry): Promise<Treated> {
  const dueAtMs = recovery.tools.now() + recovery.settings.lookAgainMs / 3;
  const isWritten = await change(recovery, (latest) => {
    const next = { ...latest, leaseUntilMs: 0, dueAtMs };
    const said = latest.timeline.at(-1);
    if (entry === undefined || (said?.what === entry.what && said.words === entry.words)) return next;
    return withEntry(next, entry);
  });
  return isWritten ? treated : 'held';
}

/** The incident as it is now, while it is still this recovery's. */
async function held({ ports, id, token }: Recovery): Promise<Incident | undefined> {
  const incident = await ports.incidents.read(id);
  return incident?.token === token ? incident : undefined;
}

/** Changes what is there at this moment; `false` where another recovery has taken it. */
async function change(recovery: Recovery, to: (latest: Incident) => Incident): Promise<boolean> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const latest = await held(recovery);
    if (latest === undefined) return false;
    if (await recovery.ports.incidents.put(to(latest), latest)) return true;
  }
  return false;
}
