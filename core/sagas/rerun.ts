/**
 * Runs a saga again that ended without an outcome: a new execution, which skips the steps whose results are there. Whoever comes
 * second (a person, the reconciler, a recovery) computes the same name and the same place in the record, and changes nothing.
 */
import type { RecordKey } from '../contracts/ledger';
import type { SagaInput } from '../contracts/saga';
import type { Executions, Records } from '../ports';
import { nameOfRun } from './execution-name';

export interface RerunPorts {
  readonly records: Pick<Records, 'read' | 'putProgress'>;
  readonly executions: Pick<Executions, 'describe' | 'start'>;
}

export interface RerunOptions {
  readonly nowMs: number;
  readonly askAfterMs: number;
  readonly intent?: SagaInput['intent'];
}

export type RerunAnswer =
  | { readonly status: 'started'; readonly execution: string; readonly run: number }
  /** Nothing was changed. */
  | { readonly status: 'not-coordinated' | 'has-outcome' | 'running' | 'never-started' | 'moved-on' };

/** `askAfterMs`: how soon the reconciler asks the new execution. `intent`: the new run only takes back what earlier ones did. */
export async function rerun(
  { records, executions }: RerunPorts,
  key: RecordKey,
  { nowMs, askAfterMs, intent }: RerunOptions,
): Promise<RerunAnswer> {
  const [record] = await records.read([key]);
  if (record?.outcome !== undefined) return { status: 'has-outcome' };
  const { progress } = record ?? {};
  if (progress?.coordinated === undefined) return { status: 'not-coordinated' };
  const { position, coordinated } = progress;
  const before = await executions.describe(position.chain, coordinated.execution);
  if (before === undefined) return { status: 'never-started' };
  if (before.status === 'RUNNING') return { status: 'running' };
  const run = position.stage + 2;
  const execution = nameOfRun(coordinated.execution, run);
  // The record first: an execution that nobody knows of could not be asked.
  const written = await records.putProgress(key, {
    ...progress,
    position: { ...position, stage: run - 1 },
    committedAtMs: nowMs,
    coordinated: {
      execution,
      ...(coordinated.instance === undefined ? {} : { instance: coordinated.instance }),
      dueAtMs: nowMs + askAfterMs,
      ...(intent === undefined ? {} : { intent }),
    },
  });
  if (written === 'refused') return { status: 'moved-on' };
  const { intent: _before, ...input } = before.input as SagaInput;
  await executions.start(position.chain, execution, { ...input, run, ...(intent === undefined ? {} : { intent }) });
  return { status: 'started', execution, run };
}
