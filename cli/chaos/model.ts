/**
 * What must be true in the end, worked out from what was ordered and from what can be seen outside: the provider's books, the seats, the
 * tickets, the outcomes. It knows nothing of steps, runs, tokens or retries. Pure.
 */
import type { Outcome } from '../../core/contracts/ledger';
import type { Payment } from '../../core/contracts/payment';
import { type Order, PRICE_CENTS } from './orders';

export interface Facts {
  /** By the ledger's key: each outcome that the event has, in any generation. */
  readonly outcomes: ReadonlyMap<string, readonly Outcome[]>;
  /** The provider's books, whole. */
  readonly payments: readonly Payment[];
  /** By seat: the instance that holds it. */
  readonly holders: ReadonlyMap<number, string | null>;
  /** Instances whose ticket stands. */
  readonly tickets: ReadonlySet<string>;
}

export const VIOLATIONS = [
  'lost',
  'given-up',
  'doubled',
  'unbalanced',
  'unexplained',
  'probe',
  'audit',
  'slow',
] as const;
export interface Violation {
  readonly kind: (typeof VIOLATIONS)[number];
  readonly what: string;
}

const CODES: Readonly<Record<string, string>> = {
  tok_declined: 'card-declined',
  tok_insufficient: 'insufficient-funds',
};
/** Ends of an order that trouble may bring about, and nothing else. */
const OF_TROUBLE = ['failed', 'payment-closed', 'cancelled', 'compensated', 'deadline'];

export function violationsOf(orders: readonly Order[], facts: Facts): Violation[] {
  return [
    ...orders.flatMap((order) => ofOrder(order, orders, facts)),
    ...ofMoney(orders, facts),
    ...ofSeats(orders, facts),
  ];
}

function ofOrder(order: Order, orders: readonly Order[], facts: Facts): Violation[] {
  const found: Violation[] = [];
  const say = (kind: Violation['kind'], what: string) => found.push({ kind, what: `order ${order.name}: ${what}` });
  const outcomes = facts.outcomes.get(order.key) ?? [];
  const [outcome, ...others] = outcomes;
  if (outcome === undefined) {
    say('lost', 'no outcome');
    return found;
  }
  if (others.length > 0) say('doubled', `outcomes ${outcomes.map(({ kind }) => kind).join(', ')}`);
  const isDone = outcome.kind === 'DONE';
  if (!isDone && outcome.kind !== 'COMPENSATED') say('given-up', `${outcome.kind}: ${outcome.reason}`);
  if (order.isProbe && !isDone) say('probe', `${outcome.kind}: ${outcome.reason}`);
  const payment = facts.payments.find(({ key }) => key === paymentKey(order));
  const isTicketed = facts.tickets.has(order.instance);
  const isSeated = facts.holders.get(order.seat) === order.instance;
  const isPaid = payment?.status === 'captured';
  for (const [what, is] of [
    ['a ticket', isTicketed],
    ['a seat', isSeated],
    ['a payment', isPaid],
  ] as const)
    if (is !== isDone) say('unbalanced', `${outcome.kind} ${is ? 'with' : 'without'} ${what}`);
  if (isPaid && payment.amountCents !== PRICE_CENTS) say('unbalanced', `${payment.amountCents} cents were taken`);
  if (!isExplained(order, outcome, orders)) say('unexplained', `${outcome.kind} because "${outcome.reason}"`);
  return found;
}

const paymentKey = ({ instance }: Order): string => `${instance}/payment`;

/** Nobody is booked with a bad card, or refused for a reason that is not there. */
function isExplained(order: Order, outcome: Outcome, orders: readonly Order[]): boolean {
  if (outcome.kind === 'DONE') return CODES[order.card] === undefined;
  const code = outcome.reason.split(':')[0] ?? '';
  if (code === 'sold-out') return orders.some((other) => other !== order && other.seat === order.seat);
  if (Object.values(CODES).includes(code)) return CODES[order.card] === code;
  return outcome.kind !== 'COMPENSATED' || OF_TROUBLE.includes(code);
}

/** What was taken, in all, is what the tickets cost; and nothing under any other key. */
function ofMoney(orders: readonly Order[], { payments, tickets }: Facts): Violation[] {
  const keys = new Set(orders.map(paymentKey));
  const strange = payments.filter(({ key, status }) => status === 'captured' && !keys.has(key));
  const taken = payments
    .filter(({ status }) => status === 'captured')
    .reduce((sum, { amountCents }) => sum + amountCents, 0);
  const due = orders.filter(({ instance }) => tickets.has(instance)).length * PRICE_CENTS;
  return [
    ...strange.map(({ key }): Violation => ({ kind: 'doubled', what: `money was taken under ${key}` })),
    ...(taken === due ? [] : [{ kind: 'unbalanced', what: `${taken} cents were taken, ${due} are due` } as const]),
  ];
}

/** Nobody holds a seat but who has ordered it. */
function ofSeats(orders: readonly Order[], { holders }: Facts): Violation[] {
  return [...holders].flatMap(([seat, heldBy]): Violation[] => {
    if (heldBy === null || orders.some((order) => order.seat === seat && order.instance === heldBy)) return [];
    return [{ kind: 'unbalanced', what: `seat ${seat} is held by ${heldBy}, who did not order it` }];
  });
}
