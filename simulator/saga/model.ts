/**
 * What must be true in the end, worked out from the orders and from what can be seen outside: the books of the provider, the seats,
 * the outcomes. It knows nothing of steps, tokens or versions but what "nothing is half done" needs.
 */
import { seatKey } from '../../applications/booking';
import type { Outcome } from '../../core/contracts/ledger';
import type { StepRecord } from '../../core/contracts/saga';
import { type StateResult, stateKeyText } from '../../core/contracts/state';
import { instanceOf } from './events';
import type { Platform } from './platform';
import { APPROVAL_ABOVE_CENTS, type Order, SHOWS, TENANT } from './workload';

export const VIOLATIONS = ['lost', 'doubled', 'stuck', 'unbalanced', 'contradicted', 'unexplained'] as const;
export type ViolationKind = (typeof VIOLATIONS)[number];
export interface Violation {
  readonly kind: ViolationKind;
  readonly what: string;
}

const STEPS = ['inventory', 'reserve', 'approval', 'confirm', 'payment', 'ticket'] as const;
/** What a ticket is made from. */
const ACTED_ON: readonly string[] = ['confirm', 'payment'];
/** The others leave nothing that would have to be taken back. */
const TAKEN_BACK: readonly string[] = ['reserve', 'confirm', 'payment', 'ticket'];

export function violationsOf(platform: Platform, orders: readonly Order[]): Violation[] {
  return [
    ...orders.flatMap((order) => ofOrder(platform, order, orders)),
    ...ofSeats(platform, orders),
    ...ofMoney(platform, orders),
    ...ofOutcomes(platform),
    ...platform.contradictions.map((what): Violation => ({ kind: 'contradicted', what })),
    ...platform.sharedAttempts.map((what): Violation => ({ kind: 'doubled', what: `two tries were ${what}` })),
  ];
}

/** The outcome of the youngest generation of the order's first event. */
export function outcomeOf(platform: Platform, order: Order): Outcome | undefined {
  const youngest = platform.events.filter(({ envelope }) => envelope.key === `o-${order.number}`).at(-1);
  return youngest && outcomeFor(platform, youngest.envelope);
}

const outcomeFor = (
  { parts }: Platform,
  { key, generation }: { readonly key: string; readonly generation: number },
): Outcome | undefined => parts.world.state.records[`${key}#${generation}`]?.outcome;

function ofOrder(platform: Platform, order: Order, orders: readonly Order[]): Violation[] {
  const name = `order ${order.number}`;
  const found: Violation[] = [];
  const say = (kind: ViolationKind, what: string) => found.push({ kind, what: `${name}: ${what}` });
  const results = resultsOf(platform, order);
  const outcome = outcomeOf(platform, order);
  if (outcome === undefined) {
    say(results.some(Boolean) ? 'stuck' : 'lost', 'no outcome');
    return found;
  }
  const isDone = outcome.kind === 'DONE';
  if (!isDone && outcome.kind !== 'COMPENSATED') say('stuck', `ends as ${outcome.kind}`);
  for (const { envelope } of platform.events.filter((each) => each.order === order)) {
    const other = outcomeFor(platform, envelope);
    if (other === undefined) say('lost', `no outcome of ${envelope.key}, generation ${envelope.generation}`);
    else if (other.kind !== outcome.kind && other.kind !== 'DEAD')
      say('contradicted', `${other.kind} and ${outcome.kind}`);
  }
  STEPS.forEach((step, index) => {
    const result = results[index];
    const status = (result?.value as StepRecord | undefined)?.status;
    const isFoundWrong = result?.freshness === 'stale';
    if (isFoundWrong && isDone && ACTED_ON.includes(step) && platform.doubted.has(order.number))
      say('unbalanced', `DONE on a ${step} that was known to be wrong`);
    if (result && result.freshness !== 'current' && !isFoundWrong && (isDone || TAKEN_BACK.includes(step)))
      say('stuck', `${step} is ${result.freshness}`);
    if (status === 'done' && result && result.version !== 1 && !platform.foundWrong.has(order.number))
      say('doubled', `${step} was done ${result.version} times`);
    if (isDone !== (status === 'done') && step === 'ticket')
      say('unbalanced', `${outcome.kind}, and the ticket is ${status}`);
    if (isDone && status !== 'done') say('unbalanced', `DONE, and ${step} is ${status}`);
    if (!isDone && status === 'done' && TAKEN_BACK.includes(step)) say('unbalanced', `taken back, and ${step} is done`);
  });
  const why = unexplained(platform, order, outcome, orders);
  if (why !== undefined) say('unexplained', `${outcome.kind} because "${outcome.reason}": ${why}`);
  return found;
}

