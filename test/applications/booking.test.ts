/** Proves what booking makes of requests: one order, one seat, one payment, one ticket, or nothing of all that; and why. */
import { type BookingRequest, booking, offerKey, seatKey } from '../../applications/booking';
import { runSaga, type SagaRunOptions } from '../harness/run-saga';

const settings = { approvalAboveCents: 50_000 };
const offer = (priceCents = 2_500, seats = 10) => [offerKey('test-tenant', 'opera'), { priceCents, seats }] as const;
const order = (number: number, more: Partial<BookingRequest> = {}): BookingRequest => ({
  order: `o${number}`,
  show: 'opera',
  seat: number,
  card: 'tok_visa',
  ...more,
});
const book = (requests: readonly BookingRequest[], options: SagaRunOptions = {}) =>
  runSaga(booking, requests, { settings, things: [offer()], ...options });
const seat = (number: number) => seatKey('test-tenant', 'opera', number);

describe('booking', () => {
  it('takes the seat, takes the money once and issues the ticket', async () => {
    const run = await book([order(1)]);

    expect(run.ends.o1).toEqual({ end: 'DONE', runs: 1 });
    expect(run.result('o1', 'ticket')).toEqual({
      ticket: 'test-tenant/opera/1/o1',
      order: 'o1',
      show: 'opera',
      seat: 1,
      amountCents: 2_500,
    });
    expect(run.thing(seat(1))).toEqual({ heldBy: 'booking/test-tenant/o1' });
    expect(Object.values(run.payments)).toMatchObject([{ status: 'captured', amountCents: 2_500, charges: 1 }]);
  });

  it.each([
    ['an unknown show', { show: 'ballet' }, 'not-on-sale'],
    ['a seat that the show has not', { seat: 11 }, 'no-such-seat'],
    ['a price above what is offered', { mostCents: 2_499 }, 'too-dear'],
    ['a card that is declined', { card: 'tok_declined' }, 'card-declined'],
    ['a card without funds', { card: 'tok_insufficient' }, 'insufficient-funds'],
  ])('declines %s, and nothing of the order remains', async (_what, more, code) => {
    const run = await book([order(1, more)]);

    expect(run.ends.o1).toMatchObject({ end: 'COMPENSATED', reason: { code }, runs: 1 });
    expect(Object.values(run.payments).map(({ status }) => status)).not.toContain('captured');
    expect(run.thing(seat(1))?.heldBy ?? null).toBeNull();
    expect(['reserve', 'confirm', 'payment', 'ticket'].map((step) => run.result('o1', step))).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('gives a seat that two ask for to one of them, whoever comes first', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const run = await book([order(1), order(2, { seat: 1 })], { seed });

      const ends = Object.values(run.ends).map(({ end }) => end);
      expect(ends.sort()).toEqual(['COMPENSATED', 'DONE']);
      const winner = run.ends.o1?.end === 'DONE' ? 'o1' : 'o2';
      expect(run.thing(seat(1))).toEqual({ heldBy: `booking/test-tenant/${winner}` });
      expect(Object.values(run.payments).filter(({ status }) => status === 'captured')).toHaveLength(1);
    }
  });

  it('sells a seat again that was given back', async () => {
    const first = await book([order(1, { card: 'tok_declined' })]);
    const second = await book([order(2, { seat: 1 })], { world: first.world, things: [] });

    expect(second.ends.o2?.end).toBe('DONE');
    expect(second.thing(seat(1))).toEqual({ heldBy: 'booking/test-tenant/o2' });
  });

  it('takes no money for what is free', async () => {
    const run = await book([order(1)], { things: [offer(0)] });

    expect([run.ends.o1?.end, Object.keys(run.payments)]).toEqual(['DONE', []]);
  });
});
