/** What the fault proxy may do to a request, as data that can be changed while it runs. */
import type { Operation } from './calls';

/**
 * - `kill`: kill -9 of the process that sent the request (a function's worker)
 * - `pause`: stop that process (SIGSTOP) and let it go on after `delayMs`, its request executed meanwhile or not
 * - `error`, `throttle`, `conflict`: answer with that failure
 * - `refuse`: answer that the caller may not, which no client tries again
 * - `lose-answer`: execute, then cut the connection
 * - `hang`: answer nothing until the caller gives up; before executing, or after
 * - `delay`: wait `delayMs`, then go on
 * - `partial-failure`: of a batch execute a part, and answer that the rest failed, each entry as its service says it
 * - `lie`: answer that it is done, and do nothing; strikes only where such an answer can be made up
 * - `stale-read`: answer what was true before the last change; strikes only where an earlier answer to the same request is another
 */
export const FAULT_ACTIONS = [
  'kill',
  'pause',
  'error',
  'refuse',
  'throttle',
  'conflict',
  'lose-answer',
  'hang',
  'delay',
  'partial-failure',
  'lie',
  'stale-read',
] as const;
export type FaultAction = (typeof FAULT_ACTIONS)[number];

export interface FaultRule {
  readonly name: string;
  /** As the signature names it: `dynamodb`, `sqs`, `lambda`, ... Left out: any. */
  readonly service?: string;
  /** Operation as the wire names it: `PutItem`, `TransactWriteItems`, `SendMessageBatch`, `PutEvents`, `Invoke`, ... */
  readonly operation: string;
  /** The request's body must hold this text: a table's or a queue's name, say. */
  readonly bodyHolds?: string;
  /** The request's body must not hold this text. */
  readonly bodyLacks?: string;
  /** Name of the calling function must hold this text; a caller that cannot be told never matches. */
  readonly caller?: string;
  readonly action: FaultAction;
  /**
   * Before the request is executed, or after (the answer is never seen). `lose-answer` is always after; `partial-failure`, `lie` and
   * `stale-read` are what they are, whatever is said here.
   */
  readonly when: 'before' | 'after';
  /** Skip this many matches first. */
  readonly skip: number;
  /** Of the matches after those, strike only each so many-th, so that strikes are spread over a stream. Left out: each. */
  readonly every?: number;
  /** Strike at most this many times; then the rule is spent. */
  readonly times: number;
  readonly delayMs?: number;
}

export interface RuleState {
  readonly rule: FaultRule;
  readonly matched: number;
  readonly struck: number;
}

export interface Call extends Operation {
  readonly body: string;
  readonly caller: string | undefined;
  /** The actions that can be done to this call; the others do not match it. */
  readonly open: (action: FaultAction) => boolean;
}

/** The first rule that strikes this call, and the states afterwards: matches are counted, spent rules never strike. */
export function strike(
  states: readonly RuleState[],
  call: Call,
): { readonly fault: FaultRule | undefined; readonly states: readonly RuleState[] } {
  let fault: FaultRule | undefined;
  const next = states.map((state) => {
    if (fault !== undefined || !isLive(state, call) || !fits(state.rule, call)) return state;
    const matched = state.matched + 1;
    if (matched <= state.rule.skip || (matched - state.rule.skip) % (state.rule.every ?? 1) !== 0)
      return { ...state, matched };
    fault = state.rule;
    return { ...state, matched, struck: state.struck + 1 };
  });
  return { fault, states: next };
}

/** Whether the rule may strike such a call, as far as can be said without looking for the caller, which takes a while. */
export function isLive({ rule, struck }: RuleState, call: Operation & { readonly body: string }): boolean {
  return (
    struck < rule.times &&
    rule.operation === call.operation &&
    (rule.service === undefined || rule.service === call.service) &&
    (rule.bodyHolds === undefined || call.body.includes(rule.bodyHolds)) &&
    (rule.bodyLacks === undefined || !call.body.includes(rule.bodyLacks))
  );
}

/** Only a function's worker is ever killed or stopped; a process that cannot be named as one is left alone. */
const NEEDS_WORKER: readonly FaultAction[] = ['kill', 'pause'];

function fits({ caller, action }: FaultRule, call: Call): boolean {
  if (NEEDS_WORKER.includes(action) && call.caller === undefined) return false;
  return (caller === undefined || (call.caller?.includes(caller) ?? false)) && call.open(action);
}
