/** Names of executions: the same saga, business key, generation and run make the same name, so that a repeat of a start starts nothing. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/identity';

export interface ExecutionId {
  readonly tenant: string;
  readonly saga: string;
  /** What the request is about, by the application's own word: an order's number. */
  readonly businessKey: string;
  /** Of the event: a redrive is a new one. */
  readonly generation: number;
  /** From 1; a re-run of what ended without an outcome is the next one. */
  readonly run: number;
}

/** At most 80 characters, of those that Step Functions takes. */
export function executionName({ tenant, saga, businessKey, generation, run }: ExecutionId): string {
  const digest = createHash('sha256')
    .update(canonicalJson([tenant, saga, businessKey, generation]))
    .digest('hex');
  return `${digest}-${run}`;
}

/** Which run a name is of, and what all runs of the same have in common; `undefined`: it is no such name. */
export function partsOf(name: string): { readonly family: string; readonly run: number } | undefined {
  const [, family, run] = /^(.+)-(\d+)$/.exec(name) ?? [];
  return family === undefined ? undefined : { family, run: Number(run) };
}

/** The name of a later run, from that of any run. */
export function nameOfRun(name: string, run: number): string {
  return name.replace(/-\d+$/, `-${run}`);
}
