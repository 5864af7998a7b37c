/** Payload templates (`"name.$": "$.path"`) and the intrinsic functions of the subset, compiled once to a function. */
import { StatesError } from './errors';
import { isObject, type Json } from './json';
import { type Context, compileRequired } from './path';

export type Template = (data: Json, context: Context) => Json;

/** A part without a path stands for itself, and is not copied. */
export function compileTemplate(template: Json): Template {
  if (Array.isArray(template)) {
    const parts = template.map(compileTemplate);
    return isConstant(template) ? () => template : (data, context) => parts.map((part) => part(data, context));
  }
  if (!isObject(template) || isConstant(template)) return () => template;
  const entries = Object.entries(template).map(([key, value]): readonly [string, Template] =>
    key.endsWith('.$') ? [key.slice(0, -2), compileExpression(value)] : [key, compileTemplate(value)],
  );
  return (data, context) => {
    const made: Record<string, Json> = {};
    for (const [key, part] of entries) made[key] = part(data, context);
    return made;
  };
}

/** A path or a call of an intrinsic function. */
export function compileExpression(expression: Json): Template {
  if (typeof expression !== 'string') throw new SyntaxError(`not a path: ${JSON.stringify(expression)}`);
  return expression.startsWith('States.')
    ? compileCall(parseCall(expression))
    : compileRequired(expression, 'States.ParameterPathFailure');
}

export type Argument = { readonly literal: Json } | { readonly path: string } | Call;
export interface Call {
  readonly name: string;
  readonly args: readonly Argument[];
}

/** Arguments: texts in single quotes, whole numbers, paths and calls. */
export function parseCall(text: string): Call {
  let at = 0;
  const fail = (): never => {
    throw new SyntaxError(`not a call of this subset at ${at}: ${text}`);
  };
  const take = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(text.slice(at));
    if (match) at += match[0].length;
    return match?.[0];
  };
  const argument = (): Argument => {
    take(/^\s*/);
    const quoted = take(/^'[^'\\]*'/);
    if (quoted !== undefined) return { literal: quoted.slice(1, -1) };
    const digits = take(/^-?\d+/);
    if (digits !== undefined) return { literal: Number(digits) };
    const path = take(/^\$[^,)\s]*/);
    return path === undefined ? call() : { path };
  };
  const call = (): Call => {
    const name = take(/^States\.[A-Za-z]+(?=\()/) ?? fail();
    if (!(name in INTRINSICS)) throw new SyntaxError(`${name} is not in this subset`);
    take(/^\(/);
    const args = [argument()];
    while (take(/^\s*,/) !== undefined) args.push(argument());
    if (take(/^\s*\)/) === undefined) fail();
    return { name, args };
  };
  const parsed = call();
  return at === text.length ? parsed : fail();
}

function compileCall({ name, args }: Call): Template {
  const run = INTRINSICS[name] as Intrinsic;
  const parts = args.map((each): Template => {
    if ('name' in each) return compileCall(each);
    return 'path' in each ? compileRequired(each.path, 'States.ParameterPathFailure') : () => each.literal;
  });
  return (data, context) => run(parts.map((part) => part(data, context)));
}

type Intrinsic = (args: readonly Json[]) => Json;

/** By name. What is not here is not in the subset. */
export const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  'States.Format': ([format, ...values]) => {
    const [first = '', ...rest] = String(format).split('{}');
    return rest.reduce((text, part, index) => text + textOf(values[index]) + part, first);
  },
  'States.MathAdd': ([a, b]) => numberOf(a) + numberOf(b),
  'States.ArrayRange': ([first, last, step]) => {
    const range: number[] = [];
    for (let value = numberOf(first); value <= numberOf(last); value += numberOf(step)) range.push(value);
    return range;
  },
  'States.ArrayContains': ([array, value]) => {
    if (!Array.isArray(array)) throw new StatesError('States.IntrinsicFailure', 'the first argument is no array');
    return array.includes(value as Json);
  },
};

function textOf(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new StatesError('States.IntrinsicFailure', 'a text takes texts, numbers and booleans');
}

function numberOf(value: Json | undefined): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new StatesError('States.IntrinsicFailure', `${JSON.stringify(value)} is no whole number`);
}

function isConstant(template: Json): boolean {
  if (Array.isArray(template)) return template.every(isConstant);
  if (!isObject(template)) return true;
  return Object.entries(template).every(([key, value]) => !key.endsWith('.$') && isConstant(value));
}