function resultsOf({ parts }: Platform, order: Order): (StateResult | undefined)[] {
  const instance = instanceOf(order);
  return STEPS.map((name) => parts.world.state.states[stateKeyText({ application: 'booking', instance, name })]);
}

/** An outcome is written once: the stream of the records bears each but once. */
function ofOutcomes({ parts }: Platform): Violation[] {
  const seen = new Set<string>();
  return parts.world.state.stream.flatMap(({ key, generation, outcome }): Violation[] => {
    const id = `${key}#${generation}`;
    if (outcome === undefined) return [];
    if (seen.has(id)) return [{ kind: 'doubled', what: `${id} has a second outcome, ${outcome.kind}` }];
    seen.add(id);
    return [];
  });
}

/** A seat has one holder, who has a ticket; who has a ticket holds the seat. */
function ofSeats(platform: Platform, orders: readonly Order[]): Violation[] {
  const found: Violation[] = [];
  const holders = new Map<string, string | null>();
  for (const order of orders) {
    const place = `${order.show}/${order.seat}`;
    const key = seatKey(TENANT, order.show, order.seat);
    const result = platform.parts.world.state.states[stateKeyText(key)];
    const heldBy = (result?.value as { heldBy: string | null } | undefined)?.heldBy ?? null;
    holders.set(place, heldBy);
    if (outcomeOf(platform, order)?.kind === 'DONE' && heldBy !== instanceOf(order))
      found.push({ kind: 'doubled', what: `order ${order.number} has a ticket for ${place}, held by ${heldBy}` });
  }
  const done = new Set(orders.filter((order) => outcomeOf(platform, order)?.kind === 'DONE').map(instanceOf));
  for (const [place, heldBy] of holders)
    if (heldBy !== null && !done.has(heldBy))
      found.push({ kind: 'unbalanced', what: `${place} is held by ${heldBy}, without a ticket` });
  return found;
}

/** What was taken is what the tickets cost, order by order and under no other key. */
function ofMoney(platform: Platform, orders: readonly Order[]): Violation[] {
  const found: Violation[] = [];
  const left = new Map(platform.books.taken);
  for (const order of orders) {
    const key = `${instanceOf(order)}/payment`;
    const cents = left.get(key) ?? 0;
    left.delete(key);
    const isDone = outcomeOf(platform, order)?.kind === 'DONE';
    const price = isDone ? (SHOWS[order.show]?.priceCents ?? 0) : 0;
    if (cents !== price)
      found.push({
        kind: cents > price && isDone ? 'doubled' : 'unbalanced',
        what: `order ${order.number}: ${cents} cents taken, ${price} due`,
      });
  }
  for (const [key, cents] of left)
    if (cents !== 0) found.push({ kind: 'doubled', what: `${cents} cents taken under ${key}` });
  return found;
}

/** Nobody is refused, or booked, for a reason that is not there. */
function unexplained(platform: Platform, order: Order, outcome: Outcome, orders: readonly Order[]): string | undefined {
  const show = SHOWS[order.show];
  const price = show?.priceCents ?? 0;
  const isDear = price > APPROVAL_ABOVE_CENTS;
  const declines = order.card !== 'tok_fine' && price > 0;
  const tooDear = order.mostCents !== undefined && order.mostCents < price;
  const hasSeat = show !== undefined && order.seat <= show.seats;
  const approved = order.approver === 'approves' || order.approver === 'unheard';
  if (outcome.kind === 'DONE') {
    if (!hasSeat) return 'there is no such seat';
    if (declines || tooDear) return 'it cannot be paid';
    return isDear && !approved ? 'nobody approved it' : undefined;
  }
  const wasTroubled =
    platform.doubted.has(order.number) || platform.reruns + platform.redrives > 0 || platform.parts.faults.total() > 0;
  const code = outcome.reason.split(':')[0] ?? '';
  const isTrue: Readonly<Record<string, boolean>> = {
    'not-on-sale': show === undefined,
    'no-such-seat': show !== undefined && !hasSeat,
    'too-dear': tooDear,
    'sold-out': orders.some((other) => other !== order && other.show === order.show && other.seat === order.seat),
    'not-approved':
      isDear && (!approved || order.approver === 'unheard' || order.approvesAfterMs > 3_000_000 || wasTroubled),
    'card-declined': order.card === 'tok_declined',
    'insufficient-funds': order.card === 'tok_insufficient',
    'payment-closed': wasTroubled,
    deadline: order.deadlineAfterMs !== undefined,
    cancelled: order.cancelAtMs !== undefined || (order.pause?.forMs ?? 0) > 3_000_000 || wasTroubled,
    compensated: order.recovery === 'takes back' && wasTroubled,
    failed: wasTroubled,
  };
  return isTrue[code] === true ? undefined : 'that is not so';
}
