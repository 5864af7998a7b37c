/**
 * What a definition must keep to, beyond being valid: only the part of the language that does the same on AWS and on the embedded
 * emulator, a time-out everywhere, bounded retries in one layer, a Catch on every task, a bounded history. All faults at once.
 */
import { type Block, type Definition, type State, type TaskState, TOKEN_SUFFIX } from './definition';
import { isObject, type Json } from './json';
import { mostAttempts, type WorstCase, worstHistory } from './worst-history';

/** AWS ends an execution at 25,000 events; a fifth leaves room for whoever repairs by hand. */
export const MOST_HISTORY_EVENTS = 5_000;
/** Attempts of one call in all: those of the definition times those of the SDK's own retry below it. */
export const MOST_ATTEMPTS = 8;
/** The SDK's attempts inside a step: one retry for a connection that was cut. */
export const SDK_ATTEMPTS = 2;

const LAMBDA = 'arn:aws:states:::lambda:invoke';

/** Of each type its fields; what is not here is not in the subset. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: 'Comment Type Resource Parameters ResultSelector ResultPath OutputPath TimeoutSeconds Retry Catch Next End'.split(
    ' ',
  ),
  Pass: 'Comment Type Parameters Result ResultPath Next End'.split(' '),
  Choice: 'Comment Type Choices Default'.split(' '),
  Wait: 'Comment Type Seconds SecondsPath Next End'.split(' '),
  Map: 'Comment Type ItemsPath ItemSelector MaxConcurrency ItemProcessor ResultPath Retry Catch Next End'.split(' '),
  Parallel: 'Comment Type Branches ResultPath Retry Catch Next End'.split(' '),
  Succeed: 'Comment Type'.split(' '),
  Fail: 'Comment Type Error Cause'.split(' '),
};
const RULES =
  'Variable StringEquals NumericEquals NumericLessThan NumericGreaterThan NumericLessThanPath BooleanEquals IsPresent And Or Not Next'.split(
    ' ',
  );

/** Nothing where all is well. */
export function checkDefinition(definition: Definition, bounds: WorstCase = {}): readonly string[] {
  const faults = [
    ...unknownFields('the machine', definition, ['Comment', 'StartAt', 'States', 'TimeoutSeconds']),
    ...wholeSeconds('the machine', definition.TimeoutSeconds),
    ...blockFaults(definition, false),
  ];
  return faults.length > 0 ? faults : historyFaults(definition, bounds);
}

function historyFaults(definition: Definition, bounds: WorstCase): string[] {
  try {
    const events = worstHistory(definition, bounds);
    return events <= MOST_HISTORY_EVENTS
      ? []
      : [`the machine: ${events} events on the longest path, ${MOST_HISTORY_EVENTS} are allowed`];
  } catch (error) {
    if (error instanceof RangeError) return [`the machine: ${error.message}`];
    throw error;
  }
}

function blockFaults(block: Block, retriedAbove: boolean): string[] {
  const reached = reachable(block);
  return Object.entries(block.States).flatMap(([name, state]) => [
    ...(reached.has(name) ? [] : [`${name}: no path leads here`]),
    ...stateFaults(name, state, retriedAbove),
    ...targets(state)
      .filter((next) => !(next in block.States))
      .map((next) => `${name}: goes to ${next}, which is not there`),
  ]);
}

function stateFaults(name: string, state: State, retriedAbove: boolean): string[] {
  const fields = FIELDS[state.Type];
  if (!fields) return [`${name}: ${(state as State).Type} is not in the subset`];
  const faults = unknownFields(name, state, fields);
  switch (state.Type) {
    case 'Task':
      return [...faults, ...taskFaults(name, state, retriedAbove)];
    case 'Choice':
      return [
        ...faults,
        ...(state.Default === undefined ? [`${name}: a Choice needs a Default`] : []),
        ...state.Choices.flatMap((rule) => ruleFaults(name, rule)),
      ];
    case 'Wait':
      return [
        ...faults,
        ...((state.Seconds === undefined) === (state.SecondsPath === undefined)
          ? [`${name}: either Seconds or SecondsPath`]
          : []),
      ];
    case 'Map':
      return [
        ...faults,
        ...(state.ItemProcessor?.ProcessorConfig?.Mode === 'INLINE' ? [] : [`${name}: an inline ItemProcessor`]),
        ...blockFaults(state.ItemProcessor, retriedAbove || mostAttempts(state.Retry) > 1),
      ];
    case 'Parallel':
      return [
        ...faults,
        ...state.Branches.flatMap((branch) => blockFaults(branch, retriedAbove || mostAttempts(state.Retry) > 1)),
      ];
    default:
      return faults;
  }
}

