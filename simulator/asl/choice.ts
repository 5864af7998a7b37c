/** Choice rules, compiled once to a function. */
import type { ChoiceRule } from './definition';
import type { Json } from './json';
import { type Context, compilePath, compileRequired } from './path';

export type Condition = (data: Json, context: Context) => boolean;

/** Where the variable is not there, the execution fails, as on AWS (the embedded emulator takes it for false). */
export function compileRule(rule: ChoiceRule): Condition {
  if (rule.And) return all(rule.And.map(compileRule));
  if (rule.Or) return any(rule.Or.map(compileRule));
  if (rule.Not) {
    const held = compileRule(rule.Not);
    return (data, context) => !held(data, context);
  }
  if (rule.IsPresent !== undefined) {
    const find = compilePath(rule.Variable ?? '');
    return (data, context) => (find(data, context) !== undefined) === rule.IsPresent;
  }
  const read = compileRequired(rule.Variable ?? '', 'States.Runtime');
  const compare = compileComparison(rule);
  return (data, context) => compare(read(data, context), data, context);
}

type Comparison = (value: Json, data: Json, context: Context) => boolean;

function compileComparison(rule: ChoiceRule): Comparison {
  const { StringEquals, NumericEquals, NumericLessThan, NumericGreaterThan, NumericLessThanPath, BooleanEquals } = rule;
  if (StringEquals !== undefined) return (value) => value === StringEquals;
  if (NumericEquals !== undefined) return (value) => value === NumericEquals;
  if (NumericLessThan !== undefined) return (value) => typeof value === 'number' && value < NumericLessThan;
  if (NumericGreaterThan !== undefined) return (value) => typeof value === 'number' && value > NumericGreaterThan;
  if (BooleanEquals !== undefined) return (value) => value === BooleanEquals;
  if (NumericLessThanPath === undefined) throw new SyntaxError(`no comparison of this subset: ${JSON.stringify(rule)}`);
  const bound = compileRequired(NumericLessThanPath, 'States.Runtime');
  return (value, data, context) => {
    const most = bound(data, context);
    return typeof value === 'number' && typeof most === 'number' && value < most;
  };
}

const all =
  (rules: readonly Condition[]): Condition =>
  (data, context) =>
    rules.every((rule) => rule(data, context));

const any =
  (rules: readonly Condition[]): Condition =>
  (data, context) =>
    rules.some((rule) => rule(data, context));
