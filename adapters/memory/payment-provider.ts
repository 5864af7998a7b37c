import {
  answerFind,
  DECLINING_CARDS,
  decideCharge,
  decideRefund,
  type PaymentDecision,
} from '../../core/contracts/payment';
import type { PaymentProvider, ProviderLedger } from '../../core/ports';
import { type MemoryWorld, perform } from './world';

type Call = 'charge' | 'find' | 'refund';

export interface MemoryPaymentOptions {
  readonly world: MemoryWorld;
  /** Asked at each call: `before` the answer is "unknown" and nothing was done, `after` it all was done. Left out: every answer arrives. */
  readonly ambiguous?: (call: Call, key: string) => 'before' | 'after' | undefined;
  /** Waited for before each call is carried out. Left out: no wait. */
  readonly latency?: (call: Call, key: string) => Promise<void>;
}

/** A payment provider with a ledger of its own, `world.state.payments`. Cards of `DECLINING_CARDS` are declined. */
export function createMemoryPaymentProvider({ world, ambiguous, latency }: MemoryPaymentOptions): PaymentProvider {
  const ask = async (call: Call, key: string, argument: unknown, decide: () => PaymentDecision) => {
    await latency?.(call, key);
    const lost = ambiguous?.(call, key);
    if (lost === 'before') return { status: 'unknown', words: 'timed out before the provider had it' } as const;
    const answer = await perform(world, 'payments', call, [argument], () => {
      const decision = decide();
      if (decision.entry !== undefined) world.state.payments[key] = decision.entry;
      return decision.answer;
    });
    return lost === 'after' ? ({ status: 'unknown', words: 'timed out after the provider had it' } as const) : answer;
  };
  const found = (key: string) => world.state.payments[key];
  return {
    charge: (charge) =>
      ask('charge', charge.key, charge, () => decideCharge(found(charge.key), charge, DECLINING_CARDS[charge.card])),
    find: (key) => ask('find', key, key, () => ({ answer: answerFind(found(key)) })),
    refund: (key) => ask('refund', key, key, () => decideRefund(found(key), key)),
  };
}

/** The same books, one entry at a time: what the deployed double has a table for. */
export function createMemoryProviderLedger({ world }: { readonly world: MemoryWorld }): ProviderLedger {
  return {
    read: (key) => perform(world, 'providerLedger', 'read', [key], () => world.state.payments[key]),
    put: (next, before) =>
      perform(world, 'providerLedger', 'put', [next, before], () => {
        const there = world.state.payments[next.key];
        if (there?.status !== before?.status || there?.charges !== before?.charges) return false;
        world.state.payments[next.key] = next;
        return true;
      }),
  };
}