function taskFaults(name: string, state: TaskState, retriedAbove: boolean): string[] {
  const waits = state.Resource.endsWith(TOKEN_SUFFIX);
  const attempts = mostAttempts(state.Retry);
  const final = state.Retry?.[0];
  const faults = [...wholeSeconds(name, state.TimeoutSeconds)];
  if (state.Resource !== LAMBDA && state.Resource !== LAMBDA + TOKEN_SUFFIX)
    faults.push(`${name}: ${state.Resource} is not in the subset`);
  if (!state.Catch?.some((each) => each.ErrorEquals.includes('States.ALL')))
    faults.push(`${name}: no Catch for States.ALL`);
  if (state.Catch?.some((each) => each.ResultPath === undefined || each.ResultPath === '$'))
    faults.push(`${name}: a Catch replaces the whole data`);
  if (attempts * SDK_ATTEMPTS > MOST_ATTEMPTS)
    faults.push(`${name}: ${attempts} attempts, ${SDK_ATTEMPTS} calls each, ${MOST_ATTEMPTS} in all are allowed`);
  if (waits && state.Retry?.some((each) => each.MaxAttempts !== 0 && each.ErrorEquals.some(isWide)))
    faults.push(`${name}: a task with a token is not retried after its time-out, which is how long it may wait`);
  if (attempts > 1 && retriedAbove) faults.push(`${name}: is retried, and so is what it is in`);
  if (attempts > 1 && !(final?.MaxAttempts === 0 && final.ErrorEquals.includes('TerminalError')))
    faults.push(`${name}: the first Retry says that a TerminalError is final`);
  for (const each of (state.Retry ?? []).filter((retrier) => retrier.MaxAttempts !== 0))
    if (each.MaxAttempts === undefined || each.JitterStrategy !== 'FULL' || each.MaxDelaySeconds === undefined)
      faults.push(`${name}: a Retry needs MaxAttempts, MaxDelaySeconds and JitterStrategy FULL`);
  return faults;
}

const isWide = (name: string): boolean => ['States.ALL', 'States.Timeout'].includes(name);

function ruleFaults(name: string, rule: Json | object): string[] {
  const inner = [...(asRules(rule, 'And') ?? []), ...(asRules(rule, 'Or') ?? []), ...(asRules(rule, 'Not') ?? [])];
  return [...unknownFields(name, rule, RULES), ...inner.flatMap((each) => ruleFaults(name, each))];
}

function asRules(rule: Json | object, field: string): readonly Json[] | undefined {
  const value = isObject(rule as Json) ? (rule as Readonly<Record<string, Json>>)[field] : undefined;
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value : [value];
}

const unknownFields = (name: string, value: object | Json, allowed: readonly string[]): string[] =>
  Object.keys(value as object)
    .filter((field) => !allowed.includes(field))
    .map((field) => `${name}: ${field} is not in the subset`);

const wholeSeconds = (name: string, seconds: number | undefined): string[] =>
  Number.isInteger(seconds) && (seconds as number) > 0 ? [] : [`${name}: no TimeoutSeconds`];

function reachable(block: Block): ReadonlySet<string> {
  const reached = new Set([block.StartAt]);
  for (const name of reached) for (const next of targets(block.States[name])) reached.add(next);
  return reached;
}

function targets(state: State | undefined): readonly string[] {
  if (!state) return [];
  const nexts: (string | undefined)[] = [];
  if ('Next' in state) nexts.push(state.Next);
  if (state.Type === 'Choice') nexts.push(state.Default, ...state.Choices.map((rule) => rule.Next));
  if ('Catch' in state) nexts.push(...(state.Catch ?? []).map((each) => each.Next));
  return nexts.filter((next) => next !== undefined);
}
