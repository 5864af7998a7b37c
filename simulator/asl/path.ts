/** Reference paths (`$.a.b[0]`, `$$.Execution.Name`), compiled once to a function. */
import { StatesError } from './errors';
import { isObject, type Json } from './json';

/** What `$$` names. */
export interface Context {
  readonly Execution: { readonly Name: string; readonly Input: Json };
  readonly State: { readonly Name: string; readonly RetryCount: number };
  readonly Task?: { readonly Token: string };
  readonly Map?: { readonly Item: { readonly Index: number; readonly Value: Json } };
}

/** `undefined` where nothing is there. */
export type Getter = (data: Json, context: Context) => Json | undefined;
export type Setter = (data: Json, value: Json) => Json;
type Step = string | number;

export function parsePath(path: string): { readonly ofContext: boolean; readonly steps: readonly Step[] } {
  const match = /^(\$\$?)((?:\.[A-Za-z_][A-Za-z0-9_-]*|\[\d+\])*)$/.exec(path);
  if (!match) throw new SyntaxError(`not a reference path of this subset: ${path}`);
  const steps = [...(match[2] ?? '').matchAll(/\.([^.[]+)|\[(\d+)\]/g)].map(
    ([, name, index]): Step => (name === undefined ? Number(index) : name),
  );
  return { ofContext: match[1] === '$$', steps };
}

export function compilePath(path: string): Getter {
  const { ofContext, steps } = parsePath(path);
  const [first, second] = steps;
  if (ofContext) return (_data, context) => follow(context as unknown as Json, steps);
  if (first === undefined) return (data) => data;
  if (second === undefined) return (data) => child(data, first);
  return (data) => follow(data, steps);
}

/** The value there; the state fails with `error` where nothing is. */
export function compileRequired(path: string, error: string): (data: Json, context: Context) => Json {
  const get = compilePath(path);
  return (data, context) => {
    const value = get(data, context);
    if (value === undefined) throw new StatesError(error, `nothing is at ${path}`);
    return value;
  };
}

/** Where a result goes: the whole data for `$`, else a copy with the value in its place. */
export function compileResultPath(path = '$'): Setter {
  const { ofContext, steps } = parsePath(path);
  const names = steps.filter((step): step is string => typeof step === 'string');
  if (ofContext || names.length < steps.length) throw new SyntaxError(`not a place for a result: ${path}`);
  const [first, second] = names;
  if (first === undefined) return (_data, value) => value;
  if (second === undefined) return (data, value) => ({ ...(isObject(data) ? data : {}), [first]: value });
  return (data, value) => place(data, names, 0, value);
}

function place(data: Json, names: readonly string[], at: number, value: Json): Json {
  const name = names[at];
  if (name === undefined) return value;
  const object = isObject(data) ? data : {};
  return { ...object, [name]: place(object[name] ?? {}, names, at + 1, value) };
}

function follow(from: Json, steps: readonly Step[]): Json | undefined {
  let value: Json | undefined = from;
  for (const step of steps) value = child(value, step);
  return value;
}

function child(value: Json | undefined, step: Step): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<Step, Json | undefined>>)[step];
}
