/** What the payment provider's books must say of a booking. Of the steps only their types: monitoring holds this file and no step. */
import type { Agreement } from '../../core/sagas';
import type { payment } from './steps';

/** What is paid is booked, and what is not booked is not paid. */
const paid: Agreement<typeof payment> = {
  step: 'payment',
  ledger: 'payments',
  whenDone: ({ amountCents }, entry) =>
    amountCents === 0 || (entry.status === 'captured' && entry.payment.amountCents === amountCents),
  whenUndone: ({ status }) => status !== 'captured',
};

/** By saga. */
export const agreements = { booking: [paid] };
