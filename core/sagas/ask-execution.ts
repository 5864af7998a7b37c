/** Asks an execution what became of it, for the event whose record names it: it may have run for another one with the same business key. */
import type { Progress, RecordKey } from '../contracts/ledger';
import type { AskedExecution } from '../policies/reconcile-coordinated';
import type { ExecutionDetail, Executions, Records } from '../ports';

export interface AskedPorts {
  readonly executions: Pick<Executions, 'describe'>;
  readonly records: Pick<Records, 'read'>;
}

/** `undefined`: it ran for another event, which has no outcome yet. */
export async function askExecution(
  { executions, records }: AskedPorts,
  { key, generation }: RecordKey,
  progress: Pick<Progress, 'position' | 'coordinated'> | undefined,
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
