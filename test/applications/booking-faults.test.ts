/**
 * Proves over random interleavings of many orders, with crashes, lost answers, hanging calls that come back late, conflicts, repeats
 * and ambiguous answers of the provider at every call: in the end money = tickets = seats, order by order; and at no moment is there
 * a ticket without its money and its seat.
 */
import fc from 'fast-check';
import { type BookingRequest, booking, offerKey, type Seat, seatKey } from '../../applications/booking';
import type { StepRecord } from '../../core/contracts/saga';
import type { StateResult } from '../../core/contracts/state';
import type { PaymentProvider } from '../../core/ports';
import { createSagaWorld, runSaga, type SagaFaults, type SagaRun, type SagaRunOptions } from '../harness/run-saga';

const SEED = 20_261_121;
const RUNS = 200;
const SEATS = 5;
const settings = { approvalAboveCents: 50_000 };
const things = [[offerKey('test-tenant', 'opera'), { priceCents: 2_500, seats: SEATS }]] as const;
const instanceOf = (order: string) => `booking/test-tenant/${order}`;

/** Orders that compete for few seats; some cards are declined. */
const orders = (count: number): fc.Arbitrary<BookingRequest[]> =>
  fc
    .array(
      fc.record({
        seat: fc.integer({ min: 1, max: SEATS }),
        card: fc.constantFrom('tok_visa', 'tok_visa', 'tok_visa', 'tok_declined'),
      }),
      { minLength: 1, maxLength: count },
    )
    .map((list) => list.map((each, index) => ({ ...each, order: `o${index}`, show: 'opera' })));

const share = (most: number) => fc.constantFrom(0, most / 5, most);
const faults: fc.Arbitrary<SagaFaults> = fc.record({
  crashBefore: share(0.05),
  crashAfter: share(0.05),
  refused: share(0.1),
  lostAnswers: share(0.1),
  hangs: share(0.05),
  conflicts: share(0.2),
  ambiguous: share(0.3),
  repeats: share(0.3),
});

type Table = Readonly<Record<string, StateResult>>;

/** What is wrong with a table at any moment: a ticket that is current stands on money that was taken and on a seat that is held. */
function wrongNow(states: Table, run: { readonly payments: SagaRun['payments'] }): string | undefined {
  for (const { key, value, freshness } of Object.values(states)) {
    if (key.name !== 'ticket' || freshness !== 'current' || (value as StepRecord).status !== 'done') continue;
    const { result } = value as { readonly result: { readonly seat: number } };
    const seat = Object.values(states).find((each) => each.key.instance.endsWith(`/opera/${result.seat}`));
    if ((seat?.value as Seat | undefined)?.heldBy !== key.instance) return `${key.instance}: a ticket without its seat`;
    if (run.payments[`${key.instance}/payment`]?.status !== 'captured')
      return `${key.instance}: a ticket without money`;
  }
  return undefined;
}

/** What is wrong in the end. */
function wrongInTheEnd(run: SagaRun, requests: readonly BookingRequest[]): string | undefined {
  const states = Object.values(run.world.memory.state.states);
  for (const { order, seat } of requests) {
    const isDone = run.ends[order]?.end === 'DONE';
    const held = run.thing(seatKey('test-tenant', 'opera', seat))?.heldBy === instanceOf(order);
    const paid = run.payments[`${instanceOf(order)}/payment`]?.status === 'captured';
    const ticketed = run.result(order, 'ticket') !== undefined;
    if (held !== isDone || paid !== isDone || ticketed !== isDone)
      return `${order} ${run.ends[order]?.end}: held ${held}, paid ${paid}, ticketed ${ticketed}`;
    const undecided = states.filter(
      ({ key, freshness }) => key.instance === instanceOf(order) && freshness !== 'current',
    );
    // A step that leaves nothing outside has no compensation: a try of it that died stays as it is.
    const stuck = undecided.filter(({ key }) => isDone || !['inventory', 'approval'].includes(key.name));
    if (stuck.length > 0) return `${order}: ${stuck.map(({ key, freshness }) => `${key.name} is ${freshness}`).join()}`;
  }
  const taken = Object.values(run.payments).filter(({ status }) => status === 'captured').length;
  const seats = states.filter(({ value }) => (value as Partial<Seat> | undefined)?.heldBy).length;
  const tickets = requests.filter(({ order }) => run.result(order, 'ticket') !== undefined).length;
  return taken === seats && seats === tickets ? undefined : `${taken} payments, ${seats} seats, ${tickets} tickets`;
}

