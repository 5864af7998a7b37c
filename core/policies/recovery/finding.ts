/** What the monitor says of a log, and what a status event says of an execution, as findings. */
import type { Finding } from '../../contracts/incident';
import type { SagaIdentity, StatusEvent } from '../../contracts/status-event';
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

/** A terminal shows these words to people: nothing in them may move its cursor. */
function plain(words: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return words.slice(0, MOST_WORDS).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}
