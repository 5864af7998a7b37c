/**
 * One execution of a compiled machine in virtual time. Everything happens in calls of the host's clock and of the host's answers, so
 * two runs with the same host are the same run.
 */
import type { Timer } from './clock';
import type {
  CompiledBlock,
  CompiledCatcher,
  CompiledMap,
  CompiledParallel,
  CompiledRetrier,
  CompiledState,
  CompiledTask,
  Machine,
} from './compile';
import { matchesError, StatesError } from './errors';
import {
  EVENTS_OF_ATTEMPT,
  EVENTS_OF_BRANCHING,
  EVENTS_OF_EXECUTION,
  EVENTS_OF_FAIL,
  EVENTS_OF_ITERATION,
  EVENTS_OF_STATE,
  EVENTS_OF_TOKEN_ATTEMPT,
} from './history';
import type { ExecutionEnd, Host, TaskResult } from './host';
import { isObject, type Json } from './json';
import type { Context } from './path';

export interface Start {
  readonly name: string;
  readonly input: Json;
}

/** A block that runs: the machine's own, a branch's or an iteration's. Dead once its execution or an enclosing block has ended. */
interface Scope {
  alive: boolean;
  readonly parent: Scope | undefined;
  readonly item: Context['Map'] | undefined;
  readonly ended: (result: TaskResult) => void;
}

type Guarded = CompiledTask | CompiledMap | CompiledParallel;

export class Execution {
  /** Set once it has ended. */
  end: ExecutionEnd | undefined;
  /** Events in its history so far. */
  events = EVENTS_OF_EXECUTION;
  private readonly root: Scope;
  private readonly tokens = new Map<string, (result: TaskResult) => void>();
  private readonly timeout: Timer;
  private tokensGiven = 0;

  constructor(
    machine: Machine,
    readonly start: Start,
    private readonly host: Host,
    private readonly onEnd: (execution: Execution) => void = () => {},
  ) {
    this.root = {
      alive: true,
      parent: undefined,
      item: undefined,
      ended: (result) =>
        this.finish(
          result.ok
            ? { status: 'SUCCEEDED', output: result.output }
            : { status: 'FAILED', error: result.error, cause: result.cause },
        ),
    };
    this.timeout = host.clock.after(machine.timeoutMs, () => this.finish({ status: 'TIMED_OUT' }));
    this.run(this.root, machine.start, start.input);
  }

  /** Whoever holds a task's token ends the task; false where nothing waits for it any more. */
  answerToken(token: string, result: TaskResult): boolean {
    const answer = this.tokens.get(token);
    this.tokens.delete(token);
    answer?.(result);
    return answer !== undefined;
  }

  stop(): void {
    this.finish({ status: 'ABORTED' });
  }

  private finish(end: ExecutionEnd): void {
    if (this.end) return;
    this.end = end;
    this.root.alive = false;
    this.host.clock.cancel(this.timeout);
    this.onEnd(this);
  }

  /** From this state on, until a state has to wait for something or the block ends. */
  private run(scope: Scope, from: CompiledState, given: Json): void {
    let state: CompiledState | undefined = from;
    let data = given;
    try {
      while (state) {
        this.host.entered?.(this.start.name, state.name, state.kind);
        this.events += state.kind === 'Fail' ? EVENTS_OF_FAIL : EVENTS_OF_STATE;
        switch (state.kind) {
          case 'Pass':
            data = state.place(data, state.result(data, this.context(scope, state, 0)));
            break;
          case 'Choice': {
            const context = this.context(scope, state, 0);
            const chosen: { readonly next: CompiledState } | undefined = state.choices.find((each) =>
              each.holds(data, context),
            );
            state = chosen?.next ?? state.next;
            continue;
          }
          case 'Wait': {
            const { next } = state;
            const ms = 1000 * Number(state.seconds(data, this.context(scope, state, 0)));
            this.host.clock.after(ms, () => this.goOn(scope, next, data));
            return;
          }
          case 'Succeed':
            state = undefined;
            continue;
          case 'Fail':
            scope.ended({ ok: false, error: state.error, cause: state.cause });
            return;
          default:
            this.attempt(scope, state, data, 0, []);
            return;
        }
        state = state.next;
      }
    } catch (thrown) {
      scope.ended(failureOf(thrown));
      return;
    }
    scope.ended({ ok: true, output: data });
  }

