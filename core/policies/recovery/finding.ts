/** What the monitor says of a log, a status event of an execution, an alarm of a function, and the reconciler of a saga, as findings. */
import type { FunctionAlarm } from '../../contracts/alarm-event';
import type { Finding, Subject } from '../../contracts/incident';
import type { SagaIdentity, StatusEvent } from '../../contracts/status-event';
import type { Comparison } from '../compare-saga';
import type { LogDecision } from '../monitor/decision';
import { classifyError } from '../monitor/kinds';
import type { Part } from './part';

const MOST_WORDS = 300;

/** `undefined`: nothing was found. What the log's text says goes into the words, which nobody reads but people. */
export function findingOfLog(decision: LogDecision, part: Part): Finding | undefined {
  if (decision.decision === 'none') return undefined;
  const { diagnosis, reason } = decision;
  const { functionName, version, kind, confidence, errorName, requestId, evidence } = diagnosis;
  const line = evidence.at(-1)?.lines[0] ?? '';
  return {
    // What is only claimed at first and then confirmed is one fault and two findings: the second one counts.
    id: `${decision.decision === 'suspicion' ? 'claim' : 'log'} ${diagnosis.id}`.slice(0, 200),
    source: 'log',
    standing: decision.decision,
    confidence,
    kind,
    subject: { on: 'function', functionName, version, ...part },
    atMs: evidence.at(-1)?.atMs ?? 0,
    words: plain([reason.code, errorName, requestId && `request ${requestId}`, line].filter(Boolean).join(', ')),
    ...(errorName === undefined ? {} : { errorName }),
  };
}

/**
 * An execution that ended well has written its outcome, and one that was aborted a person has ended. A failure's name that is not known tells no
 * more than that it failed.
 */
export function findingOfStatus(event: StatusEvent, identity: SagaIdentity, nowMs: number): Finding | undefined {
  const { status, name, error } = event.detail;
  if (status !== 'FAILED' && status !== 'TIMED_OUT') return undefined;
  const errorName = error ?? (status === 'TIMED_OUT' ? 'States.Timeout' : undefined);
  const classified = errorName === undefined ? undefined : classifyError({ name: errorName });
  const isKnown = classified?.known === true;
  const { saga, application, instance } = identity;
  const { key, generation } = identity.event;
  return {
    id: `status ${name} ${status}`.slice(0, 200),
    source: 'status',
    standing: 'diagnosis',
    confidence: isKnown ? 'high' : 'medium',
    kind: isKnown ? classified.kind : 'invocation',
    subject: { on: 'saga', saga, application, instance, event: { key, generation } },
    atMs: nowMs,
    words: plain(`execution ${name} of ${saga} ${status}${errorName === undefined ? '' : `: ${errorName}`}`),
    ...(errorName === undefined ? {} : { errorName: errorName.slice(0, 100) }),
  };
}

/**
 * Says that a function fails or is throttled and not why: noted beside what its log says, which may be nothing where logs are lost or nothing
 * could start. Which version ran no metric of an alias tells.
 */
export function findingOfAlarm(
  { alarmName, metric, functionName, since }: FunctionAlarm,
  part: Part,
  nowMs: number,
): Finding {
  return {
    id: `alarm ${alarmName} ${since}`.slice(0, 200),
    source: 'metric',
    standing: 'diagnosis',
    confidence: 'medium',
    kind: metric === 'Throttles' ? 'throttling' : 'invocation',
    subject: { on: 'function', functionName, version: '$LATEST', ...part },
    atMs: nowMs,
    words: plain(`${alarmName}: ${metric} of ${functionName} since ${since}`),
  };
}

export interface LookedAt {
  readonly subject: Extract<Subject, { readonly on: 'saga' }>;
  /** Of this look: what is found again at the next one is another finding. */
  readonly lookMs: number;
  readonly nowMs: number;
}

/**
 * What the reconciler finds of a saga whose event has its outcome. `undefined`: nothing is wrong. Somebody who does not answer is only
 * something found where he was asked for the last time.
 */
export function findingOfComparison(
  comparison: Comparison,
  isLastLook: boolean,
  looked: LookedAt,
): Finding | undefined {
  const { subject, lookMs, nowMs } = looked;
  const common = { source: 'reconciler', standing: 'diagnosis', subject, atMs: nowMs } as const;
  const id = (what: string) => `${what} ${subject.event.key} ${subject.event.generation} ${lookMs}`.slice(0, 200);
  switch (comparison.says) {
    case 'agrees':
      return undefined;
    case 'unknown':
      return isLastLook
        ? { ...common, id: id('unknown'), confidence: 'medium', kind: 'ambiguous', words: plain(comparison.words) }
        : undefined;
    case 'stands':
      return { ...common, id: id('stands'), confidence: 'high', kind: 'inconsistent', words: plain(comparison.words) };
    case 'disagrees': {
      const { disagreements } = comparison;
      const sure = disagreements.find(({ kind }) => kind === 'inconsistent') ?? disagreements[0];
      const words = plain(disagreements.map((each) => each.words).join('; '));
      const { result } = disagreements.find((each) => each.result !== undefined) ?? {};
      const more = result === undefined ? {} : { result };
      return { ...common, id: id('disagrees'), confidence: 'high', kind: sure.kind, words, ...more };
    }
  }
}

/** An execution that has ended without an outcome: the sweep that finds it runs it again itself, so that the finding is only noted. */
export function findingOfEnd(execution: string, reason: string, looked: Omit<LookedAt, 'lookMs'>): Finding {
  return { ...stuck(looked), id: `ended ${execution}`.slice(0, 200), confidence: 'low', words: plain(reason) };
}

/** An execution that runs for longer than its state machine gives it. */
export function findingOfOverdue(execution: string, sinceMs: number, looked: Omit<LookedAt, 'lookMs'>): Finding {
  const minutes = Math.floor((looked.nowMs - sinceMs) / 60_000);
  const words = plain(`execution ${execution} has been running for ${minutes} minutes, longer than its saga may`);
  return { ...stuck(looked), id: `overdue ${execution}`.slice(0, 200), confidence: 'high', words };
}

const stuck = ({ subject, nowMs }: Omit<LookedAt, 'lookMs'>) =>
  ({ source: 'reconciler', standing: 'diagnosis', kind: 'stuck', subject, atMs: nowMs }) as const;

/** A terminal shows these words to people: nothing in them may move its cursor. */
function plain(words: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return words.slice(0, MOST_WORDS).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}
