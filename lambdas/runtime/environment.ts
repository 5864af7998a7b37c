/** A function's environment variables, read in one typed place. */
import * as v from 'valibot';
import { InvalidValueError } from '../../core/contracts/errors';
import { FUNCTION_ENVIRONMENTS, type FunctionEnvironment, type FunctionKind } from '../../core/contracts/functions';

/** Throws an `InvalidValueError` that names every variable that is missing or wrong. */
export function readEnvironment<K extends FunctionKind>(
  kind: K,
  variables: Readonly<Record<string, string | undefined>>,
): FunctionEnvironment<K> {
  const parsed = v.safeParse(FUNCTION_ENVIRONMENTS[kind], variables);
  if (parsed.success) return parsed.output as FunctionEnvironment<K>;
  throw new InvalidValueError(
    `environment of function ${kind}`,
    parsed.issues.map((issue) => ({
      path: v.getDotPath(issue) ?? '(root)',
      value: issue.input,
      allowed: issue.message,
    })),
  );
}
