/**
 * The longest history that an execution of a definition can have. Every path is followed with what is known of the data: what a Pass
 * fixes or counts is known, what a task answers is not, and a Choice on something unknown may go any way. So a loop ends where its
 * own counter ends it, and a loop that nothing counts is found to be endless.
 */
import type { Block, ChoiceRule, Definition, MapState, ParallelState, Retrier, State, TaskState } from './definition';
import { TOKEN_SUFFIX } from './definition';
import {
  EVENTS_OF_ATTEMPT,
  EVENTS_OF_BRANCHING,
  EVENTS_OF_EXECUTION,
  EVENTS_OF_FAIL,
  EVENTS_OF_ITERATION,
  EVENTS_OF_STATE,
  EVENTS_OF_TOKEN_ATTEMPT,
} from './history';
import { isObject, type Json } from './json';
import { parsePath } from './path';
import { type Argument, parseCall } from './template';

export interface WorstCase {
  /** Items that one Map can be given, by the name of its state. */
  readonly items?: Readonly<Record<string, number>>;
}

/** Stands for every value. */
const UNKNOWN = '\u0000unknown';
/** What an error object is: its fields are not known. */
const FAILURE: Json = { Error: UNKNOWN, Cause: UNKNOWN };

/** Events of the longest history; throws where some path never ends. */
export function worstHistory(definition: Definition, bounds: WorstCase = {}): number {
  return EVENTS_OF_EXECUTION + worstOfBlock(definition, UNKNOWN, bounds);
}

/** All tries of a state: the first and every retry of every retrier. */
export const mostAttempts = (retriers: readonly Retrier[] = []): number =>
  1 + retriers.reduce((sum, each) => sum + (each.MaxAttempts ?? 3), 0);

interface Place {
  readonly name: string;
  readonly data: Json;
}

interface Frame {
  readonly key: string;
  readonly place: Place;
  readonly nexts: readonly Place[];
  /** Of `nexts`: those before it are known. */
  at: number;
  most: number;
}

/** The longest path, with a stack of its own: a path may be longer than the language's stack is deep. */
function worstOfBlock(block: Block, input: Json, bounds: WorstCase): number {
  const known = new Map<string, number>();
  const stack: Frame[] = [];
  const open = new Set<string>();
  const enter = (place: Place): void => {
    const key = keyOf(place);
    if (open.has(key)) throw new RangeError(`a path through ${place.name} never ends`);
    open.add(key);
    stack.push({ key, place, nexts: successors(stateOf(block, place.name), place.data), at: 0, most: 0 });
  };
  enter({ name: block.StartAt, data: input });
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const next = frame.nexts[frame.at];
    if (next) {
      const after = known.get(keyOf(next));
      if (after === undefined) enter(next);
      else {
        frame.most = Math.max(frame.most, after);
        frame.at += 1;
      }
      continue;
    }
    known.set(frame.key, eventsOf(frame.place.name, stateOf(block, frame.place.name), bounds) + frame.most);
    open.delete(frame.key);
    stack.pop();
  }
  return known.get(keyOf({ name: block.StartAt, data: input })) ?? 0;
}

const keyOf = (place: Place): string => `${place.name}\u0000${JSON.stringify(place.data)}`;

function stateOf(block: Block, name: string): State {
  const state = block.States[name];
  if (!state) throw new SyntaxError(`no state is called ${name}`);
  return state;
}

function eventsOf(name: string, state: State, bounds: WorstCase): number {
  switch (state.Type) {
    case 'Fail':
      return EVENTS_OF_FAIL;
    case 'Task': {
      const each = state.Resource.endsWith(TOKEN_SUFFIX) ? EVENTS_OF_TOKEN_ATTEMPT : EVENTS_OF_ATTEMPT;
      return EVENTS_OF_STATE + mostAttempts(state.Retry) * each;
    }
    case 'Map': {
      const items = bounds.items?.[name];
      if (items === undefined) throw new RangeError(`say how many items ${name} can be given`);
      return branching(state, items * (EVENTS_OF_ITERATION + worstOfBlock(state.ItemProcessor, UNKNOWN, bounds)));
    }
    case 'Parallel':
      return branching(
        state,
        state.Branches.reduce((sum, branch) => sum + worstOfBlock(branch, UNKNOWN, bounds), 0),
      );
    default:
      return EVENTS_OF_STATE;
  }
}

const branching = (state: MapState | ParallelState, inside: number): number =>
  EVENTS_OF_STATE + mostAttempts(state.Retry) * (EVENTS_OF_BRANCHING + inside);

