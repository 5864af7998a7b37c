/**
 * What a payment provider is asked and answers, and what a provider's ledger makes of it: pure, shared by the provider in memory and
 * by the double that is deployed. One entry for each idempotency key; an entry that has ended never changes again.
 */

export interface Charge {
  /** Idempotency key: the same key is the same payment, however often it is asked for. 1–256 characters. */
  readonly key: string;
  readonly amountCents: number;
  /** The provider's token for a card: never a card's number. */
  readonly card: string;
}

/** How a payment stands. `void`: closed before anything was taken; a charge that arrives later is refused. */
export type PaymentStatus = 'captured' | 'declined' | 'refunded' | 'void';

export interface Payment {
  readonly key: string;
  readonly status: PaymentStatus;
  /** The provider's own id of it. */
  readonly id: string;
  /** 0 where nothing was ever asked for. */
  readonly amountCents: number;
  readonly card: string;
  /** Why it was declined: `card-declined`, `insufficient-funds`. */
  readonly code?: string;
  /** How often it was charged, repeats included; the first is the one that counts. */
  readonly charges: number;
}

export type PaymentAnswer =
  | { readonly status: PaymentStatus; readonly payment: Payment }
  /** Only for `find`: the key was never heard of, so far. */
  | { readonly status: 'none' }
  /** The key was used for another amount or card. Nothing was done, and nothing ever will be. */
  | { readonly status: 'mismatch'; readonly payment: Payment }
  /** Done or not done: only asking by the key can tell. */
  | { readonly status: 'unknown'; readonly words: string };

/** What a ledger's entry becomes, and what is answered. `entry` is absent where nothing changes. */
export interface PaymentDecision {
  readonly entry?: Payment;
  readonly answer: PaymentAnswer;
}

export function decideCharge(found: Payment | undefined, charge: Charge, declinedBecause?: string): PaymentDecision {
  if (found === undefined) {
    const { key, amountCents, card } = charge;
    const base = { key, id: paymentId(key), amountCents, card, charges: 1 };
    const entry: Payment =
      declinedBecause === undefined
        ? { ...base, status: 'captured' }
        : { ...base, status: 'declined', code: declinedBecause };
    return { entry, answer: { status: entry.status, payment: entry } };
  }
  const isVoid = found.status === 'void';
  if (!isVoid && (found.amountCents !== charge.amountCents || found.card !== charge.card))
    return { answer: { status: 'mismatch', payment: found } };
  const entry = { ...found, charges: found.charges + 1 };
  return { entry, answer: { status: entry.status, payment: entry } };
}

/** Gives back what was taken; where nothing was, makes sure that nothing will be. */
export function decideRefund(found: Payment | undefined, key: string): PaymentDecision {
  if (found === undefined) {
    const entry: Payment = { key, id: paymentId(key), status: 'void', amountCents: 0, card: '', charges: 0 };
    return { entry, answer: { status: 'void', payment: entry } };
  }
  if (found.status !== 'captured') return { answer: { status: found.status, payment: found } };
  const entry: Payment = { ...found, status: 'refunded' };
  return { entry, answer: { status: 'refunded', payment: entry } };
}

export const answerFind = (found: Payment | undefined): PaymentAnswer =>
  found === undefined ? { status: 'none' } : { status: found.status, payment: found };

const paymentId = (key: string): string => `pay:${key}`;

/** Cards with which the doubles decline, by the code that they give. */
export const DECLINING_CARDS: Readonly<Record<string, string>> = {
  tok_declined: 'card-declined',
  tok_insufficient: 'insufficient-funds',
};
