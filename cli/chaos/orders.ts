/** The orders that a run sends: seeded, some of them for a seat that another wants, some with a card that is declined. Pure. */

import type { CloudEvent } from '../../core/contracts/event';
import { recordKey } from '../../core/contracts/identity';
import { sagaInstance } from '../../core/contracts/saga';
import { pick, type Random } from '../workload/random';

export const TENANT = 'acme';
export const PRICE_CENTS = 4_200;
const SOURCE = '/shop';
/** In per cent, of orders. */
const CARDS = { tok_visa: 85, tok_declined: 10, tok_insufficient: 5 };
const SAME_SEAT = 0.15;
const SENT_AGAIN = 0.2;
const MOST_WAIT_MS = 3_000;

export interface Order {
  readonly name: string;
  readonly instance: string;
  readonly show: string;
  readonly seat: number;
  readonly card: string;
  readonly event: CloudEvent;
  /** The ledger's key of its event. */
  readonly key: string;
  /** One of those that are sent when all is over, and must be DONE. */
  readonly isProbe: boolean;
}

export interface Sending {
  readonly order: Order;
  readonly atMs: number;
  /** Index into the environment's sources. */
  readonly way: number;
  /** The same event was sent before, by another source. */
  readonly isDuplicate: boolean;
}

export const showOf = (seed: number): string => `chaos-${seed}`;

function orderOf(seed: number, name: string, seat: number, card: string, isProbe: boolean): Order {
  const show = showOf(seed);
  const event: CloudEvent = {
    specversion: '1.0',
    id: `event-${name}`,
    source: SOURCE,
    type: 'booking.requested',
    data: { order: name, show, seat, card },
  };
  const key = recordKey(TENANT, SOURCE, event.id);
  return { name, instance: sagaInstance('booking', TENANT, name), show, seat, card, event, key, isProbe };
}

/** In the order in which they are sent. `duplicates`: some come again by another of the `ways`. */
export function planOrders(
  seed: number,
  random: Random,
  { seconds, perSecond, ways, duplicates }: { seconds: number; perSecond: number; ways: number; duplicates: boolean },
): Sending[] {
  const sendings: Sending[] = [];
  let atMs = 0;
  for (let number = 1; ; number++) {
    atMs += (-Math.log(1 - random()) / perSecond) * 1000;
    if (atMs >= seconds * 1000) break;
    const others = number > 1 && random() < SAME_SEAT;
    const seat = others ? 1 + Math.floor(random() * (number - 1)) : number;
    const order = orderOf(seed, `c${seed}-${number}`, seat, pick(CARDS, random), false);
    const way = Math.floor(random() * ways);
    sendings.push({ order, atMs, way, isDuplicate: false });
    if (duplicates && ways > 1 && random() < SENT_AGAIN)
      sendings.push({ order, atMs: atMs + random() * MOST_WAIT_MS, way: (way + 1) % ways, isDuplicate: true });
  }
  return sendings.sort((a, b) => a.atMs - b.atMs);
}

export const planProbes = (seed: number, count: number, firstSeat: number): Order[] =>
  Array.from({ length: count }, (_, index) =>
    orderOf(seed, `p${seed}-${index + 1}`, firstSeat + index, 'tok_visa', true),
  );
