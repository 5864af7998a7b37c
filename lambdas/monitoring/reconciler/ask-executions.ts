/** Asks the executions of sagas that may have ended what became of them. */
import type { Envelope } from '../../../core/contracts/event';
import type { Acceptance, LedgerRecord, RecordKey } from '../../../core/contracts/ledger';
import { type AskedExecution, isDue } from '../../../core/policies/reconcile-coordinated';
import type { ExecutionDetail, Executions, Records } from '../../../core/ports';

interface AskedPorts {
  readonly executions: Pick<Executions, 'describe'>;
  readonly records: Pick<Records, 'read'>;
}

/** By `<key>#<generation>`, of those that are due only: on the usual way nothing is asked. */
export async function askExecutions(
  ports: AskedPorts,
  acceptance: Acceptance,
  records: readonly LedgerRecord[],
  nowMs: number,
): Promise<ReadonlyMap<string, AskedExecution>> {
  const answers = new Map<string, AskedExecution>();
  for (const envelope of acceptance.envelopes) {
    const { key, generation } = envelope;
    const record = records.find((each) => each.key === key && each.generation === generation);
    if (record === undefined || !isDue(record, nowMs)) continue;
    const answer = await ask(ports, envelope, record);
    if (answer !== undefined) answers.set(`${key}#${generation}`, answer);
  }
  return answers;
}

/** `undefined`: it ran for another event, which has no outcome yet. */
async function ask(
  { executions, records }: AskedPorts,
  { key, generation }: Envelope,
  { progress }: LedgerRecord,
): Promise<AskedExecution | undefined> {
  const execution = await executions.describe(progress?.position.chain ?? '', progress?.coordinated?.execution ?? '');
  if (execution === undefined) return { state: 'missing' };
  if (execution.status === 'RUNNING') return { state: 'running' };
  const ranFor = eventOf(execution);
  if (ranFor === undefined || (ranFor.key === key && ranFor.generation === generation))
    return { state: 'ended', stopped: execution.status === 'ABORTED', reason: howEnded(execution) };
  const [other] = await records.read([ranFor]);
  if (other?.outcome === undefined) return undefined;
  const { kind, reason, id } = other.outcome;
  return { state: 'other', kind, reason: `as event ${id} with the same key: ${reason}`.slice(0, 500) };
}

/** The event that began it, from its input; `undefined` for an input that no part of Triage made. */
function eventOf({ input }: ExecutionDetail): RecordKey | undefined {
  const { key, generation } = (input as { readonly event?: Partial<RecordKey> } | null | undefined)?.event ?? {};
  return typeof key === 'string' && typeof generation === 'number' ? { key, generation } : undefined;
}

function howEnded({ status, error, cause }: ExecutionDetail): string {
  const why = [error, cause].filter((each) => each !== undefined && each !== '').join(': ');
  return `its execution ended ${status} without an outcome${why === '' ? '' : `: ${why}`}`.slice(0, 500);
}