  private goOn(scope: Scope, next: CompiledState | undefined, data: Json): void {
    if (!isAlive(scope)) return;
    if (next) this.run(scope, next, data);
    else scope.ended({ ok: true, output: data });
  }

  private context(scope: Scope, state: CompiledState, retry: number, token?: string): Context {
    return {
      Execution: { Name: this.start.name, Input: this.start.input },
      State: { Name: state.name, RetryCount: retry },
      ...(token === undefined ? {} : { Task: { Token: token } }),
      ...(scope.item ? { Map: scope.item } : {}),
    };
  }

  /** One try of a task, a map or a parallel; `used`: how often each retrier has been used. */
  private attempt(scope: Scope, state: Guarded, data: Json, retry: number, used: readonly number[]): void {
    const settle = (result: TaskResult): void => {
      if (!isAlive(scope)) return;
      const made = result.ok ? outputOf(state, data, result.output, this.context(scope, state, retry)) : result;
      if (made.ok) this.goOn(scope, state.next, made.output);
      else this.failed(scope, state, data, retry, used, made);
    };
    try {
      if (state.kind === 'Task') this.callTask(scope, state, data, retry, settle);
      else if (state.kind === 'Map') this.runMap(scope, state, data, retry, settle);
      else
        this.runBranches(
          scope,
          state.blocks.map((block) => ({ block, input: data, item: scope.item })),
          0,
          settle,
        );
    } catch (thrown) {
      settle(failureOf(thrown));
    }
  }

  private failed(
    scope: Scope,
    state: Guarded,
    data: Json,
    retry: number,
    used: readonly number[],
    failure: TaskResult & { readonly ok: false },
  ): void {
    const index = state.retriers.findIndex((each) => matchesError(each.names, failure.error));
    const retrier = state.retriers[index];
    const before = used[index] ?? 0;
    if (retrier && before < retrier.most) {
      const now = state.retriers.map((_, at) => (used[at] ?? 0) + (at === index ? 1 : 0));
      this.host.clock.after(delayMs(retrier, before, this.host.random), () => {
        if (isAlive(scope)) this.attempt(scope, state, data, retry + 1, now);
      });
      return;
    }
    const catcher = state.catchers.find((each) => matchesError(each.names, failure.error));
    if (catcher) this.run(scope, catcher.next, caught(catcher, data, failure));
    else scope.ended(failure);
  }

  private callTask(
    scope: Scope,
    state: CompiledTask,
    data: Json,
    retry: number,
    settle: (result: TaskResult) => void,
  ): void {
    const token = state.waitsForToken ? `${this.start.name}/token-${++this.tokensGiven}` : undefined;
    const parameters = state.parameters(data, this.context(scope, state, retry, token));
    if (!isObject(parameters)) throw new StatesError('States.Runtime', 'parameters are no object');
    this.events += token === undefined ? EVENTS_OF_ATTEMPT : EVENTS_OF_TOKEN_ATTEMPT;
    let open = true;
    const close = (result: TaskResult): void => {
      if (!open) return;
      open = false;
      this.host.clock.cancel(timer);
      if (token !== undefined) this.tokens.delete(token);
      settle(result);
    };
    const timer = this.host.clock.after(state.timeoutMs, () =>
      close({ ok: false, error: 'States.Timeout', cause: `${state.name} took longer than ${state.timeoutMs} ms` }),
    );
    if (token !== undefined) this.tokens.set(token, close);
    const { resource } = state;
    const call = { resource, parameters, execution: this.start.name, state: state.name, retry };
    this.host.call(token === undefined ? call : { ...call, token }, (result) => {
      if (token === undefined || !result.ok) close(result);
    });
  }

