/**
 * Looks at sagas: at those that have their outcome, whether ledger, state and provider agree with it; at those that have none, whether
 * they are stuck. What is wrong becomes an incident, about which recovery does what it may.
 */
import type { Finding, Subject } from '../../../core/contracts/incident';
import type { Acceptance, LedgerRecord } from '../../../core/contracts/ledger';
import { settledLook } from '../../../core/policies/look-at-sagas';
import type { AskedExecution } from '../../../core/policies/reconcile-coordinated';
import { findingOfComparison, findingOfEnd, findingOfOverdue } from '../../../core/policies/recovery/finding';
import type { WatchedSaga } from '../../../core/sagas';
import {
  type Examination,
  type ExaminePorts,
  examine,
  isSettled,
  type Settled,
  sagaOf,
} from '../../../core/sagas/examine';
import { type NotePorts, note } from '../monitor/note';

export type LookPorts = ExaminePorts & NotePorts;

/** What one sweep may still ask. */
export interface LookBudget {
  looks: number;
  /** Somebody outside who does not answer costs his time-out each time. */
  silent: number;
}

/** Sagas looked at in a sweep: in the usual one each costs a query and a call of its provider. */
export const MOST_LOOKS = 5_000;
const MOST_SILENT = 20;
/** What a state machine may take to notice that its time is over. */
const GRACE_MS = 60_000;

export const lookBudget = (): LookBudget => ({ looks: MOST_LOOKS, silent: MOST_SILENT });

export interface Look {
  readonly looked: number;
  readonly disagreeing: number;
  /** When to look again; absent: never. */
  readonly dueAtMs?: number;
}

export interface LookSettings {
  readonly sagas: readonly WatchedSaga[];
  readonly handOffBoundMs: number;
}

/** `isClosing`: all events of the acceptance have their outcome. */
export async function lookAtSettled(
  ports: LookPorts,
  settings: LookSettings,
  { acceptance, records, isClosing }: { acceptance: Acceptance; records: readonly LedgerRecord[]; isClosing: boolean },
  budget: LookBudget,
  nowMs: number,
): Promise<Look> {
  const mine = acceptance.envelopes.flatMap(
    ({ key, generation }) => records.find((each) => each.key === key && each.generation === generation) ?? [],
  );
  const settled = mine.filter(isSettled);
  const { due, isLast, dueAtMs } = settledLook(
    settled.map(({ outcome }) => outcome.decidedAtMs),
    { isClosing, leastMs: settings.handOffBoundMs, nowMs },
  );
  const findings: Finding[] = [];
  let looked = 0;
  for (const index of due) {
    const record = settled[index];
    const saga = settings.sagas.find(({ name }) => record !== undefined && name === sagaOf(record.outcome));
    if (record === undefined || saga === undefined) continue;
    if (budget.looks <= 0 || budget.silent <= 0)
      return { looked, disagreeing: findings.length, ...later(settings, nowMs) };
    budget.looks -= 1;
    looked += 1;
    const examination = await examine(ports, saga, record);
    if (examination.says === 'unknown') budget.silent -= 1;
    findings.push(...findingOf(examination, isLast, saga, record, acceptance.dueAtMs, nowMs));
  }
  // First what was found, then when to look again: a sweep that dies in between looks again, and finds the same.
  await note(ports, findings, nowMs);
  return { looked, disagreeing: findings.length, ...(dueAtMs === undefined ? {} : { dueAtMs }) };
}

const later = ({ handOffBoundMs }: LookSettings, nowMs: number) => ({ dueAtMs: nowMs + handOffBoundMs });

function findingOf(
  examination: Examination,
  isLast: boolean,
  saga: WatchedSaga,
  { key, generation, outcome }: Settled,
  lookMs: number,
  nowMs: number,
): Finding[] {
  if (examination.says === 'superseded') return [];
  const subject = subjectOf(saga, outcome.ran.instance, { key, generation });
  return [findingOfComparison(examination, isLast, { subject, lookMs, nowMs }) ?? []].flat();
}

/** Of those without an outcome whose executions were asked. */
export async function lookAtOpen(
  ports: NotePorts,
  { sagas }: Pick<LookSettings, 'sagas'>,
  records: readonly LedgerRecord[],
  executions: ReadonlyMap<string, AskedExecution>,
  nowMs: number,
): Promise<void> {
  const findings = records.flatMap(({ key, generation, progress }): Finding[] => {
    const asked = executions.get(`${key}#${generation}`);
    const saga = sagas.find(({ name }) => name === progress?.position.chain);
    const { execution, instance } = progress?.coordinated ?? {};
    if (asked === undefined || saga === undefined || execution === undefined || instance === undefined) return [];
    const looked = { subject: subjectOf(saga, instance, { key, generation }), nowMs };
    if (asked.state === 'ended') return asked.stopped ? [] : [findingOfEnd(execution, asked.reason, looked)];
    const sinceMs = progress?.committedAtMs ?? nowMs;
    const isOverdue = nowMs - sinceMs > saga.timeoutSeconds * 1_000 + GRACE_MS;
    return asked.state === 'running' && isOverdue ? [findingOfOverdue(execution, sinceMs, looked)] : [];
  });
  await note(ports, findings, nowMs);
}

const subjectOf = (
  { name, application }: WatchedSaga,
  instance: string,
  event: { readonly key: string; readonly generation: number },
): Extract<Subject, { readonly on: 'saga' }> => ({ on: 'saga', saga: name, application, instance, event });
