/** Errors by their names, as Retry and Catch see them. */

/** Fails a state, or the execution where no Catch names it. */
export class StatesError extends Error {
  override readonly name = 'StatesError';
  constructor(
    readonly error: string,
    readonly causeText: string,
  ) {
    super(`${error}: ${causeText}`);
  }
}

/** No Retry and no Catch can have these, not even by States.ALL. */
const UNCATCHABLE: readonly string[] = ['States.Runtime', 'States.DataLimitExceeded'];

/** Does this list of names stand for that error? States.TaskFailed stands for every error of a task but the time-out. */
export function matchesError(names: readonly string[], error: string): boolean {
  if (names.includes(error)) return true;
  if (UNCATCHABLE.includes(error)) return false;
  return names.includes('States.ALL') || (names.includes('States.TaskFailed') && error !== 'States.Timeout');
}