  private runMap(
    scope: Scope,
    state: CompiledMap,
    data: Json,
    retry: number,
    settle: (result: TaskResult) => void,
  ): void {
    const context = this.context(scope, state, retry);
    const items = state.items(data, context);
    if (!Array.isArray(items)) throw new StatesError('States.Runtime', `${state.name}: the items are no array`);
    this.events += EVENTS_OF_ITERATION * items.length;
    const branches = (items as readonly Json[]).map((value, index) => {
      const item = { Item: { Index: index, Value: value } };
      const input = state.select ? state.select(data, { ...context, Map: item }) : value;
      return { block: state.block, input, item };
    });
    this.runBranches(scope, branches, state.concurrency, settle);
  }

  /** All of them; the first that fails fails the rest. */
  private runBranches(
    parent: Scope,
    branches: readonly {
      readonly block: CompiledBlock;
      readonly input: Json;
      readonly item: Context['Map'] | undefined;
    }[],
    concurrency: number,
    settle: (result: TaskResult) => void,
  ): void {
    this.events += EVENTS_OF_BRANCHING;
    const outputs: Json[] = branches.map(() => null);
    const scopes: Scope[] = [];
    let begun = 0;
    let done = 0;
    const begin = (): void => {
      const index = begun;
      const branch = branches[index];
      if (!branch || !isAlive(parent)) return;
      begun += 1;
      const scope: Scope = { alive: true, parent, item: branch.item, ended: (result) => over(scope, index, result) };
      scopes.push(scope);
      this.run(scope, branch.block.start, branch.input);
    };
    const over = (scope: Scope, index: number, result: TaskResult): void => {
      if (!isAlive(scope)) return;
      scope.alive = false;
      if (!result.ok) {
        for (const each of scopes) each.alive = false;
        begun = branches.length;
        settle(result);
        return;
      }
      outputs[index] = result.output;
      done += 1;
      if (done === branches.length) settle({ ok: true, output: outputs });
      else begin();
    };
    if (branches.length === 0) settle({ ok: true, output: outputs });
    const first = concurrency === 0 ? branches.length : Math.min(concurrency, branches.length);
    for (let count = 0; count < first; count++) begin();
  }
}

function isAlive(scope: Scope): boolean {
  for (let each: Scope | undefined = scope; each; each = each.parent) if (!each.alive) return false;
  return true;
}

/** What the state makes of its result, or the error that its templates and paths end in: it can be caught like the task's own. */
function outputOf(state: Guarded, data: Json, result: Json, context: Context): TaskResult {
  if (state.kind !== 'Task') return { ok: true, output: state.place(data, result) };
  try {
    const placed = state.place(data, state.select ? state.select(result, context) : result);
    const output = state.output(placed, context);
    if (output !== undefined) return { ok: true, output };
  } catch (thrown) {
    return failureOf(thrown);
  }
  return { ok: false, error: 'States.Runtime', cause: `${state.name}: nothing is at its output path` };
}

const caught = (catcher: CompiledCatcher, data: Json, failure: TaskResult & { readonly ok: false }): Json =>
  catcher.place(data, { Error: failure.error, Cause: failure.cause });

function delayMs(retrier: CompiledRetrier, before: number, random: () => number): number {
  const whole = Math.min(retrier.intervalMs * retrier.rate ** before, retrier.longestMs);
  return retrier.jitter ? whole * random() : whole;
}

function failureOf(thrown: unknown): TaskResult & { readonly ok: false } {
  if (thrown instanceof StatesError) return { ok: false, error: thrown.error, cause: thrown.causeText };
  throw thrown;
}
