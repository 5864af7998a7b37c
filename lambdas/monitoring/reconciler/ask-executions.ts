/** Asks the executions of sagas that may have ended what became of them. */
import type { Acceptance, LedgerRecord } from '../../../core/contracts/ledger';
import { type AskedExecution, isDue } from '../../../core/policies/reconcile-coordinated';
import { type AskedPorts, askExecution } from '../../../core/sagas/ask-execution';

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
    const answer = await askExecution(ports, envelope, record.progress);
    if (answer !== undefined) answers.set(`${key}#${generation}`, answer);
  }
  return answers;
}
