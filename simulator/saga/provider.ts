/**
 * A payment provider as they are: it remembers an idempotency key for some time only, and its books say what money really moved. Who
 * charges again after that time takes the money twice; who asks first finds the payment, since those are kept for ever.
 */
import { type MemoryWorld, perform } from '../../adapters/memory';
import {
  answerFind,
  DECLINING_CARDS,
  decideCharge,
  decideRefund,
  type Payment,
  type PaymentAnswer,
} from '../../core/contracts/payment';
import type { PaymentProvider } from '../../core/ports';
import { LostAnswer } from './faults';

/** Longer than a call can be late, shorter than a step may be tried for: real ones keep keys for a day. */
export const KEY_MEMORY_MS = 40_000;

export class ProviderBooks {
  readonly payments = new Map<string, Payment>();
  /** Cents that were taken less those that were given back, by key. */
  readonly taken = new Map<string, number>();
  private readonly seenAtMs = new Map<string, number>();

  charge(key: string, amountCents: number, card: string, nowMs: number, knowsKeys: boolean): PaymentAnswer {
    const found = this.payments.get(key);
    const ageMs = nowMs - (this.seenAtMs.get(key) ?? nowMs);
    const isForgotten = found?.status === 'captured' && (ageMs > KEY_MEMORY_MS || !knowsKeys);
    const { entry, answer } = decideCharge(
      isForgotten ? undefined : found,
      { key, amountCents, card },
      DECLINING_CARDS[card],
    );
    if (entry) {
      const isNew = found === undefined || isForgotten;
      if (isNew) this.seenAtMs.set(key, nowMs);
      if (isNew && entry.status === 'captured') this.move(key, amountCents);
      this.payments.set(key, entry);
    }
    return answer;
  }

  refund(key: string, keepsClosed: boolean): PaymentAnswer {
    const found = this.payments.get(key);
    const { entry, answer } = decideRefund(found, key);
    if (entry && (found || keepsClosed)) this.payments.set(key, entry);
    if (entry && found?.status === 'captured') this.move(key, -found.amountCents);
    return answer;
  }

  private move(key: string, cents: number): void {
    this.taken.set(key, (this.taken.get(key) ?? 0) + cents);
  }
}

export interface ProviderDoubles {
  /** Each charge is a payment of its own, whatever its key. */
  readonly freshKeys: boolean;
  /** Asked, it knows of nothing. */
  readonly knowsNothing: boolean;
  /** A refund that found nothing leaves nothing. */
  readonly leavesOpen: boolean;
}

export function createProvider(
  books: ProviderBooks,
  world: MemoryWorld,
  now: () => number,
  doubles: ProviderDoubles,
): PaymentProvider {
  const ask = async (name: string, execute: () => PaymentAnswer): Promise<PaymentAnswer> => {
    try {
      return await perform(world, 'payments', name, [], execute);
    } catch (error) {
      if (error instanceof LostAnswer) return { status: 'unknown', words: 'timed out after the provider had it' };
      throw error;
    }
  };
  return {
    charge: ({ key, amountCents, card }) =>
      ask('charge', () => books.charge(key, amountCents, card, now(), !doubles.freshKeys)),
    find: (key) => ask('find', () => (doubles.knowsNothing ? { status: 'none' } : answerFind(books.payments.get(key)))),
    refund: (key) => ask('refund', () => books.refund(key, !doubles.leavesOpen)),
  };
}
