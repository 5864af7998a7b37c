/**
 * The monitor: reads what the functions of this environment log, how executions end, and which functions have an alarm; writes what is wrong into
 * incidents, and wakes recovery for those that it has to look at. What it loses the reconciler finds.
 */
import { type FunctionAlarm, parseAlarmEvent } from '../../../core/contracts/alarm-event';
import type { Finding } from '../../../core/contracts/incident';
import { decodeLogs, type LogBatch } from '../../../core/contracts/log-record';
import { parseSagaIdentity, parseStatusEvent, type StatusEvent } from '../../../core/contracts/status-event';
import { type Diagnosed, diagnose } from '../../../core/policies/monitor/diagnose';
import { placeOf } from '../../../core/policies/monitor/place';
import { type MonitorState, NOTHING_SEEN } from '../../../core/policies/monitor/state';
import { findingOfAlarm, findingOfLog, findingOfStatus } from '../../../core/policies/recovery/finding';
import type { Part } from '../../../core/policies/recovery/part';
import type { Executions, Log, MonitorStates } from '../../../core/ports';
import { type NotePorts, note } from './note';

/** The handler may not look into policies. */
export { partOf } from '../../../core/policies/recovery/part';

export interface MonitorPorts extends NotePorts {
  readonly states: MonitorStates;
  readonly executions: Pick<Executions, 'describe'>;
}

export interface MonitorSettings {
  /** Functions whose names begin so are watched. */
  readonly prefix: string;
  /** Functions whose logs are never read: the monitor's own, and recovery's, which works because of what is found. */
  readonly deaf: readonly string[];
  /** Logs one known error each minute: it proves that the way from log to monitor lives. */
  readonly canary: string;
  readonly partOf: (functionName: string) => Part;
}

export interface Watched {
  readonly diagnoses: number;
  readonly suspicions: number;
  readonly canaries: number;
  /** Payloads, or events in them, that could not be read. */
  readonly refused: number;
  /** From the log line, or the execution's end, until now: of diagnoses. */
  readonly delaysMs: readonly number[];
}

const NOTHING: Watched = { diagnoses: 0, suspicions: 0, canaries: 0, refused: 0, delaysMs: [] };
const MOST_TRIES = 8;
/** What was only healthy is stored so often. */
const STORE_EVERY_MS = 10_000;
/** Of the state as JSON: packed it stays below DynamoDB's 400 KB however little it can be packed. */
const MOST_STATE_CHARACTERS = 300_000;

export const CANARY_ERROR = 'CanaryError';

interface Known {
  readonly state: MonitorState;
  readonly version: number;
  readonly storedAtMs: number;
}

export type Watch = (payload: unknown) => Promise<Watched>;

/** Keeps each function's part of the state between batches; the stored one counts where another writer was first. */
export function createMonitor(
  ports: MonitorPorts,
  settings: MonitorSettings,
  { now }: { readonly now: () => number },
): Watch {
  const known = new Map<string, Known>();
  const diagnoseBatch = async (batch: LogBatch, functionName: string): Promise<readonly Diagnosed[]> => {
    for (let tries = 1; ; tries++) {
      const before = known.get(functionName) ?? (await load(ports, functionName));
      const rules = { prefix: settings.prefix, self: settings.deaf[0] ?? '' };
      const { decisions, state } = diagnose(before.state, batch, { nowMs: now(), settings: rules });
      const isNews = decisions.some(({ decision }) => decision.decision !== 'none');
      if (!isNews && now() - before.storedAtMs < STORE_EVERY_MS) {
        known.set(functionName, { ...before, state });
        return decisions;
      }
      if (await ports.states.put(functionName, packed(state), before.version)) {
        known.set(functionName, { state, version: before.version + 1, storedAtMs: now() });
        return decisions;
      }
      known.delete(functionName);
      // The findings matter more than the memory: a repeat of them changes nothing.
      if (tries >= MOST_TRIES) return decisions;
    }
  };
  return async (payload) => {
    const status = parseStatusEvent(payload);
    if (status !== undefined) return watchStatus(ports, settings, status, now());
    const alarm = parseAlarmEvent(payload);
    if (alarm !== undefined) return watchAlarm(ports, settings, alarm, now());
    const decoded = decodeLogs(payload);
    if (!decoded.ok) {
      ports.log.warn('a delivery was refused', { ...decoded.refusal });
      return { ...NOTHING, refused: 1 };
    }
    if (decoded.type === 'control') return NOTHING;
    const { batch, refused } = decoded;
    const place = placeOf(batch.logGroup, batch.logStream);
    if (place === undefined || settings.deaf.includes(place.functionName)) return { ...NOTHING, refused: 1 };
    const decisions = await diagnoseBatch(batch, place.functionName);
    if (place.functionName === settings.canary) return { ...NOTHING, canaries: canariesIn(decisions) };
    const part = settings.partOf(place.functionName);
    const findings = decisions.flatMap(({ decision }) => findingOfLog(decision, part) ?? []);
    await note(ports, findings, now());
    return { ...tally(findings, now()), refused: refused.length };
  };
}

