/** `behaviour` is `it` with the table of expected differences: what is listed for this endpoint must fail. */
import { DIFFERENCES } from './differences';
import { closeEndpoint, type Endpoint, openEndpoint } from './endpoint';

const LIMIT_MS = 30_000;
const SIDE_BY_SIDE = 4;

/** A few lines on AWS semantics; throws where they do not hold. */
export type Behaviour = (endpoint: Endpoint) => Promise<void>;

/** One `describe` per service: opens the endpoint, runs each behaviour, closes it. */
export function behaviours(service: string, cases: Readonly<Record<string, Behaviour>>, open?: Behaviour): void {
  describe(service, () => {
    // They wait more than they work, so some run side by side; each `it` then waits for its own.
    const results = new Map<string, Promise<void>>();
    beforeAll(async () => {
      const endpoint = await openEndpoint();
      await open?.(endpoint);
      const turn = turns(SIDE_BY_SIDE);
      for (const [name, run] of Object.entries(cases)) {
        const result = turn(() => judge(DIFFERENCES[endpoint.kind][name], () => run(endpoint)));
        result.catch(() => undefined);
        results.set(name, result);
      }
    }, LIMIT_MS);
    afterAll(async () => {
      await Promise.allSettled(results.values());
      await closeEndpoint();
    }, LIMIT_MS);
    for (const name of Object.keys(cases)) it(name, async () => results.get(name), 2 * LIMIT_MS);
  });
}

/** Runs tasks, at most so many at a time, in the order they came. */
function turns(atOnce: number): (task: () => Promise<void>) => Promise<void> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** With a known difference the run must fail; without one it must not. */
export async function judge(difference: string | undefined, run: () => Promise<void>): Promise<void> {
  if (difference === undefined) return run();
  let passed = false;
  try {
    await run();
    passed = true;
  } catch {
    // As listed.
  }
  if (passed) throw new Error(`behaves as AWS now; take it out of differences.ts and docs: "${difference}"`);
}

/** Tries until `read` answers something, or throws with what was awaited. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T | undefined>,
  withinMs = 5_000,
): Promise<NonNullable<T>> {
  const endAtMs = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== null) return value;
    if (Date.now() > endAtMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(30);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let counter = 0;
/** A name that no other run or file has used. */
export const unique = (prefix: string): string => `${prefix}-${process.pid}-${Date.now().toString(36)}-${counter++}`;
