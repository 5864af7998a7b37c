/** Spaces the starts of one environment, so that all environments of a lane together stay below what the account may start. */

export interface Pace {
  /** When the next start may be made; each call takes a slot. Not before `nowMs`. */
  take(nowMs: number): number;
}

export function createPace(everyMs: number): Pace {
  let freeAtMs = Number.NEGATIVE_INFINITY;
  return {
    take: (nowMs) => {
      const atMs = Math.max(nowMs, freeAtMs);
      freeAtMs = atMs + everyMs;
      return atMs;
    },
  };
}
