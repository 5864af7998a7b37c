/**
 * A case of a definition: what the steps answer, the way that it takes and how it ends. The same files can be held against a real
 * engine, since nothing in them depends on how the interpreter works.
 */
import { VirtualClock } from './clock';
import type { Machine } from './compile';
import { Execution } from './execution';
import type { ExecutionEnd, TaskCall, TaskResult } from './host';
import { isObject, type JsonObject } from './json';

/** Exactly one of them. */
export interface CaseAnswer {
  readonly return?: JsonObject;
  /** The name of the error that the step throws. */
  readonly throw?: string;
  /** It never answers: its time-out ends it. */
  readonly hang?: true;
}

export interface CaseEnd {
  readonly status: ExecutionEnd['status'];
  readonly error?: string;
}

export interface Case {
  readonly comment: string;
  /** What differs from the input that all cases share. */
  readonly input?: JsonObject;
  /** By step (`cell/0/1` for one cell), in the order of its calls; a step that is not here is always done. All must be used. */
  readonly answers: Readonly<Record<string, readonly CaseAnswer[]>>;
  /** What comes back for a task's token: `true` for any answer, `false` for none before its time-out. Left out: none. */
  readonly tokens?: readonly boolean[];
  /** The states entered in order, without Pass and Choice, which do nothing outside. */
  readonly path: readonly string[];
  /** What the named steps were called with beside step, saga and attempt, at their last call. */
  readonly payloads?: Readonly<Record<string, JsonObject>>;
  readonly end: CaseEnd;
}

export interface CaseRun {
  readonly path: readonly string[];
  readonly payloads: Readonly<Record<string, JsonObject>>;
  readonly end: CaseEnd;
  readonly events: number;
  readonly seconds: number;
  /** Steps whose answers were not all used, or that were called more often than there are answers. */
  readonly unused: readonly string[];
}

const DONE: CaseAnswer = { return: { status: 'done', version: 1 } };

export function runCase(machine: Machine, shared: JsonObject, given: Case): CaseRun {
  const clock = new VirtualClock();
  const path: string[] = [];
  const payloads: Record<string, JsonObject> = {};
  const left = new Map(Object.entries(given.answers).map(([step, answers]) => [step, [...answers]]));
  const tokens = [...(given.tokens ?? [])];
  const overdrawn: string[] = [];
  const call = (request: TaskCall, answer: (result: TaskResult) => void): void => {
    const payload = payloadOf(request);
    const step = stepOf(payload);
    const { step: _step, saga: _saga, attempt: _attempt, ...rest } = payload;
    payloads[step] = rest;
    if (request.token !== undefined) {
      const { token } = request;
      if (tokens.shift() === true) clock.after(60_000, () => execution.answerToken(token, { ok: true, output: {} }));
      return;
    }
    const queue = left.get(step);
    const next = queue ? queue.shift() : DONE;
    if (!next) overdrawn.push(step);
    else if (!next.hang) clock.after(10, () => answer(resultOf(next)));
  };
  const entered = (_execution: string, state: string, kind: string): void => {
    if (kind !== 'Pass' && kind !== 'Choice') path.push(state);
  };
  const host = { clock, random: () => 0.5, call, entered };
  let endedMs = 0;
  const input = { ...shared, ...given.input };
  const execution = new Execution(machine, { name: 'case', input }, host, () => {
    endedMs = clock.nowMs;
  });
  clock.run();
  const unused = [...left].filter(([, answers]) => answers.length > 0).map(([step]) => step);
  return {
    path,
    payloads,
    end: endOf(execution.end),
    events: execution.events,
    seconds: endedMs / 1000,
    unused: [...unused, ...overdrawn],
  };
}

function payloadOf(request: TaskCall): JsonObject {
  const { Payload } = request.parameters;
  return isObject(Payload) ? Payload : {};
}

function stepOf({ step, cell }: JsonObject): string {
  return isObject(cell) ? `${step}/${cell.layer}/${cell.index}` : String(step);
}

/** As lambda:invoke wraps what a function returns. */
const resultOf = (answer: CaseAnswer): TaskResult =>
  answer.throw === undefined
    ? { ok: true, output: { StatusCode: 200, Payload: answer.return ?? null } }
    : { ok: false, error: answer.throw, cause: 'as the case says' };

function endOf(end: ExecutionEnd | undefined): CaseEnd {
  if (!end) throw new Error('the execution waits for something that never comes');
  return end.status === 'FAILED' ? { status: end.status, error: end.error } : { status: end.status };
}
