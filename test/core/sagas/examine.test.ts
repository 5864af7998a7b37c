/**
 * Proves that whatever orders went through, their outcomes, results and payments are found to agree; that each way in which they can be
 * made to disagree is seen; that what another generation does is nobody's finding; and that a run more makes them agree again.
 */
import { createMemoryPorts, type MemoryWorld } from '../../../adapters/memory';
import { type BookingRequest, booking, offerKey } from '../../../applications/booking';
import type { LedgerRecord, OutcomeKind } from '../../../core/contracts/ledger';
import type { Payment } from '../../../core/contracts/payment';
import { type StateResult, stateKeyText } from '../../../core/contracts/state';
import { type Examination, examine, isSettled, type Settled } from '../../../core/sagas/examine';
import { repair } from '../../../core/sagas/repair';
import { outcome } from '../../conformance/fixtures';
import { runSaga, type SagaRun, type SagaRunOptions } from '../../harness/run-saga';

const settings = { approvalAboveCents: 50_000 };
const offered = { settings, things: [[offerKey('test-tenant', 'opera'), { priceCents: 2_500, seats: 9 }]] } as const;
const request = (more: Partial<BookingRequest> = {}): BookingRequest => ({
  order: 'o1',
  show: 'opera',
  seat: 1,
  card: 'tok_visa',
  ...more,
});
const instanceOf = (order: string) => `booking/test-tenant/${order}`;
const PAYMENT = `${instanceOf('o1')}/payment`;
/** As executions of the coordinator are called; the harness's own are not. */
const EXECUTION = `${'a'.repeat(64)}-1`;

function settledAs(kind: OutcomeKind, order = 'o1'): Settled {
  const record: LedgerRecord = {
    key: `event-${order}`,
    generation: 1,
    attempts: 0,
    outcome: {
      ...outcome(order),
      kind,
      chain: 'booking@1',
      ran: { instance: instanceOf(order), execution: EXECUTION },
    },
  };
  if (!isSettled(record)) throw new Error('it has no outcome');
  return record;
}
const look = (world: MemoryWorld, kind: OutcomeKind, order = 'o1'): Promise<Examination> =>
  examine(createMemoryPorts({ world }), booking, settledAs(kind, order));
const textOf = (name: string) => stateKeyText({ application: 'booking', instance: instanceOf('o1'), name });

it('finds nothing of orders that went through, whatever went wrong on their way and came late', async () => {
  const faults = { crashAfter: 0.05, lostAnswers: 0.1, hangs: 0.05, conflicts: 0.2, ambiguous: 0.3, repeats: 0.3 };
  const cards = ['tok_visa', 'tok_visa', 'tok_declined', 'tok_visa'];
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 25; seed++) {
    const requests = cards.map((card, index) => request({ order: `o${index}`, seat: 1 + (index % 3), card }));
    const run = await runSaga(booking, requests, { ...offered, faults, seed });
    for (const [order, { end }] of Object.entries(run.ends)) {
      expect([seed, order, await look(run.world.memory, end, order)]).toEqual([seed, order, { says: 'agrees' }]);
      kinds.add(end);
    }
  }
  expect([...kinds].sort()).toEqual(['COMPENSATED', 'DONE']);
});

type Tamper = (states: Record<string, StateResult>, payments: Record<string, Payment>) => void;
const change =
  (name: string, more: Partial<StateResult>): Tamper =>
  (states) => {
    const found = states[textOf(name)];
    if (found === undefined) throw new Error(`no ${name}`);
    states[textOf(name)] = { ...found, ...more };
  };
const remove =
  (name: string): Tamper =>
  (states) => {
    delete states[textOf(name)];
  };
const pay =
  (more: Partial<Payment> | undefined): Tamper =>
  (_states, payments) => {
    if (more === undefined) delete payments[PAYMENT];
    else
      payments[PAYMENT] = {
        key: PAYMENT,
        id: 'p',
        status: 'captured',
        amountCents: 2_500,
        card: 'c',
        charges: 1,
        ...more,
      };
  };

