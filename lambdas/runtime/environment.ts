/** A function's environment variables, read in one typed place. */
import * as v from 'valibot';
import { InvalidValueError } from '../../core/contracts/errors';
import type { FUNCTION_ENVIRONMENTS, FunctionEnvironment, FunctionKind } from '../../core/contracts/functions';

/** By the schema of its kind. Throws an `InvalidValueError` that names every variable that is missing or wrong. */
export function readEnvironment<K extends FunctionKind>(
  kind: K,
  schema: (typeof FUNCTION_ENVIRONMENTS)[K],
  variables: Readonly<Record<string, string | undefined>>,
): FunctionEnvironment<K> {
  const parsed = v.safeParse(schema, variables);
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
