/** What the same read was answered before, so that a stale answer is one that was true once. */
import { createHash } from 'node:crypto';
import type { Answer } from './answers';

/** `Scan` is left out: its answers are whole tables. */
export const READS: readonly string[] = ['GetItem', 'BatchGetItem', 'Query'];
const MOST_REQUESTS = 5_000;

export interface ReadMemory {
  /** The last other answer to this request before `truth`, which is noted. */
  olderThan(truth: Answer, operation: string, body: Buffer): Answer | undefined;
}

interface Remembered {
  readonly last: Answer;
  readonly before: Answer | undefined;
}

export function createReadMemory(mostRequests = MOST_REQUESTS): ReadMemory {
  const known = new Map<string, Remembered>();
  return {
    olderThan(truth, operation, body) {
      if (truth.status !== 200) return undefined;
      const key = createHash('sha1').update(operation).update(body).digest('base64');
      const found = known.get(key);
      const before = found?.last.body.equals(truth.body) ? found.before : found?.last;
      // Set anew, so that the map's first is the one that nobody has asked for the longest.
      known.delete(key);
      known.set(key, { last: truth, before });
      const eldest = known.size > mostRequests ? known.keys().next().value : undefined;
      if (eldest !== undefined) known.delete(eldest);
      return before;
    },
  };
}
