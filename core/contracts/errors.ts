/** Errors whose type decides the retry. Anything else thrown by a unit counts as retryable: unknown is not hopeless. */

/** Trying again cannot help: the record gets the outcome DEAD with this message as its reason. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

/** Trying again may help. `retryAfterSeconds` (0–43,200) asks for a particular wait; without it the backoff policy decides. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
  constructor(
    message: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

/** A store said that it has written, and what was written is not there. */
export class LostWriteError extends Error {
  override readonly name = 'LostWriteError';
}

/** One fault in a value that crossed a boundary: where, what was there, what is allowed. */
export interface Fault {
  readonly path: string;
  readonly value: unknown;
  readonly allowed: string;
}

/** All faults of one value at once, so that a person repairs it in one go. */
export class InvalidValueError extends Error {
  override readonly name = 'InvalidValueError';
  constructor(
    what: string,
    readonly faults: readonly Fault[],
  ) {
    super(
      `${what} is not valid:\n${faults
        .map((fault) => `  ${fault.path}: ${printed(fault.value)} (allowed: ${fault.allowed})`)
        .join('\n')}`,
    );
  }
}

/** A value shortened for a message, since a fault may hold a whole event. JSON would print NaN and the infinities as null. */
function printed(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