async function ended(isDone: boolean, tamper?: Tamper): Promise<SagaRun> {
  const run = await runSaga(booking, [request(isDone ? {} : { card: 'tok_declined' })], offered);
  const { states, payments } = run.world.memory.state;
  tamper?.(states as Record<string, StateResult>, payments as Record<string, Payment>);
  return run;
}

describe('an order that is DONE', () => {
  it.each<[string, Tamper, string, string]>([
    ['has lost its ticket', remove('ticket'), 'inconsistent', 'there is no ticket'],
    ['has lost its payment', remove('payment'), 'inconsistent', 'payment version 1'],
    ['has its money given back', pay({ status: 'refunded' }), 'inconsistent', 'refunded'],
    ['has no payment at the provider', pay(undefined), 'inconsistent', 'not known'],
    ['was paid with less', pay({ amountCents: 1 }), 'inconsistent', 'captured (1)'],
    [
      'stands on what was found to be wrong',
      change('confirm', { freshness: 'stale' }),
      'ambiguous',
      'confirm is stale',
    ],
    ['stands on another version', change('payment', { version: 7 }), 'inconsistent', 'payment version 1'],
    ['was turned back', change('direction', { value: 'back' }), 'inconsistent', 'turned back'],
    ['has a step that was taken back', change('payment', { value: { status: 'undone' } }), 'inconsistent', 'is undone'],
  ])('and %s disagrees', async (_what, tamper, kind, words) => {
    const { world } = await ended(true, tamper);
    const found = await look(world.memory, 'DONE');
    expect(found).toMatchObject({
      says: 'disagrees',
      disagreements: expect.arrayContaining([expect.objectContaining({ kind })]),
    });
    expect(JSON.stringify(found)).toContain(words);
  });
  it('and free of charge needs no payment', async () => {
    const things = [[offerKey('test-tenant', 'opera'), { priceCents: 0, seats: 9 }]] as const;
    const { world, payments } = await runSaga(booking, [request()], { settings, things });
    expect(payments).toEqual({});
    expect(await look(world.memory, 'DONE')).toEqual({ says: 'agrees' });
  });
});

describe('an order that is not DONE', () => {
  it.each<[string, Tamper, string]>([
    ['is paid', pay({ status: 'captured' }), 'inconsistent'],
    ['keeps its seat', change('reserve', { value: { status: 'done', result: {} } }), 'inconsistent'],
    ['was left half-way', change('payment', { freshness: 'pending' }), 'ambiguous'],
  ])('and %s disagrees, whether COMPENSATED or DEAD', async (_what, tamper, kind) => {
    const { world } = await ended(false, tamper);
    for (const outcomeKind of ['COMPENSATED', 'DEAD'] as const)
      expect(await look(world.memory, outcomeKind)).toMatchObject({ says: 'disagrees', disagreements: [{ kind }] });
  });
  it('and whose last step is done stands', async () => {
    const { world } = await ended(true);
    expect(await look(world.memory, 'DEAD')).toMatchObject({ says: 'stands' });
  });
});

