/** A machine of a few states and a host whose tasks answer as a test says. */
import {
  compileMachine,
  type Definition,
  Execution,
  type Json,
  type JsonObject,
  type TaskCall,
  type TaskResult,
  VirtualClock,
} from '../../../simulator/asl';

/** After `ms`, or never where it is left out. */
export type Planned = { readonly ms?: number; readonly result: TaskResult };

export const ok = (output: Json, ms = 0): Planned => ({ ms, result: { ok: true, output } });
export const thrown = (error: string, ms = 0): Planned => ({ ms, result: { ok: false, error, cause: 'planned' } });
export const silent: Planned = { result: { ok: true, output: null } };

export interface Made {
  readonly execution: Execution;
  readonly clock: VirtualClock;
  readonly calls: readonly (TaskCall & { readonly atMs: number })[];
  readonly path: readonly string[];
}

export const task = (more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'f', 'given.$': '$' },
  TimeoutSeconds: 10,
  ...more,
});

/** Retries three times after 1, 2 and 4 s, without jitter. */
export const RETRY: JsonObject = { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 3 };

export const machineOf = (states: Readonly<Record<string, Json>>, startAt = Object.keys(states)[0]): Definition =>
  ({ StartAt: startAt, TimeoutSeconds: 1000, States: states }) as unknown as Definition;

/** Runs until nothing is due; `answer` is asked at each call. */
export function play(
  definition: Definition,
  answer: (call: TaskCall, count: number) => Planned = () => ok({}),
  input: Json = {},
  random: () => number = () => 0.5,
  before: (made: Made) => void = () => {},
): Made {
  const clock = new VirtualClock();
  const calls: (TaskCall & { atMs: number })[] = [];
  const path: string[] = [];
  const host = {
    clock,
    random,
    entered: (_name: string, state: string) => void path.push(state),
    call: (call: TaskCall, done: (result: TaskResult) => void) => {
      calls.push({ ...call, atMs: clock.nowMs });
      const { ms, result } = answer(call, calls.length);
      if (ms !== undefined) clock.after(ms, () => done(result));
    },
  };
  const execution = new Execution(compileMachine(definition), { name: 'e', input }, host);
  const made = { execution, clock, calls, path };
  before(made);
  clock.run();
  return made;
}
