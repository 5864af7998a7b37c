/** What is true of an incident's subject now: of the ledger and the execution, or of the function's alias. */
import type { Incident, Subject } from '../../../core/contracts/incident';
import { incidentId } from '../../../core/policies/recovery/note';
import type { Facts, FunctionFacts, SagaFacts } from '../../../core/policies/recovery/plan';
import { targetVersion } from '../../../core/policies/rollback-target';
import type { Control, Deployments, Executions, Incidents, Records, SagaControl } from '../../../core/ports';

export interface FactPorts {
  readonly records: Pick<Records, 'read'>;
  readonly executions: Pick<Executions, 'describe'>;
  readonly sagaControl: Pick<SagaControl, 'gate'>;
  readonly control: Pick<Control, 'lane'>;
  readonly deployments: Pick<Deployments, 'read'>;
  readonly incidents: Pick<Incidents, 'read'>;
}
type Of<On extends Subject['on']> = Extract<Subject, { readonly on: On }>;

export function lookAt(ports: FactPorts, incident: Incident): Promise<Facts> {
  const { subject } = incident;
  return subject.on === 'saga' ? sagaFacts(ports, subject) : functionFacts(ports, subject, incident);
}

/** An execution that is not there yet is the reconciler's to start. */
async function sagaFacts({ records, executions, sagaControl }: FactPorts, subject: Of<'saga'>): Promise<SagaFacts> {
  const [record] = await records.read([subject.event]);
  const { position, coordinated } = record?.progress ?? {};
  if (record?.outcome !== undefined) return { on: 'saga', status: 'settled', run: 0, isPaused: false };
  if (position === undefined || coordinated === undefined)
    return { on: 'saga', status: 'unknown', run: 0, isPaused: false };
  const [execution, gate] = await Promise.all([
    executions.describe(position.chain, coordinated.execution),
    sagaControl.gate(subject.application, subject.instance),
  ]);
  const isRunning = execution === undefined || execution.status === 'RUNNING';
  return { on: 'saga', status: isRunning ? 'running' : 'ended', run: position.stage + 1, isPaused: gate.paused };
}

async function functionFacts(
  { deployments, control, incidents }: FactPorts,
  subject: Of<'function'>,
  { kind }: Incident,
): Promise<FunctionFacts> {
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
  };
}
