/** Proves that the model of the expected state is content with a right one, and sees each way in which it can be wrong. */
import { type Facts, violationsOf } from '../../../cli/chaos/model';
import { type Order, PRICE_CENTS, planOrders, planProbes } from '../../../cli/chaos/orders';
import { seededRandom } from '../../../cli/workload/random';
import type { Outcome } from '../../../core/contracts/ledger';
import type { Payment } from '../../../core/contracts/payment';

const outcome = (kind: Outcome['kind'], reason = ''): Outcome => ({
  kind,
  reason,
  bodyDigest: '',
  decidedAtMs: 0,
  acceptedAtMs: 0,
  lane: 'booking',
  tenant: 'acme',
  source: '/shop',
  id: '',
  type: 'booking.requested',
  chain: 'booking@1',
  writes: [],
  emits: [],
  contexts: [],
});
const payment = ({ instance, card }: Order, over: Partial<Payment> = {}): Payment => ({
  key: `${instance}/payment`,
  status: 'captured',
  id: 'p',
  amountCents: PRICE_CENTS,
  card,
  charges: 1,
  ...over,
});

const [booked, refused] = planProbes(1, 2, 1).map((order) => ({ ...order, isProbe: false })) as [Order, Order];
const declined: Order = { ...refused, card: 'tok_declined' };
const orders = [booked, declined];
/** One order with seat, money and ticket, and one without. */
const right: Facts = {
  outcomes: new Map([
    [booked.key, [outcome('DONE')]],
    [declined.key, [outcome('COMPENSATED', 'card-declined: no')]],
  ]),
  payments: [payment(booked), payment(declined, { status: 'declined' })],
  holders: new Map([
    [booked.seat, booked.instance],
    [declined.seat, null],
  ]),
  tickets: new Set([booked.instance]),
};
const kinds = (facts: Partial<Facts>, of: readonly Order[] = orders) =>
  violationsOf(of, { ...right, ...facts }).map(({ kind }) => kind);
const withOutcomes = (order: Order, ...all: Outcome[]) => ({
  outcomes: new Map([...right.outcomes, [order.key, all]]),
});

describe('the model', () => {
  it('is content where each order has one end, and money, seats and tickets agree', () => {
    expect(kinds({})).toEqual([]);
  });

  it.each<[string, Partial<Facts>, string]>([
    ['an order without an outcome', withOutcomes(booked), 'lost'],
    ['an order with two outcomes', withOutcomes(booked, outcome('DONE'), outcome('DONE')), 'doubled'],
    ['an order that was given up', withOutcomes(declined, outcome('DEAD', 'four runs')), 'given-up'],
    ['a ticket without money', { payments: [] }, 'unbalanced'],
    ['money without a ticket', { tickets: new Set<string>() }, 'unbalanced'],
    ['a refund of a ticket that stands', { payments: [payment(booked, { status: 'refunded' })] }, 'unbalanced'],
    ['another price', { payments: [payment(booked, { amountCents: 2 * PRICE_CENTS })] }, 'unbalanced'],
    [
      'money under a key that nobody ordered under',
      { payments: [...right.payments, payment(booked, { key: 'booking/acme/x/payment' })] },
      'doubled',
    ],
    ['a seat that was not given back', { holders: new Map([[declined.seat, declined.instance]]) }, 'unbalanced'],
    ['a seat that somebody else holds', { holders: new Map([[booked.seat, 'booking/acme/x']]) }, 'unbalanced'],
    ['a booking with a card that declines', withOutcomes(declined, outcome('DONE')), 'unexplained'],
    ['a reason that is not there', withOutcomes(declined, outcome('COMPENSATED', 'sold-out: no')), 'unexplained'],
  ])('sees %s', (_, facts, kind) => {
    expect(kinds(facts)).toContain(kind);
  });

  it('lets trouble take an order back, but not one of those that are sent when all is over', () => {
    const troubled = { ...right, ...withOutcomes(declined, outcome('COMPENSATED', 'failed: the step died')) };
    expect(violationsOf(orders, troubled)).toEqual([]);
    const probe = { ...declined, isProbe: true };
    expect(violationsOf([booked, probe], troubled).map(({ kind }) => kind)).toEqual(['probe']);
  });
});

describe('the orders', () => {
  const plan = (seed: number, duplicates = true) =>
    planOrders(seed, seededRandom(seed), { seconds: 100, perSecond: 2, ways: 3, duplicates });

  it('are the same for the same seed, in the order of their times', () => {
    expect(plan(5)).toEqual(plan(5));
    const times = plan(5).map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('repeat an event as it is, by another source, and only where that is asked for', () => {
    const sendings = plan(5);
    const repeats = sendings.filter(({ isDuplicate }) => isDuplicate);
    expect(repeats.length).toBeGreaterThan(10);
    const isTrue = repeats.every(({ order, way }) =>
      sendings.some((first) => !first.isDuplicate && first.order === order && first.way !== way),
    );
    expect(isTrue).toBe(true);
    expect(plan(5, false).some(({ isDuplicate }) => isDuplicate)).toBe(false);
  });

  it('compete for seats, and pay with cards of all kinds', () => {
    const orders = plan(5).flatMap(({ order, isDuplicate }) => (isDuplicate ? [] : [order]));
    expect(new Set(orders.map(({ seat }) => seat)).size).toBeLessThan(orders.length);
    expect(new Set(orders.map(({ card }) => card)).size).toBe(3);
    expect(new Set(orders.map(({ key }) => key)).size).toBe(orders.length);
  });
});