async function load({ states, log }: MonitorPorts, functionName: string): Promise<Known> {
  const { state, version } = await states.read(functionName);
  return { state: state === undefined ? NOTHING_SEEN : parsed(state, log), version, storedAtMs: 0 };
}

/** A memory that cannot be read is none: until the next starts, failures are suspicions. */
function parsed(state: string, log: Log): MonitorState {
  try {
    const value = JSON.parse(state) as Partial<MonitorState>;
    if (Array.isArray(value.seen) && typeof value.streams === 'object') return value as MonitorState;
  } catch {
    // Said below.
  }
  log.warn("the monitor's memory was not readable, it starts anew", { characters: state.length });
  return NOTHING_SEEN;
}

/** Of what does not fit the older half goes, as often as it takes. */
function packed(state: MonitorState): string {
  const text = JSON.stringify(state);
  if (text.length <= MOST_STATE_CHARACTERS) return text;
  const streams = Object.entries(state.streams);
  return packed({
    streams: Object.fromEntries(streams.slice(Math.ceil(streams.length / 2))),
    seen: state.seen.slice(Math.ceil(state.seen.length / 2)),
  });
}

const canariesIn = (decisions: readonly Diagnosed[]): number =>
  decisions.filter(({ decision }) => decision.decision === 'diagnosis' && decision.diagnosis.errorName === CANARY_ERROR)
    .length;

async function watchStatus(
  ports: MonitorPorts,
  { prefix }: MonitorSettings,
  event: StatusEvent,
  nowMs: number,
): Promise<Watched> {
  const { stateMachineArn, name, input } = event.detail;
  const machine = stateMachineArn.slice(stateMachineArn.lastIndexOf(':') + 1);
  if (!machine.startsWith(prefix)) return { ...NOTHING, refused: 1 };
  const saga = machine.slice(prefix.length);
  const given = typeof input === 'string' ? json(input) : (await ports.executions.describe(saga, name))?.input;
  const identity = parseSagaIdentity(given);
  if (identity === undefined || identity.saga !== saga) return { ...NOTHING, refused: 1 };
  const finding = findingOfStatus(event, identity, nowMs);
  if (finding === undefined) return NOTHING;
  await note(ports, [finding], nowMs);
  return { ...NOTHING, diagnoses: 1 };
}

async function watchAlarm(
  ports: MonitorPorts,
  { prefix, partOf }: MonitorSettings,
  alarm: FunctionAlarm,
  nowMs: number,
): Promise<Watched> {
  if (!alarm.functionName.startsWith(prefix)) return { ...NOTHING, refused: 1 };
  await note(ports, [findingOfAlarm(alarm, partOf(alarm.functionName), nowMs)], nowMs);
  return { ...NOTHING, diagnoses: 1 };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tally(findings: readonly Finding[], nowMs: number): Watched {
  const diagnoses = findings.filter(({ standing }) => standing === 'diagnosis');
  return {
    ...NOTHING,
    diagnoses: diagnoses.length,
    suspicions: findings.length - diagnoses.length,
    delaysMs: diagnoses.map(({ atMs }) => Math.max(0, nowMs - atMs)),
  };
}
