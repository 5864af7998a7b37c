/** How long a failed message waits before it is received again. */

export interface BackoffSettings {
  /** Wait after the first failure, before jitter. */
  readonly firstSeconds: number;
  readonly mostSeconds: number;
}

/** One second at first, doubled up to five minutes: within a queue's receives a short outage passes and a long one is not hammered. */
export const DEFAULT_BACKOFF: BackoffSettings = { firstSeconds: 1, mostSeconds: 300 };
/** What SQS takes as a visibility timeout. */
const MOST_VISIBILITY_SECONDS = 43_200;

export interface BackoffState {
  /** Failures so far, this one included; from 1. */
  readonly failures: number;
}

/**
 * Exponential with jitter over the upper half, so that messages which failed together do not come back together. A wait that the
 * error asked for is kept as it is.
 */
export function decideBackoff(
  state: BackoffState,
  input: { readonly retryAfterSeconds?: number | undefined; readonly settings?: BackoffSettings },
  { random }: { readonly random: () => number },
): { readonly decision: { readonly seconds: number }; readonly reason: string; readonly state: BackoffState } {
  const next = { failures: state.failures + 1 };
  if (input.retryAfterSeconds !== undefined) {
    const seconds = Math.min(MOST_VISIBILITY_SECONDS, Math.max(0, Math.ceil(input.retryAfterSeconds)));
    return { decision: { seconds }, reason: 'the error asked for this wait', state: next };
  }
  const { firstSeconds, mostSeconds } = input.settings ?? DEFAULT_BACKOFF;
  const ceiling = Math.min(mostSeconds, firstSeconds * 2 ** Math.min(30, Math.max(0, state.failures - 1)));
  const seconds = Math.ceil(ceiling * (0.5 + 0.5 * random()));
  return { decision: { seconds }, reason: `failure ${state.failures}: up to ${ceiling} s`, state: next };
}
