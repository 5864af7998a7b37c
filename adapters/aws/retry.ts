/** Bounded, jittered waits for what a batch API left undone, and the names of errors that mean "later". */

/** Waits before repeat number `attempt` (from 1). Tests pass one that does not wait. */
export type Wait = (attempt: number) => Promise<void>;

/** How often the rest of a batch is tried again before it is reported as failed. */
export const MAX_REPEATS = 4;

/** Full jitter below 25 ms x 2^attempt, 400 ms at most: a batch with four repeats stays below a second. */
export const jitteredWait: Wait = (attempt) =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(400, 25 * 2 ** attempt)));

const LATER = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'TooManyRequestsException',
  'SlowDown',
]);

/** True where the service says that it is too busy. */
export function isThrottling(error: unknown): boolean {
  return error instanceof Error && LATER.has(error.name);
}

/** True for an error that the caller made (permissions, a missing queue): repeating it cannot help. */
export function isCallersFault(error: unknown): boolean {
  return !isThrottling(error) && (error as { $fault?: string }).$fault === 'client';
}

/** True where a single write's condition did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** Runs a conditional write; false where the condition did not hold. */
export async function holds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}
