/** The event that an order comes as, and what an execution is started with. */
import type { Envelope } from '../../core/contracts/event';
import { type SagaInput, sagaInstance } from '../../core/contracts/saga';
import { executionName } from '../../core/sagas/execution-name';
import { type Order, TENANT } from './workload';

/** What is virtual begins here: results carry epoch milliseconds. */
export const EPOCH_MS = 1_800_000_000_000;
export const SAGA = 'booking';
const LANE = 'booking';

export interface OrderEvent {
  readonly order: Order;
  readonly envelope: Envelope;
  readonly execution: string;
  readonly input: SagaInput;
}

export const businessKey = (order: Order): string => `o-${order.number}`;
export const instanceOf = (order: Order): string => sagaInstance(SAGA, TENANT, businessKey(order));

/** `isAgain`: the second event with the same order in it. */
export function eventOf(order: Order, isAgain: boolean, generation: number): OrderEvent {
  const id = `${businessKey(order)}${isAgain ? '-again' : ''}`;
  const acceptedAtMs = EPOCH_MS + (isAgain ? (order.againAtMs ?? 0) : order.atMs);
  const identity = { key: id, generation, bodyDigest: id, tenant: TENANT, lane: LANE, acceptedAtMs };
  const event = { specversion: '1.0' as const, id, source: '/shop', type: 'booking.requested' };
  const { show, seat, card, mostCents, deadlineAfterMs } = order;
  const request = { order: businessKey(order), show, seat, card, ...(mostCents === undefined ? {} : { mostCents }) };
  return {
    order,
    envelope: { ...identity, event, wayIn: 'shop', priorityClass: 'normal', reason: 'default', acceptanceKey: id },
    execution: executionName({ tenant: TENANT, saga: SAGA, businessKey: businessKey(order), generation, run: 1 }),
    input: {
      saga: SAGA,
      application: SAGA,
      instance: instanceOf(order),
      run: 1,
      event: { ...identity, source: event.source, id, type: event.type },
      ...(deadlineAfterMs === undefined ? {} : { deadlineMs: EPOCH_MS + order.atMs + deadlineAfterMs }),
      request: { inline: request },
    },
  };
}
