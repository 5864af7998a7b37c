/** Forward: inventory, reserve, approval, confirm, payment, ticket. Each says what it decides; when it may be put is the platform's. */
import { declined, done, RetryableError, stepsFor, TerminalError, type Where, waiting } from '../../core/sagas';
import {
  approvalDecisionKey,
  approvalRequestKey,
  type BookingRequest,
  bookingRequest,
  bookingSettings,
  offerKey,
  seatKey,
} from './requests';

const { defineStep, defineCompensation } = stepsFor({ request: bookingRequest, settings: bookingSettings });

const seatOf = ({ request, saga }: Where<BookingRequest>) => ({
  seat: seatKey(saga.event.tenant, request.show, request.seat),
});

/** Is there such a seat, is it free as far as one can see, and at what price? Only a look: what it sees may change. */
export const inventory = defineStep({
  name: 'inventory',
  glancesAt: (where) => ({ ...seatOf(where), offer: offerKey(where.saga.event.tenant, where.request.show) }),
  act: ({ request, saga, things: { offer, seat } }) => {
    if (offer.value === undefined) return declined('not-on-sale', `${request.show} is not on sale`);
    if (!offer.isCurrent) throw new RetryableError(`the offer of ${request.show} is being changed`);
    const { priceCents, seats } = offer.value;
    if (request.seat > seats) return declined('no-such-seat', `${request.show} has ${seats} seats`);
    const heldBy = seat.value?.heldBy ?? null;
    if (seat.isCurrent && heldBy !== null && heldBy !== saga.instance)
      return declined('sold-out', `seat ${request.seat} of ${request.show} is taken`);
    if (request.mostCents !== undefined && priceCents > request.mostCents)
      return declined('too-dear', `it costs ${priceCents} cents, at most ${request.mostCents} are offered`);
    return done({ priceCents });
  },
});

/** Takes the seat: it and this step's result change together or not at all. */
export const reserve = defineStep({
  name: 'reserve',
  reads: { inventory },
  looksAt: seatOf,
  act: ({ request, saga, things: { seat } }) => {
    const heldBy = seat.value?.heldBy ?? null;
    const result = { show: request.show, seat: request.seat };
    if (heldBy === null) return done(result, { seat: { heldBy: saga.instance } });
    return heldBy === saga.instance
      ? done(result)
      : declined('sold-out', `seat ${request.seat} of ${request.show} was taken by another`);
  },
});

/** Above the limit a person decides. Called with a token, it says whom to tell; what was decided it reads from the store. */
export const approval = defineStep({
  name: 'approval',
  reads: { inventory },
  looksAt: ({ saga }) => ({ asked: approvalRequestKey(saga), decision: approvalDecisionKey(saga) }),
  act: ({ results, settings, things: { decision }, token, nowMs }) => {
    const amountCents = results.inventory.priceCents;
    if (amountCents <= settings.approvalAboveCents) return done({ by: 'limit' });
    const said = decision.value;
    if (said?.approved === false) return declined('not-approved', `${said.by} has not approved ${amountCents} cents`);
    if (said !== undefined && said.amountCents >= amountCents) return done({ by: said.by });
    return token === undefined ? waiting() : waiting({ asked: { token, amountCents, askedAtMs: nowMs } });
  },
});

/** The order as it will be paid and ticketed. */
export const confirm = defineStep({
  name: 'confirm',
  reads: { inventory, reserve, approval },
  act: ({ request, results }) =>
    done({ order: request.order, ...results.reserve, amountCents: results.inventory.priceCents }),
});

/** Begun is the intent; the charge is the act, known by one key for ever; its result is the confirmation. */
export const payment = defineStep({
  name: 'payment',
  reads: { confirm },
  uses: ['payments'],
  act: async ({ request, results, services: { payments }, idempotencyKey, isRepeat }) => {
    const { amountCents } = results.confirm;
    if (amountCents === 0) return done({ id: 'free of charge', amountCents });
    const known = isRepeat ? await payments.find(idempotencyKey) : undefined;
    const answer =
      known === undefined || known.status === 'none'
        ? await payments.charge({ key: idempotencyKey, amountCents, card: request.card })
        : known;
    switch (answer.status) {
      case 'captured':
        return done({ id: answer.payment.id, amountCents: answer.payment.amountCents });
      case 'declined':
        return declined(answer.payment.code ?? 'declined', 'the payment was declined');
      case 'refunded':
      case 'void':
        return declined('payment-closed', `the payment is ${answer.status}`);
      case 'mismatch':
        throw new TerminalError(`the payment ${idempotencyKey} was made of another amount or card`);
      default:
        throw new RetryableError(`the payment is ${answer.status === 'unknown' ? answer.words : answer.status}`);
    }
  },
});

/** The last step: with its commit the booking stands. Money was taken, so no deadline stops it. */
export const ticket = defineStep({
  name: 'ticket',
  reads: { confirm, payment },
  looksAt: seatOf,
  ends: true,
  ignoresDeadline: true,
  act: ({ saga, results: { confirm: order, payment: paid }, things: { seat } }) => {
    if (seat.value?.heldBy !== saga.instance) throw new TerminalError(`seat ${order.seat} is not held by this order`);
    if (paid.amountCents !== order.amountCents)
      throw new TerminalError(`${paid.amountCents} cents were paid of ${order.amountCents}`);
    return done({ ticket: `${saga.event.tenant}/${order.show}/${order.seat}/${order.order}`, ...order });
  },
});

/** Closes the ticket's place, so that none can be issued any more. An issued one stands, and so does its booking. */
export const voidTicket = defineCompensation({ name: 'void', compensates: ticket });

/** Gives the money back; where none was taken, closes the payment, so that a charge still on its way takes none. */
export const refund = defineCompensation({
  name: 'refund',
  compensates: payment,
  uses: ['payments'],
  undo: async ({ services: { payments }, idempotencyKey }) => {
    const { status } = await payments.refund(idempotencyKey);
    if (status === 'refunded' || status === 'void' || status === 'declined') return {};
    throw new RetryableError(`the refund of ${idempotencyKey} is ${status}`);
  },
});

/** The order is no longer to be paid. */
export const cancel = defineCompensation({ name: 'cancel', compensates: confirm });

/** Gives the seat back, if it is this order's. */
export const release = defineCompensation({
  name: 'release',
  compensates: reserve,
  looksAt: seatOf,
  undo: ({ saga, things: { seat } }) =>
    seat.value?.heldBy === saga.instance ? { puts: { seat: { heldBy: null } } } : {},
});
