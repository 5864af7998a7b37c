import type { Finding, Incident, RecoveryLimits, Subject } from '../../../../core/contracts/incident';
import { FIRST_LIMITS } from '../../../../core/policies/recovery/limits';
import { noteFindings } from '../../../../core/policies/recovery/note';
import {
  type Facts,
  type FunctionFacts,
  type Plan,
  type PlanInput,
  planRecovery,
  type SagaFacts,
} from '../../../../core/policies/recovery/plan';
import { DEFAULT_RECOVERY } from '../../../../core/policies/recovery/settings';

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

export interface PlanMore {
  readonly mode?: PlanInput['mode'];
  readonly limits?: RecoveryLimits;
  readonly nowMs?: number;
  readonly budget?: number;
}

/** What is planned at the moment `T`, with the switch on and nothing done before, by the policy as it is. */
export function plan(
  incident: Incident,
  facts: Facts,
  { mode = 'on', limits = FIRST_LIMITS, nowMs = T, budget = DEFAULT_RECOVERY.budget }: PlanMore = {},
): Plan {
  return planRecovery(limits, { incident, facts, mode }, { nowMs, settings: { ...DEFAULT_RECOVERY, budget } });
}
export const LOOKS_AGAIN = { decision: 'wait', dueAtMs: T + DEFAULT_RECOVERY.lookAgainMs };
export const NO_TOKENS = { ...FIRST_LIMITS, tokens: 0, refilledAtMs: T };
/** An incident of a runner's lane whose dependency fails. */
export const onLane = (more: Partial<Incident> = {}): Incident => ({
  ...incidentWith(5, { kind: 'dependency' }),
  ...more,
});
export const ofRunner = (more: object) => ({ ...RUNNER, ...more }) as typeof RUNNER;
