/**
 * Runs a saga once more whose event has its outcome, so that what it left agrees with it: forward where the outcome is DONE, back where
 * it is not. The outcome stays, since the run's last step writes one only where there is none; and a run does nothing twice.
 */
import type { RecordKey } from '../contracts/ledger';
import type { SagaInput } from '../contracts/saga';
import type { Executions, Records } from '../ports';
import { isSettled, sagaOf } from './examine';
import { nameOfRun, partsOf } from './execution-name';

export interface RepairPorts {
  readonly records: Pick<Records, 'read' | 'latest'>;
  readonly executions: Pick<Executions, 'describe' | 'start'>;
}

export type RepairAnswer =
  | { readonly status: 'started' | 'exists'; readonly execution: string }
  /** Nothing was begun. */
  | { readonly status: 'no-outcome' | 'later-generation' | 'never-started' };

/** `run`: the number of the new one, settled by whoever decided it, so that a repeat of the call begins nothing more. */
export async function repair({ records, executions }: RepairPorts, key: RecordKey, run: number): Promise<RepairAnswer> {
  const [record] = await records.read([key]);
  if (!isSettled(record)) return { status: 'no-outcome' };
  const { outcome } = record;
  if (((await records.latest(key.key))?.generation ?? 0) > key.generation) return { status: 'later-generation' };
  const saga = sagaOf(outcome);
  const before = await executions.describe(saga, outcome.ran.execution);
  if (before === undefined) return { status: 'never-started' };
  const { intent: _before, ...input } = before.input as SagaInput;
  const intent = outcome.kind === 'DONE' ? {} : { intent: 'compensate' as const };
  const execution = nameOfRun(outcome.ran.execution, run);
  return { status: await executions.start(saga, execution, { ...input, run, ...intent }), execution };
}

export interface LastRun {
  readonly run: number;
  readonly status: 'running' | 'stopped' | 'ended';
}

/** More runs of one event than anybody begins. */
const MOST_RUNS = 100;

/** The last run that there is, repairs included. */
export async function lastRun(
  executions: Pick<Executions, 'describe'>,
  saga: string,
  execution: string,
): Promise<LastRun> {
  const first = partsOf(execution)?.run ?? 1;
  let found: LastRun = { run: first, status: 'ended' };
  for (let run = first; run <= MOST_RUNS; run++) {
    const detail = await executions.describe(saga, nameOfRun(execution, run));
    if (detail === undefined) return found;
    const { status } = detail;
    found = { run, status: status === 'RUNNING' ? 'running' : status === 'ABORTED' ? 'stopped' : 'ended' };
  }
  return found;
}
