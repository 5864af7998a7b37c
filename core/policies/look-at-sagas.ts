/** When the sagas of an acceptance that have their outcome are looked at: as soon as they have it, and again while it may still change. */

/** What is on its way outside (a charge that hangs, a refund) has arrived by then. */
export const WATCHED_MS = 300_000;
/** Beside others that are still open: what is older has had its looks. */
const LOOKED_AT_MS = 4 * WATCHED_MS;

export interface LookTools {
  /** All events of the acceptance have their outcome: nobody comes back to it. */
  readonly isClosing: boolean;
  /** Between two looks. */
  readonly leastMs: number;
  readonly nowMs: number;
}

export interface SettledLook {
  /** Which of them, by index. */
  readonly due: readonly number[];
  /** Those that were looked at now are not looked at again. */
  readonly isLast: boolean;
  /** When to look again; absent: never. */
  readonly dueAtMs?: number;
}

/** A look each time that the youngest of them is four times as old. */
export function settledLook(decidedAtMs: readonly number[], { isClosing, leastMs, nowMs }: LookTools): SettledLook {
  const due = decidedAtMs.flatMap((atMs, index) => (isClosing || nowMs - atMs < LOOKED_AT_MS ? [index] : []));
  const ageMs = Math.max(0, nowMs - Math.max(...decidedAtMs));
  if (decidedAtMs.length === 0 || ageMs >= WATCHED_MS) return { due, isLast: true };
  return { due, isLast: false, dueAtMs: nowMs + Math.max(leastMs, 3 * ageMs) };
}
