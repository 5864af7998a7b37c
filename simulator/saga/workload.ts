/** The orders of one seed, and what becomes of them outside the platform: people, cards, shows. All drawn before anything runs. */
import { Xoshiro128 } from '../engine';

export const TENANT = 'acme';
export const APPROVAL_ABOVE_CENTS = 50_000;
export const SHOWS: Readonly<Record<string, { readonly priceCents: number; readonly seats: number }>> = {
  circus: { priceCents: 4_000, seats: 14 },
  opera: { priceCents: 60_000, seats: 14 },
  free: { priceCents: 0, seats: 14 },
};

/** What the person says who is asked: `silent` says nothing, `unheard` decides and the wake-up is lost. */
export type Approver = 'approves' | 'refuses' | 'silent' | 'unheard';

export type Doubted = 'inventory' | 'reserve' | 'confirm' | 'payment';

export interface Order {
  readonly number: number;
  readonly show: string;
  readonly seat: number;
  readonly card: string;
  readonly mostCents?: number;
  readonly atMs: number;
  /** After its arrival. */
  readonly deadlineAfterMs?: number;
  readonly approver: Approver;
  readonly approvesAfterMs: number;
  readonly cancelAtMs?: number;
  readonly pause?: { readonly fromMs: number; readonly forMs: number };
  /** Somebody finds a result of it to be wrong, and marks it stale. */
  readonly doubt?: { readonly step: Doubted; readonly atMs: number };
  /** The same order again, as an event of its own. */
  readonly againAtMs?: number;
  /** A recovery runs it again as soon as its execution has failed, beside the reconciler; or takes it back. */
  readonly recovery: 'none' | 'runs again' | 'takes back';
}

/** All of them arrive within this. */
export const ARRIVALS_MS = 30_000;

export function drawOrders(seed: number, count: number): Order[] {
  const random = new Xoshiro128(seed, 3);
  const below = (most: number): number => random.next() * most;
  const oneOf = <Each>(...each: readonly Each[]): Each => each[Math.floor(below(each.length))] as Each;
  const happens = (share: number): boolean => random.next() < share;
  return Array.from({ length: count }, (_, number): Order => {
    const show = happens(0.02) ? 'nothing' : oneOf('circus', 'circus', 'circus', 'circus', 'opera', 'opera', 'free');
    const most = happens(0.03) ? 1 : 100_000;
    const atMs = below(ARRIVALS_MS);
    return {
      number,
      show,
      seat: 1 + Math.floor(below(happens(0.02) ? 50 : 14)),
      card: happens(0.08) ? oneOf('tok_declined', 'tok_insufficient') : 'tok_fine',
      ...(happens(0.1) ? { mostCents: most } : {}),
      atMs,
      ...(happens(0.04) ? { deadlineAfterMs: 200 + below(20_000) } : {}),
      approver: oneOf('approves', 'approves', 'approves', 'refuses', 'silent', 'unheard'),
      approvesAfterMs: 1_000 + below(happens(0.1) ? 4_000_000 : 60_000),
      ...(happens(0.05) ? { cancelAtMs: atMs + below(20_000) } : {}),
      ...(happens(0.05)
        ? { pause: { fromMs: atMs + below(5_000), forMs: below(happens(0.05) ? 6_000_000 : 120_000) } }
        : {}),
      ...(happens(0.06)
        ? { doubt: { step: oneOf<Doubted>('inventory', 'reserve', 'confirm', 'payment'), atMs: atMs + below(1_000) } }
        : {}),
      ...(happens(0.06) ? { againAtMs: atMs + below(60_000) } : {}),
      recovery: oneOf('none', 'none', 'runs again', 'runs again', 'takes back'),
    };
  });
}
