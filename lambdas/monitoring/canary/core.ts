/** One known error, so that its absence from what the monitor diagnoses tells that the way from log to monitor is broken. */
import type { Log } from '../../../core/ports';

/** Its name is what the monitor counts. */
export class CanaryError extends Error {
  override readonly name = 'CanaryError';
}

export function sing(log: Log): void {
  log.error('the canary sings: this error is known and harmless', { error: new CanaryError('known') });
}
