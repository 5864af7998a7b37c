/** A definition, compiled once: every path, template and rule is a function, every name of a state the state itself. */
import { type Condition, compileRule } from './choice';
import {
  type Block,
  type Catcher,
  type Definition,
  type FailState,
  type MapState,
  type ParallelState,
  type PassState,
  type Retrier,
  type State,
  type TaskState,
  TOKEN_SUFFIX,
  type WaitState,
} from './definition';
import { compilePath, compileRequired, compileResultPath, type Getter, type Setter } from './path';
import { compileTemplate, type Template } from './template';

export interface CompiledRetrier {
  readonly names: readonly string[];
  readonly intervalMs: number;
  readonly rate: number;
  readonly most: number;
  readonly longestMs: number;
  readonly jitter: boolean;
}

export interface CompiledCatcher {
  readonly names: readonly string[];
  readonly place: Setter;
  readonly next: CompiledState;
}

interface Named {
  readonly name: string;
  /** Absent where the block ends with this state. */
  next?: CompiledState;
}
interface Guarded extends Named {
  readonly retriers: readonly CompiledRetrier[];
  catchers: readonly CompiledCatcher[];
  readonly place: Setter;
}
export interface CompiledTask extends Guarded {
  readonly kind: 'Task';
  readonly resource: string;
  readonly waitsForToken: boolean;
  readonly timeoutMs: number;
  readonly parameters: Template;
  readonly select: Template | undefined;
  readonly output: Getter;
}
export interface CompiledMap extends Guarded {
  readonly kind: 'Map';
  readonly items: Template;
  readonly select: Template | undefined;
  /** 0: as many as there are items. */
  readonly concurrency: number;
  readonly block: CompiledBlock;
}
export interface CompiledParallel extends Guarded {
  readonly kind: 'Parallel';
  readonly blocks: readonly CompiledBlock[];
}
export interface CompiledPass extends Named {
  readonly kind: 'Pass';
  readonly result: Template;
  readonly place: Setter;
}
export interface CompiledWait extends Named {
  readonly kind: 'Wait';
  readonly seconds: Template;
}
export interface CompiledChoice extends Named {
  readonly kind: 'Choice';
  choices: readonly { readonly holds: Condition; readonly next: CompiledState }[];
}
export interface CompiledEnd extends Named {
  readonly kind: 'Succeed' | 'Fail';
  readonly error: string;
  readonly cause: string;
}
export type CompiledState =
  | CompiledTask
  | CompiledMap
  | CompiledParallel
  | CompiledPass
  | CompiledWait
  | CompiledChoice
  | CompiledEnd;

export interface CompiledBlock {
  readonly start: CompiledState;
}
export interface Machine extends CompiledBlock {
  readonly timeoutMs: number;
}

export function compileMachine(definition: Definition): Machine {
  return { ...compileBlock(definition), timeoutMs: definition.TimeoutSeconds * 1000 };
}

function compileBlock(block: Block): CompiledBlock {
  const states = new Map(Object.entries(block.States).map(([name, state]) => [name, compileState(name, state)]));
  const find = (name: string): CompiledState => {
    const found = states.get(name);
    if (!found) throw new SyntaxError(`no state is called ${name}`);
    return found;
  };
  for (const [name, state] of Object.entries(block.States)) link(find(name), state, find);
  return { start: find(block.StartAt) };
}

function compileState(name: string, state: State): CompiledState {
  switch (state.Type) {
    case 'Task':
      return compileTask(name, state);
    case 'Map':
      return compileMap(name, state);
    case 'Parallel':
      return { kind: 'Parallel', ...compileGuarded(name, state), blocks: state.Branches.map(compileBlock) };
    case 'Pass':
      return { kind: 'Pass', name, result: compilePass(state), place: compileResultPath(state.ResultPath) };
    case 'Wait':
      return { kind: 'Wait', name, seconds: compileWait(state) };
    case 'Choice':
      return { kind: 'Choice', name, choices: [] };
    default:
      return {
        kind: state.Type,
        name,
        error: (state as FailState).Error ?? '',
        cause: (state as FailState).Cause ?? '',
      };
  }
}

function compileTask(name: string, state: TaskState): CompiledTask {
  return {
    kind: 'Task',
    ...compileGuarded(name, state),
    resource: state.Resource,
    waitsForToken: state.Resource.endsWith(TOKEN_SUFFIX),
    timeoutMs: state.TimeoutSeconds * 1000,
    parameters: compileTemplate(state.Parameters),
    select: state.ResultSelector && compileTemplate(state.ResultSelector),
    output: compilePath(state.OutputPath ?? '$'),
  };
}

function compileMap(name: string, state: MapState): CompiledMap {
  return {
    kind: 'Map',
    ...compileGuarded(name, state),
    items: compileRequired(state.ItemsPath, 'States.Runtime'),
    select: state.ItemSelector && compileTemplate(state.ItemSelector),
    concurrency: state.MaxConcurrency ?? 0,
    block: compileBlock(state.ItemProcessor),
  };
}

const compileGuarded = (name: string, state: TaskState | MapState | ParallelState): Guarded => ({
  name,
  retriers: (state.Retry ?? []).map(compileRetrier),
  catchers: [],
  place: compileResultPath(state.ResultPath),
});

const compileRetrier = (retrier: Retrier): CompiledRetrier => ({
  names: retrier.ErrorEquals,
  intervalMs: (retrier.IntervalSeconds ?? 1) * 1000,
  rate: retrier.BackoffRate ?? 2,
  most: retrier.MaxAttempts ?? 3,
  longestMs: (retrier.MaxDelaySeconds ?? 31_622_400) * 1000,
  jitter: retrier.JitterStrategy === 'FULL',
});

/** The fixed result, or what the template makes of the data, or the data itself. */
function compilePass({ Result, Parameters }: PassState): Template {
  if (Result !== undefined) return () => Result;
  return Parameters === undefined ? (data) => data : compileTemplate(Parameters);
}

function compileWait({ Seconds, SecondsPath }: WaitState): Template {
  return SecondsPath === undefined ? () => Seconds ?? 0 : compileRequired(SecondsPath, 'States.Runtime');
}

/** After all states of the block are there. */
function link(compiled: CompiledState, state: State, find: (name: string) => CompiledState): void {
  if ('Next' in state && state.Next !== undefined) compiled.next = find(state.Next);
  if (compiled.kind === 'Choice' && state.Type === 'Choice') {
    compiled.choices = state.Choices.map((rule) => ({ holds: compileRule(rule), next: find(rule.Next) }));
    compiled.next = find(state.Default);
  }
  if ('catchers' in compiled && 'Catch' in state)
    compiled.catchers = (state.Catch ?? []).map((catcher: Catcher) => ({
      names: catcher.ErrorEquals,
      place: compileResultPath(catcher.ResultPath),
      next: find(catcher.Next),
    }));
}
