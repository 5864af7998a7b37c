/** Hooks that make one kind of trouble each; combine them with `allOf`. */
import type { Hook, Operation } from './world';

export type Picks = (operation: Operation) => boolean;

/** Picks by `<port>.<name>`, all calls or only the nth ones (from 1). */
export function calls(id: string, ...nth: readonly number[]): Picks {
  let seen = 0;
  return (operation) => {
    if (`${operation.port}.${operation.name}` !== id) return false;
    seen += 1;
    return nth.length === 0 || nth.includes(seen);
  };
}

/** Refused before anything happens: throttled, denied, unreachable. */
export function refusing(picks: Picks, message = 'ThrottlingException: refused by the test'): Hook {
  return {
    before: async (operation) => {
      if (picks(operation)) throw new Error(message);
      return undefined;
    },
  };
}

/** Executed, but the caller never learns it. */
export function losingAnswers(picks: Picks, message = 'TimeoutError: answer lost by the test'): Hook {
  return {
    after: async (operation) => {
      if (picks(operation)) throw new Error(message);
    },
  };
}

/** Not executed; answered with this instead, for instance `{ status: 'conflict' }` or a list of failed indexes. */
export function answering(picks: Picks, answer: unknown): Hook {
  return { before: async (operation) => (picks(operation) ? { answer } : undefined) };
}

/** The first answer given before execution wins; every `after` runs. */
export function allOf(...hooks: readonly Hook[]): Hook {
  return {
    before: async (operation) => {
      for (const hook of hooks) {
        const instead = await hook.before?.(operation);
        if (instead) return instead;
      }
      return undefined;
    },
    after: async (operation, answer) => {
      for (const hook of hooks) await hook.after?.(operation, answer);
    },
  };
}
