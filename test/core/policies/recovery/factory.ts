import type { Finding, Incident, Subject } from '../../../../core/contracts/incident';
import { noteFindings } from '../../../../core/policies/recovery/note';
import type { FunctionFacts, SagaFacts } from '../../../../core/policies/recovery/plan';

export const T = 1_700_000_000_000;
export const RUNNER: Subject = {
  on: 'function',
  functionName: 'triage-x-runner-bulk',
  version: '3',
  part: 'runner',
  lane: 'bulk',
};
export const SAGA: Subject = {
  on: 'saga',
  saga: 'booking',
  application: 'booking',
  instance: 'acme/order-1',
  event: { key: 'k1', generation: 1 },
};
export const FUNCTION_FACTS: FunctionFacts = {
  on: 'function',
  live: '3',
  liveSinceMs: T - 60_000,
  earlier: '2',
  isShared: false,
  isOlder: false,
  isPaused: false,
};
export const SAGA_FACTS: SagaFacts = { on: 'saga', status: 'ended', run: 1, isPaused: false };

let next = 0;
export const finding = (more: Partial<Finding> = {}): Finding => ({
  id: `finding-${next++}`,
  source: 'log',
  standing: 'diagnosis',
  confidence: 'high',
  kind: 'code',
  subject: RUNNER,
  atMs: T,
  words: 'TypeError',
  ...more,
});

/** An incident of so many findings, all at one moment. */
export function incidentWith(count: number, more: Partial<Finding> = {}, atMs = T): Incident {
  const incident = noteFindings(
    undefined,
    Array.from({ length: count }, () => finding(more)),
    atMs,
  );
  if (incident === undefined) throw new Error('no findings');
  return incident;
}
