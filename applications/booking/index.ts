/** Booking: a seat is found, reserved, approved where it is dear, ordered, paid and ticketed; or nothing of all that remains. */
import { defineAgreement, defineSaga } from '../../core/sagas';
import { bookingRequest, bookingSettings } from './requests';
import { approval, cancel, confirm, inventory, payment, refund, release, reserve, ticket, voidTicket } from './steps';

/** Longer than an approval may take. */
const TIMEOUT_SECONDS = 3 * 3600;

/** What is paid is booked, and what is not booked is not paid. */
const paid = defineAgreement({
  step: payment,
  ledger: 'payments',
  whenDone: ({ amountCents }, entry) =>
    amountCents === 0 || (entry.status === 'captured' && entry.payment.amountCents === amountCents),
  whenUndone: ({ status }) => status !== 'captured',
});

export const booking = defineSaga({
  name: 'booking',
  application: 'booking',
  types: ['booking.requested'],
  request: bookingRequest,
  settings: bookingSettings,
  businessKey: ({ order }) => order,
  steps: [inventory, reserve, approval, confirm, payment, ticket, voidTicket, refund, cancel, release],
  timeoutSeconds: TIMEOUT_SECONDS,
  agreements: [paid],
});

export const sagas = [booking];
export * from './requests';