async function wrong(
  requests: readonly BookingRequest[],
  seed: number,
  faults: SagaFaults,
  options: Pick<SagaRunOptions, 'world' | 'provider'> = {},
): Promise<string | undefined> {
  let found: string | undefined;
  const run = await runSaga(booking, requests, {
    settings,
    things,
    seed,
    faults,
    ...options,
    observe: (states, { name }, payments) => {
      // Only a commit makes a ticket, and only a refund or a commit could take from one what it stands on.
      if (name === 'commitIfCurrent' || name === 'refund') found ??= wrongNow(states, { payments });
    },
  });
  for (const [kind, count] of Object.entries(run.faults)) injected[kind] = (injected[kind] ?? 0) + count;
  return found ?? wrongInTheEnd(run, requests);
}

const injected: Record<string, number> = {};

describe('booking under faults', () => {
  it('ends with money = tickets = seats, and never shows a ticket without them', async () => {
    const property = fc.asyncProperty(orders(6), fc.nat(), faults, async (requests, seed, faults) => {
      const what = await wrong(requests, seed, faults);
      if (what !== undefined) throw new Error(what);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS });

    const kinds = Object.keys(injected).sort();
    expect(kinds).toEqual(
      ['ambiguous', 'conflicts', 'crashAfter', 'crashBefore', 'hangs', 'lostAnswers', 'refused', 'repeats'].sort(),
    );
    expect(Math.min(...Object.values(injected))).toBeGreaterThan(50);
  }, 120_000);
});

describe('booking under faults, fails if taken out:', () => {
  const requests = Array.from({ length: 5 }, (_, index) => ({
    order: `o${index}`,
    show: 'opera',
    seat: 1 + (index % 2),
    card: index === 3 ? 'tok_declined' : 'tok_visa',
  }));
  const faults: SagaFaults = {
    crashAfter: 0.03,
    lostAnswers: 0.05,
    hangs: 0.08,
    conflicts: 0.05,
    ambiguous: 0.3,
    repeats: 0.4,
  };
  /** Seeds until one shows that something is wrong; an order that never ends is wrong, too. */
  const isSeen = async (make: () => Pick<SagaRunOptions, 'world' | 'provider'>) => {
    for (let seed = 1; seed <= 400; seed++) {
      const what = await wrong(requests, seed, faults, make()).catch((error: Error) => error.message);
      if (what !== undefined) return true;
    }
    return false;
  };

  // Some conditions guard one another here; each by itself is shown in test/adapters/memory/state-store.test.ts,
  // and those of reads in test/core/sagas/run-step.test.ts.
  it.each([
    [['begin: only over the version that was named']],
    [['put: only by whoever began last', 'put: only while it is pending', 'put: only over the version that was named']],
    [['commit: reads and writes all or nothing']],
  ] as const)(
    'the store, %j',
    async (conditions) => {
      expect(await isSeen(() => ({ world: createSagaWorld(conditions) }))).toBe(true);
    },
    60_000,
  );

  it('the provider closes the key of a refund that finds nothing', async () => {
    const provider = (inMemory: PaymentProvider): PaymentProvider => ({
      ...inMemory,
      refund: async (key) => {
        const found = await inMemory.find(key);
        const nothing = { key, id: key, status: 'void', amountCents: 0, card: '', charges: 0 } as const;
        return found.status === 'none' ? { status: 'void', payment: nothing } : inMemory.refund(key);
      },
    });
    expect(await isSeen(() => ({ provider }))).toBe(true);
  }, 60_000);

  it('the provider knows a payment by its key', async () => {
    let charges = 0;
    const provider = (inMemory: PaymentProvider): PaymentProvider => ({
      ...inMemory,
      charge: (charge) => {
        charges += 1;
        return inMemory.charge({ ...charge, key: `${charge.key}#${charges}` });
      },
    });
    expect(await isSeen(() => ({ provider }))).toBe(true);
  }, 60_000);
});