/** Where it may go on, and with which data. */
function successors(state: State, data: Json): Place[] {
  if (state.Type === 'Succeed' || state.Type === 'Fail') return [];
  if (state.Type === 'Choice') return choose(state.Choices, data, state.Default);
  const onward = state.Next === undefined ? [] : [{ name: state.Next, data: after(state, data) }];
  const catchers = 'Catch' in state ? (state.Catch ?? []) : [];
  return [...onward, ...catchers.map((each) => ({ name: each.Next, data: put(data, each.ResultPath, FAILURE) }))];
}

function after(state: TaskState | MapState | ParallelState | Exclude<State, { Type: 'Choice' }>, data: Json): Json {
  switch (state.Type) {
    case 'Task': {
      const placed = put(data, state.ResultPath, state.ResultSelector ? fill(state.ResultSelector, UNKNOWN) : UNKNOWN);
      return state.OutputPath === undefined ? placed : get(placed, state.OutputPath);
    }
    case 'Pass':
      if (state.Result !== undefined) return put(data, state.ResultPath, state.Result);
      return put(data, state.ResultPath, state.Parameters ? fill(state.Parameters, data) : data);
    case 'Map':
    case 'Parallel':
      return put(data, state.ResultPath, UNKNOWN);
    default:
      return data;
  }
}

function choose(rules: readonly (ChoiceRule & { readonly Next: string })[], data: Json, otherwise: string): Place[] {
  const places: Place[] = [];
  for (const rule of rules) {
    const held = holds(rule, data);
    if (held !== false) places.push({ name: rule.Next, data });
    if (held === true) return places;
  }
  return [...places, { name: otherwise, data }];
}

/** `undefined`: it may hold or not. */
function holds(rule: ChoiceRule, data: Json): boolean | undefined {
  if (rule.And) return every(rule.And.map((each) => holds(each, data)));
  if (rule.Or) return opposite(every(rule.Or.map((each) => opposite(holds(each, data)))));
  if (rule.Not) return opposite(holds(rule.Not, data));
  const value = get(data, rule.Variable ?? '$');
  if (value === UNKNOWN || rule.IsPresent !== undefined) return undefined;
  if (rule.StringEquals !== undefined) return value === rule.StringEquals;
  if (rule.NumericEquals !== undefined) return value === rule.NumericEquals;
  if (rule.BooleanEquals !== undefined) return value === rule.BooleanEquals;
  if (typeof value !== 'number') return undefined;
  if (rule.NumericLessThan !== undefined) return value < rule.NumericLessThan;
  if (rule.NumericGreaterThan !== undefined) return value > rule.NumericGreaterThan;
  const bound = rule.NumericLessThanPath === undefined ? UNKNOWN : get(data, rule.NumericLessThanPath);
  return typeof bound === 'number' ? value < bound : undefined;
}

const every = (parts: readonly (boolean | undefined)[]): boolean | undefined => {
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
};

const opposite = (held: boolean | undefined): boolean | undefined => (held === undefined ? undefined : !held);

/** A template with what is known of the data; of the functions only the sum is carried out. */
function fill(template: Json, data: Json): Json {
  if (Array.isArray(template)) return template.map((each) => fill(each, data));
  if (!isObject(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]): [string, Json] =>
      key.endsWith('.$') ? [key.slice(0, -2), evaluate(String(value), data)] : [key, fill(value, data)],
    ),
  );
}

function evaluate(expression: string, data: Json): Json {
  if (!expression.startsWith('States.')) return get(data, expression);
  return call(parseCall(expression), data);
}

function call(part: Argument, data: Json): Json {
  if ('literal' in part) return part.literal;
  if ('path' in part) return get(data, part.path);
  const [a, b] = part.args.map((each) => call(each, data));
  return part.name === 'States.MathAdd' && typeof a === 'number' && typeof b === 'number' ? a + b : UNKNOWN;
}

/** What is not there counts as unknown: the execution would fail, which is no longer path. */
function get(data: Json, path: string): Json {
  const { ofContext, steps } = parsePath(path);
  if (ofContext) return UNKNOWN;
  return steps.reduce<Json>((value, step) => {
    const found = isObject(value) || Array.isArray(value) ? (value as Record<string | number, Json>)[step] : undefined;
    return found ?? UNKNOWN;
  }, data);
}

function put(data: Json, path: string | undefined, value: Json): Json {
  const [first, ...rest] = parsePath(path ?? '$').steps;
  if (first === undefined) return value;
  const object = isObject(data) ? data : {};
  const below = rest.length === 0 ? value : put(object[first] ?? {}, `$.${rest.join('.')}`, value);
  return { ...object, [first]: below };
}
