/** Booking: a seat is found, reserved, approved where it is dear, ordered, paid and ticketed; or nothing of all that remains. */
import { defineSaga } from '../../core/sagas';
import { agreements } from './agreements';
import { bookingRequest, bookingSettings } from './requests';
import { approval, cancel, confirm, inventory, payment, refund, release, reserve, ticket, voidTicket } from './steps';

/** Longer than an approval may take. */
const TIMEOUT_SECONDS = 3 * 3600;

export const booking = defineSaga({
  name: 'booking',
  application: 'booking',
  types: ['booking.requested'],
  request: bookingRequest,
  settings: bookingSettings,
  businessKey: ({ order }) => order,
  steps: [inventory, reserve, approval, confirm, payment, ticket, voidTicket, refund, cancel, release],
  timeoutSeconds: TIMEOUT_SECONDS,
  agreements: agreements.booking,
});

export const sagas = [booking];
export * from './requests';
