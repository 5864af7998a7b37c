/** What is asked for, what is looked after, and under which keys. */
import * as v from 'valibot';
import { type SagaInput, type ThingKey, thingKey } from '../../core/sagas';

const id = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, hyphens and underscores, 1-64'));
const whole = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.integer(`a whole number, ${least}-${most}`),
    v.minValue(least, `at least ${least}`),
    v.maxValue(most, `at most ${most}`),
  );

/** Data of an event of type `booking.requested`. */
export const bookingRequest = v.object({
  /** The customer's own number of the order: the same order again is the same booking. */
  order: id,
  show: id,
  seat: whole(1, 100_000),
  /** The provider's token for a card. */
  card: v.pipe(v.string(), v.minLength(1, 'a token'), v.maxLength(200, 'a token of at most 200 characters')),
  /** The most that the customer pays; left out: any price. */
  mostCents: v.optional(whole(0, 100_000_000)),
});
export type BookingRequest = v.InferOutput<typeof bookingRequest>;

export const bookingSettings = v.object({
  /** Orders above this wait for a person's approval. */
  approvalAboveCents: whole(0, 1_000_000_000),
});
export type BookingSettings = v.InferOutput<typeof bookingSettings>;

/** A show on sale. */
export interface Offer {
  readonly priceCents: number;
  /** Seats are numbered from 1 to this. */
  readonly seats: number;
}

/** Who has a seat: an order's instance, or nobody. */
export interface Seat {
  readonly heldBy: string | null;
}

/** What the person who is asked needs to know, and the execution that waits for the answer. */
export interface ApprovalRequest {
  readonly token: string;
  readonly amountCents: number;
  readonly askedAtMs: number;
}

export interface ApprovalDecision {
  readonly approved: boolean;
  /** Up to which amount. */
  readonly amountCents: number;
  readonly by: string;
}

export const offerKey = (tenant: string, show: string): ThingKey<Offer> => thingKey('booking', 'offer', tenant, show);

export const seatKey = (tenant: string, show: string, seat: number): ThingKey<Seat> =>
  thingKey('booking', 'seat', tenant, show, String(seat));

type Order = Pick<SagaInput, 'application' | 'instance'>;
const ofOrder = <Value>({ application, instance }: Order, name: string): ThingKey<Value> => ({
  application,
  instance,
  name,
});
export const approvalRequestKey = (saga: Order) => ofOrder<ApprovalRequest>(saga, 'approval-request');
export const approvalDecisionKey = (saga: Order) => ofOrder<ApprovalDecision>(saga, 'approval-decision');