describe('what is nobody’s finding', () => {
  const paid = () => ended(false, pay({ status: 'captured' }));
  it('is what a later generation of the event works on', async () => {
    const { world } = await paid();
    const later = { key: 'event-o1', generation: 2, attempts: 0 };
    world.memory.state.records['event-o1#2'] = later;
    expect(await look(world.memory, 'DEAD')).toMatchObject({ says: 'superseded' });
  });
  it('is what a later generation of another event with the same key works on, and not what an earlier one left', async () => {
    const { world } = await paid();
    const other = `${'b'.repeat(64)}-1`;
    change('payment', { owner: `${other}/Payment/0-0` })(world.memory.state.states as Record<string, StateResult>, {});
    const ports = createMemoryPorts({ world: world.memory });
    await ports.executions.start('booking', other, { event: { key: 'twin', generation: 2 } });
    expect(await look(world.memory, 'DEAD')).toMatchObject({ says: 'superseded' });
    const again = settledAs('DEAD');
    expect(await examine(ports, booking, { ...again, generation: 2 })).toMatchObject({ says: 'disagrees' });
  });
  it('is a provider that does not answer, or that may not be asked: that is unknown', async () => {
    const { world } = await ended(true);
    const ports = createMemoryPorts({ world: world.memory });
    const silent = { find: async () => ({ status: 'unknown', words: 'timed out' }) as const };
    const broken = { find: () => Promise.reject(new Error('busy')) };
    for (const readers of [{ payments: silent }, { payments: broken }, {}])
      expect(await examine({ ...ports, ledgers: () => readers }, booking, settledAs('DONE'))).toMatchObject({
        says: 'unknown',
      });
  });
});

describe('a run more', () => {
  const again = async ({ world }: SagaRun, options: Partial<SagaRunOptions> = {}) =>
    runSaga(booking, [request()], { settings, world, run: 2, ...options });
  it.each<[string, Tamper]>([
    ['its ticket', remove('ticket')],
    ['its payment’s result', remove('payment')],
    [
      'its payment at the provider',
      (states, payments) => {
        pay(undefined)(states, payments);
        change('payment', { freshness: 'stale' })(states, payments);
      },
    ],
  ])('makes an order that is DONE and has lost %s whole again, for one payment', async (_what, tamper) => {
    const before = await ended(true, tamper);
    const run = await again(before);
    expect(run.ends.o1).toMatchObject({ end: 'DONE' });
    expect(await look(run.world.memory, 'DONE')).toEqual({ says: 'agrees' });
    expect(Object.values(run.payments)).toMatchObject([{ status: 'captured', amountCents: 2_500 }]);
  });
  it('gives back what an order that is not DONE has paid, once its result was marked', async () => {
    const before = await ended(false, pay({ status: 'captured' }));
    const found = await look(before.world.memory, 'COMPENSATED');
    const marked = found.says === 'disagrees' ? found.disagreements[0].result : undefined;
    if (marked === undefined) throw new Error('it does not say which result is wrong');
    const { states } = createMemoryPorts({ world: before.world.memory });
    await states.markStale({ key: marked.key, ifVersion: marked.version, reason: 'wrong' }, 0);
    const run = await again(before);
    expect(run.ends.o1).toMatchObject({ end: 'COMPENSATED' });
    expect(run.payments[PAYMENT]).toMatchObject({ status: 'refunded' });
    expect(await look(run.world.memory, 'COMPENSATED')).toEqual({ says: 'agrees' });
  });
  it('is begun once for one number, in the direction of the outcome, and leaves the outcome', async () => {
    const { world } = await ended(true);
    const ports = createMemoryPorts({ world: world.memory });
    await ports.executions.start('booking', EXECUTION, { saga: 'booking', run: 1, intent: 'compensate' });
    for (const [kind, input] of [
      ['DONE', { saga: 'booking', run: 2 }],
      ['DEAD', { saga: 'booking', run: 3, intent: 'compensate' }],
    ] as const) {
      const record = settledAs(kind);
      world.memory.state.records['event-o1#1'] = record;
      const statuses = [];
      for (let time = 0; time < 2; time++) statuses.push((await repair(ports, record, input.run)).status);
      expect(statuses).toEqual(['started', 'exists']);
      expect((await ports.executions.describe('booking', `${'a'.repeat(64)}-${input.run}`))?.input).toEqual(input);
      expect((await ports.records.read([record]))[0]).toEqual(record);
    }
    world.memory.state.records['event-o1#2'] = { ...settledAs('DEAD'), generation: 2 };
    expect(await repair(ports, settledAs('DEAD'), 4)).toEqual({ status: 'later-generation' });
  });
});
