/** How much recovery may do in all: a token bucket, a cap on what happens within minutes, and a breaker for its own failures. */
import type { RecoveryLimits } from '../../contracts/incident';
import type { RecoverySettings } from './settings';

export const FIRST_LIMITS: RecoveryLimits = {
  tokens: Number.MAX_SAFE_INTEGER,
  refilledAtMs: 0,
  actedAtMs: [],
  failures: 0,
  brokenUntilMs: 0,
  rolledBackAtMs: {},
};

export type Taken =
  | { readonly ok: true; readonly limits: RecoveryLimits }
  | { readonly ok: false; readonly untilMs: number; readonly reason: string };

/** One action more, if there is one to be had. A clock that goes back gives nothing and takes nothing. */
export function takeAction(limits: RecoveryLimits, settings: RecoverySettings, clockMs: number): Taken {
  const { bucket, refillMs, cap, windowMs } = settings;
  const nowMs = Math.max(clockMs, limits.refilledAtMs, limits.actedAtMs.at(-1) ?? 0);
  if (limits.brokenUntilMs > nowMs)
    return no(limits.brokenUntilMs, `${limits.failures} actions failed one after the other`);
  const recent = limits.actedAtMs.filter((atMs) => atMs > nowMs - windowMs);
  const oldest = recent[recent.length - cap];
  if (oldest !== undefined) return no(oldest + windowMs, `${cap} actions within ${windowMs / 60_000} minutes`);
  const filled = limits.tokens + (nowMs - limits.refilledAtMs) / refillMs;
  const tokens = Math.min(bucket, filled);
  if (tokens < 1) return no(nowMs + Math.ceil((1 - tokens) * refillMs), `${bucket} actions at once`);
  return {
    ok: true,
    limits: { ...limits, tokens: tokens - 1, refilledAtMs: nowMs, actedAtMs: [...recent, nowMs] },
  };
}

function no(untilMs: number, reason: string): Taken {
  return { ok: false, untilMs, reason: `the limit of all recoveries is reached: ${reason}` };
}

/** What became of an action. Enough failures in a row stop everything for a while: what fails so often is not understood. */
export function noteResult(
  limits: RecoveryLimits,
  isDone: boolean,
  { mostFailures, breakMs }: RecoverySettings,
  nowMs: number,
): RecoveryLimits {
  if (isDone) return { ...limits, failures: 0 };
  const failures = limits.failures + 1;
  return { ...limits, failures, brokenUntilMs: failures >= mostFailures ? nowMs + breakMs : limits.brokenUntilMs };
}
