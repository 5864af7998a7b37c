/** What is true of an incident's subject now: of the ledger, the execution and the books outside, or of the function's alias. */
import type { Incident, Subject } from '../../../core/contracts/incident';
import type { LedgerRecord } from '../../../core/contracts/ledger';
import { incidentId } from '../../../core/policies/recovery/note';
import type { Facts, FunctionFacts, SagaFacts } from '../../../core/policies/recovery/plan';
import { isRedrivable } from '../../../core/policies/recovery/redrivable';
import { targetVersion } from '../../../core/policies/rollback-target';
import type { Control, Deployments, Executions, Incidents, Records, SagaControl } from '../../../core/ports';
import type { WatchedSaga } from '../../../core/sagas';
import { type ExaminePorts, examine, isSettled } from '../../../core/sagas/examine';
import { lastRun } from '../../../core/sagas/repair';
import { diedOf } from './died-of';

export interface FactPorts extends ExaminePorts {
  /** What the environment deploys: only of these can a saga's end be compared with what it left. */
  readonly sagas: readonly WatchedSaga[];
  readonly records: Pick<Records, 'read' | 'latest' | 'dead'>;
  readonly executions: Pick<Executions, 'describe'>;
  readonly sagaControl: Pick<SagaControl, 'gate'>;
  readonly control: Pick<Control, 'lane'>;
  readonly deployments: Pick<Deployments, 'read'>;
  readonly incidents: Pick<Incidents, 'read'>;
}
type Of<On extends Subject['on']> = Extract<Subject, { readonly on: On }>;

export function lookAt(ports: FactPorts, incident: Incident, nowMs: number): Promise<Facts> {
  const { subject } = incident;
  return subject.on === 'saga' ? sagaFacts(ports, subject, nowMs) : functionFacts(ports, subject, incident, nowMs);
}

/** What a state machine may take to notice that its time is over. */
const GRACE_MS = 60_000;

/** An execution that is not there yet is the reconciler's to start. */
async function sagaFacts(ports: FactPorts, subject: Of<'saga'>, nowMs: number): Promise<SagaFacts> {
  const { records, executions, sagaControl, sagas } = ports;
  const [record] = await records.read([subject.event]);
  if (record?.outcome !== undefined) return settledFacts(ports, subject, record);
  const { position, coordinated, committedAtMs = nowMs } = record?.progress ?? {};
  if (position === undefined || coordinated === undefined)
    return { on: 'saga', status: 'unknown', run: 0, isPaused: false };
  const [execution, gate] = await Promise.all([
    executions.describe(position.chain, coordinated.execution),
    sagaControl.gate(subject.application, subject.instance),
  ]);
  const isRunning = execution === undefined || execution.status === 'RUNNING';
  const timeoutSeconds = sagas.find(({ name }) => name === position.chain)?.timeoutSeconds;
  const isOverdue = timeoutSeconds !== undefined && nowMs - committedAtMs > timeoutSeconds * 1_000 + GRACE_MS;
  const status = isRunning ? 'running' : 'ended';
  return { on: 'saga', status, run: position.stage + 1, isPaused: gate.paused, isOverdue };
}

/** Its outcome says what should be; a run that repairs may be on its way. */
async function settledFacts(ports: FactPorts, subject: Of<'saga'>, record: LedgerRecord): Promise<SagaFacts> {
  const saga = ports.sagas.find(({ name }) => name === subject.saga);
  if (!isSettled(record) || saga === undefined) return { on: 'saga', status: 'settled', run: 0, isPaused: false };
  const { run, status } = await lastRun(ports.executions, saga.name, record.outcome.ran.execution);
  if (status === 'running') return { on: 'saga', status: 'running', run, isPaused: false };
  const [comparison, gate] = await Promise.all([
    examine(ports, saga, record),
    ports.sagaControl.gate(subject.application, subject.instance),
  ]);
  const isStopped = status === 'stopped';
  const settled = {
    outcome: record.outcome.kind,
    comparison,
    isStopped,
    // What a person has ended is a person's.
    isRedrivable: !isStopped && isRedrivable(record),
  };
  return { on: 'saga', status: 'settled', run, isPaused: gate.paused, settled };
}

async function functionFacts(
  { deployments, control, incidents, records }: FactPorts,
  subject: Of<'function'>,
  incident: Incident,
  nowMs: number,
): Promise<FunctionFacts> {
  const { kind } = incident;
  const [deployment, lane] = await Promise.all([
    deployments.read(subject.functionName),
    subject.lane === undefined ? undefined : control.lane(subject.lane),
  ]);
  const { live, weights = {}, versions = [] } = deployment ?? {};
  const names = versions.map(({ version }) => version);
  const earlier =
    live === undefined ? undefined : targetVersion({ live, weights: {}, versions: names, wanted: undefined }).decision;
  const before =
    earlier === undefined
      ? undefined
      : await incidents.read(incidentId({ subject: { ...subject, version: earlier }, kind }));
  return {
    on: 'function',
    live,
    liveSinceMs: versions.find(({ version }) => version === live)?.publishedAtMs ?? 0,
    earlier,
    isShared: Object.keys(weights).length > 0,
    isOlder: (before?.findings ?? 0) > 0,
    isPaused: lane?.paused ?? false,
    ...(incident.spent > 0 && subject.lane !== undefined
      ? { dead: (await diedOf(records, incident, nowMs)).length }
      : {}),
  };
}
