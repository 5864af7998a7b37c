/** What the fault proxy may do to a request, as data that can be changed while it runs. */

/**
 * - `kill`: kill -9 of the process that sent the request (a function's worker)
 * - `error`, `throttle`, `conflict`: answer with that failure
 * - `refuse`: answer that the caller may not, which no client tries again
 * - `lose-answer`: execute, then cut the connection
 * - `delay`: wait `delayMs`, then go on
 */
export type FaultAction = 'kill' | 'error' | 'refuse' | 'throttle' | 'conflict' | 'lose-answer' | 'delay';

export interface FaultRule {
  readonly name: string;
  /** Operation as the wire names it: `PutItem`, `TransactWriteItems`, `SendMessageBatch`, `PutEvents`, ... */
  readonly operation: string;
  /** The request's body must hold this text: a table's or a queue's name, say. */
  readonly bodyHolds?: string;
  /** Name of the calling function must hold this text; a caller that cannot be told never matches. */
  readonly caller?: string;
  readonly action: FaultAction;
  /** Before the request is executed, or after (the answer is never seen). `lose-answer` is always after. */
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

export interface Call {
  readonly operation: string;
  readonly body: string;
  readonly caller: string | undefined;
}

/** The first rule that strikes this call, and the states afterwards: matches are counted, spent rules never strike. */
export function strike(
  states: readonly RuleState[],
  call: Call,
): { readonly fault: FaultRule | undefined; readonly states: readonly RuleState[] } {
  let fault: FaultRule | undefined;
  const next = states.map((state) => {
    if (fault !== undefined || state.struck >= state.rule.times || !matches(state.rule, call)) return state;
    const matched = state.matched + 1;
    if (matched <= state.rule.skip || (matched - state.rule.skip) % (state.rule.every ?? 1) !== 0)
      return { ...state, matched };
    fault = state.rule;
    return { ...state, matched, struck: state.struck + 1 };
  });
  return { fault, states: next };
}

function matches(rule: FaultRule, call: Call): boolean {
  return (
    rule.operation === call.operation &&
    (rule.bodyHolds === undefined || call.body.includes(rule.bodyHolds)) &&
    (rule.caller === undefined || (call.caller?.includes(rule.caller) ?? false))
  );
}
