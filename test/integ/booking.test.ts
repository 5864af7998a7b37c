/**
 * Proves on the deployed stacks that an order has exactly one end, and money, seats and tickets agree, whatever happens on its way: a
 * declined card, a seat that is gone, a provider that does not answer, killed steps, repeats, a pause, a cancellation, a last step that
 * fails, a person who is asked, books that disagree afterwards. Functions talk through the fault proxy; senders, the provider's books and the audit go round it.
 */
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { createProviderLedger, createStateStore } from '../../adapters/aws';
import { offerKey, seatKey } from '../../applications/booking';
import { auditOf } from '../../cli/audit';
import { awaitOutcomes } from '../../cli/await-outcomes';
import { type Connection, connect } from '../../cli/connection';
import { configuredSagas, findSaga, runsOf, sagaPorts } from '../../cli/readers/sagas';
import { sourceOf } from '../../cli/send';
import { createSender } from '../../cli/workload/senders';
import type { CloudEvent } from '../../core/contracts/event';
import { recordKey } from '../../core/contracts/identity';
import type { Incident } from '../../core/contracts/incident';
import type { Outcome } from '../../core/contracts/ledger';
import { LIVE_ALIAS } from '../../core/contracts/names';
import { putThing } from '../../core/sagas';
import { bringUp, tearDown } from '../../local/environment';
import { type FaultProxy, startFaultProxy } from '../../local/faults/proxy';
import type { FaultRule } from '../../local/faults/rules';
import { freePort } from '../../local/processes';
import { startTriage, triage, until } from './platform';

const SOURCE = '/shop';
const SHOW = 'opera';
const PATIENCE_SECONDS = 60;
/** As the proxy names it. */
const INVOKE = 'Invoke';

let proxy: FaultProxy;
let connection: Connection;
let seats = 0;

beforeAll(async () => {
  const port = await freePort();
  if (port === undefined) throw new Error('no free port');
  proxy = await startFaultProxy();
  proxy.forwardTo(`http://127.0.0.1:${port}`);
  await bringUp({ port, functionsEndpoint: proxy.endpoint, tickSeconds: 1 });
  connection = await connect('local');
  await offer(SHOW, 4_200);
}, 300_000);
afterAll(async () => {
  for (const client of Object.values(connection?.clients ?? {})) client.destroy();
  await tearDown();
  await proxy?.stop();
}, 60_000);
afterEach(() => proxy.setRules([]));

const states = () => createStateStore({ dynamo: connection.clients.dynamo, table: connection.names.statesTable });
const offer = (show: string, priceCents: number) =>
  putThing(states(), offerKey('acme', show), { priceCents, seats: 1_000 }, `test/${show}/${Date.now()}`, Date.now());

/** An order for a seat of its own, unless another is asked for. */
function order(name: string, data: { show?: string; seat?: number; card?: string } = {}): CloudEvent {
  seats += 1;
  return {
    specversion: '1.0',
    id: `event-${name}`,
    source: SOURCE,
    type: 'booking.requested',
    time: new Date().toISOString(),
    data: { order: name, show: SHOW, seat: seats, card: 'tok_visa', ...data },
  };
}

const send = async (events: readonly CloudEvent[], way = 'devices') => {
  const taken = await createSender(connection, sourceOf(connection, way))(events);
  if (taken.includes(false)) throw new Error(`${way} did not take every event`);
};
const keyOf = (event: CloudEvent) => recordKey('acme', event.source, event.id);

async function outcomes(...events: CloudEvent[]): Promise<(Outcome | undefined)[]> {
  const options = { seconds: PATIENCE_SECONDS, sinceMs: Date.now() };
  return (await awaitOutcomes(connection, events.map(keyOf), options)).map(({ outcome }) => outcome);
}
const kinds = async (...events: CloudEvent[]) => (await outcomes(...events)).map((each) => each?.kind);

const instanceOf = (name: string) => `booking/acme/${name}`;
const paymentOf = (name: string) =>
  createProviderLedger({
    dynamo: connection.clients.dynamo,
    table: connection.names.paymentsTable('booking'),
  }).read(`${instanceOf(name)}/payment`);
const holderOf = async (seat: number) =>
  ((await states().read(seatKey('acme', SHOW, seat)))?.value as { heldBy: string | null } | undefined)?.heldBy ?? null;
const resultOf = (name: string, step: string) =>
  states().read({ application: 'booking', instance: instanceOf(name), name: step });
const seatOf = (event: CloudEvent) => (event.data as { seat: number }).seat;
const executionsOf = async (event: CloudEvent) =>
  runsOf(sagaPorts(connection).executions, (await findSaga(connection, event.id)).plan);

/** A rule that strikes one of the step's calls. */
const onStep = (
  step: string,
  rule: Partial<FaultRule> & Pick<FaultRule, 'operation' | 'action' | 'when'>,
): FaultRule => ({
  name: `${step} ${rule.action} ${rule.when}`,
  caller: connection.names.stepFunction('booking', step),
  skip: 0,
  times: 1,
  ...rule,
});
const strikes = () => Object.values(proxy.strikes());

describe('an order', () => {
  it('that can be had ends DONE: a seat, a payment and a ticket, once each', async () => {
    const events = ['a1', 'a2', 'a3'].map((name) => order(name));
    await send(events);
    expect(await kinds(...events)).toEqual(['DONE', 'DONE', 'DONE']);
    for (const [index, name] of ['a1', 'a2', 'a3'].entries()) {
      expect(await paymentOf(name)).toMatchObject({ status: 'captured', amountCents: 4_200, charges: 1 });
      expect(await holderOf(seatOf(events[index] as CloudEvent))).toBe(instanceOf(name));
      expect(await resultOf(name, 'ticket')).toMatchObject({ freshness: 'current', value: { status: 'done' } });
    }
    expect(await triage('trace', 'event-a1')).toContain('DONE');
    expect(await triage('saga', 'show', 'a1')).toMatch(/DONE[\s\S]*SUCCEEDED[\s\S]*payment/);
  }, 120_000);

  it('comes by the bucket as well', async () => {
    const event = order('b1');
    await send([event], 'uploads');
    expect(await kinds(event)).toEqual(['DONE']);
  }, 120_000);

  it('whose card is declined, or whose seat is gone, is COMPENSATED with the reason, and nothing of it remains', async () => {
    const poor = order('c1', { card: 'tok_declined' });
    await send([poor]);
    const [declined] = await outcomes(poor);
    expect(declined).toMatchObject({ kind: 'COMPENSATED', reason: expect.stringContaining('card-declined') });
    expect(await holderOf(seatOf(poor))).toBeNull();
    expect((await paymentOf('c1'))?.status).toBe('declined');

    const [first, second] = [order('c2'), order('c3')];
    const late = { ...second, data: { ...(second.data as object), seat: seatOf(first) } };
    await send([first]);
    expect(await kinds(first)).toEqual(['DONE']);
    await send([late]);
    const [sold] = await outcomes(late);
    expect(sold).toMatchObject({ kind: 'COMPENSATED', reason: expect.stringContaining('sold-out') });
    expect(await holderOf(seatOf(first))).toBe(instanceOf('c2'));
    expect((await paymentOf('c3'))?.status ?? 'void').toBe('void');
  }, 180_000);

  it('that is not one is DEAD with what is wrong, and no saga begins', async () => {
    const wrong = { ...order('d1'), data: { order: 'd1', show: SHOW, seat: 'front row', card: 'tok_visa' } };
    await send([wrong]);
    expect(await outcomes(wrong)).toMatchObject([{ kind: 'DEAD', reason: expect.stringContaining('seat') }]);
    expect(await executionsOf(wrong).catch(() => [])).toEqual([]);
  }, 120_000);
});

describe('a payment', () => {
  it('whose answer is lost, or that hangs longer than anybody waits, is made once', async () => {
    const [lost, hung] = [order('e1'), order('e2')];
    proxy.setRules([onStep('payment', { operation: INVOKE, action: 'lose-answer', when: 'after' })]);
    await send([lost]);
    expect(await kinds(lost)).toEqual(['DONE']);
    expect(strikes()).toEqual([1]);
    proxy.setRules([onStep('payment', { operation: INVOKE, action: 'delay', delayMs: 4_000, when: 'before' })]);
    await send([hung]);
    expect(await kinds(hung)).toEqual(['DONE']);
    expect(strikes()).toEqual([1]);
    for (const name of ['e1', 'e2'])
      expect(await paymentOf(name)).toMatchObject({ status: 'captured', amountCents: 4_200 });
    expect((await paymentOf('e1'))?.charges).toBe(1);
  }, 180_000);
});

describe('a step', () => {
  it('that is killed before or after its commit is tried again, and done once', async () => {
    const events = [order('f1'), order('f2')];
    proxy.setRules([
      onStep('reserve', { operation: 'TransactWriteItems', action: 'kill', when: 'before' }),
      onStep('ticket', { operation: 'TransactWriteItems', action: 'kill', when: 'after' }),
    ]);
    await send(events);
    expect(await kinds(...events)).toEqual(['DONE', 'DONE']);
    expect(strikes()).toEqual([1, 1]);
    for (const event of events) expect(await executionsOf(event)).toHaveLength(1);
    expect((await paymentOf('f1'))?.charges).toBe(1);
    expect((await paymentOf('f2'))?.charges).toBe(1);
  }, 180_000);
});

describe('a repeat', () => {
  it('of an event begins nothing, and another event of the same order gets the first one’s outcome', async () => {
    const event = order('g1');
    const twin = { ...event, id: 'event-g1-again' };
    await send([event, event]);
    await send([event], 'uploads');
    await send([twin]);
    const [mine, twins] = await outcomes(event, twin);
    expect(mine?.kind).toBe('DONE');
    expect(twins).toMatchObject({ kind: 'DONE', reason: expect.stringContaining('as event event-g1') });
    const all = await sagaPorts(connection).executions.list('booking', { limit: 1_000 });
    const [execution] = await executionsOf(event);
    expect(all.filter(({ name }) => name === execution?.name)).toHaveLength(1);
    expect(await executionsOf(event)).toHaveLength(1);
    expect((await paymentOf('g1'))?.charges).toBe(1);
  }, 180_000);
});

describe('a person', () => {
  const pause = (name: string) => sagaPorts(connection).control.setPaused('booking', instanceOf(name), true);
  const untilWaiting = (event: CloudEvent) =>
    until(
      'the saga waits',
      async () => JSON.parse(await triage('saga', 'show', event.id, '--json')) as { state?: string; events: number },
      ({ events }) => events > 8,
      60_000,
    );

  it('pauses an order, sees that it waits, and lets it go on', async () => {
    const event = order('h1');
    await pause('h1');
    await send([event]);
    await until(
      'it has begun',
      async () => (await executionsOf(event).catch(() => [])).length,
      (count) => count === 1,
      60_000,
    );
    await untilWaiting(event);
    expect(await resultOf('h1', 'payment')).toBeUndefined();
    await triage('saga', 'resume', event.id);
    expect(await kinds(event)).toEqual(['DONE']);
  }, 180_000);

  it('cancels an order, which takes back what it has done', async () => {
    const event = order('i1');
    await pause('i1');
    await send([event]);
    await until(
      'it has begun',
      async () => (await executionsOf(event).catch(() => [])).length,
      (count) => count === 1,
      60_000,
    );
    await triage('saga', 'cancel', event.id, '--reason', 'changed my mind');
    await triage('saga', 'resume', event.id);
    const [outcome] = await outcomes(event);
    expect(outcome).toMatchObject({ kind: 'COMPENSATED', reason: expect.stringContaining('cancelled') });
    expect(await holderOf(seatOf(event))).toBeNull();
    expect((await paymentOf('i1'))?.status ?? 'void').toBe('void');
  }, 180_000);

  it('approves an order above the limit, and declines another', async () => {
    await triage('saga', 'put', 'booking', 'thing:acme/gala', 'offer', '{"priceCents":250000,"seats":1000}');
    const [yes, no] = [order('j1', { show: 'gala' }), order('j2', { show: 'gala' })];
    await send([yes, no]);
    for (const name of ['j1', 'j2'])
      await until(
        `${name} asks`,
        () => resultOf(name, 'approval-request'),
        (asked) => asked?.freshness === 'current',
        60_000,
      );
    expect(await triage('saga', 'approve', 'j1', '--by', 'Ada')).toContain('Approved: 250000 cents');
    expect(await triage('saga', 'approve', 'j2', '--decline', '--by', 'Ada')).toContain('Declined');
    const [approved, declined] = await outcomes(yes, no);
    expect(approved?.kind).toBe('DONE');
    expect(declined).toMatchObject({ kind: 'COMPENSATED', reason: expect.stringContaining('not-approved') });
  }, 180_000);

  it('runs an order again whose last step failed: what is done is skipped', async () => {
    const event = order('k1');
    const settle = { name: 'settle', caller: connection.names.settleFunction, operation: 'UpdateItem' };
    proxy.setRules([{ ...settle, action: 'refuse', when: 'before', skip: 0, times: 50 }]);
    await send([event]);
    await until(
      'its first run has failed',
      async () => (await executionsOf(event).catch(() => []))[0],
      (run) => run?.status === 'FAILED' && run.error === 'SettleFailed',
      90_000,
    );
    expect((await outcomesNow(event))[0]).toBeUndefined();
    proxy.setRules([]);
    // The reconciler may have been first, which is as good.
    await startTriage('saga', 'rerun', event.id).ended;
    expect(await kinds(event)).toEqual(['DONE']);
    expect((await executionsOf(event)).map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED']);
    expect((await paymentOf('k1'))?.charges).toBe(1);
  }, 240_000);
});

describe('what was found to disagree', () => {
  const bookOf = (name: string) => ({
    ledger: createProviderLedger({
      dynamo: connection.clients.dynamo,
      table: connection.names.paymentsTable('booking'),
    }),
    key: `${instanceOf(name)}/payment`,
  });
  const incidentOf = async (name: string): Promise<Incident | undefined> => {
    const { stdout } = await startTriage('incidents', '--all', '--json').ended;
    const { incidents } = JSON.parse(stdout) as { readonly incidents: readonly Incident[] };
    return incidents.find(({ subject }) => subject.on === 'saga' && subject.instance === instanceOf(name));
  };
  const found = (name: string) =>
    until(
      `what is wrong with ${name} is an incident`,
      () => incidentOf(name),
      (seen) => seen?.kind === 'inconsistent' && seen.findings > 0,
      60_000,
    );
  /** As its schedule does each minute. */
  const recoverNow = (ids: readonly string[]) =>
    connection.clients.lambda.send(
      new InvokeCommand({
        FunctionName: connection.names.platformFunction('recovery'),
        Qualifier: LIVE_ALIAS,
        Payload: JSON.stringify({ incidents: ids }),
      }),
    );
  const over = (name: string) =>
    until(
      `the incident of ${name} is over`,
      async () => {
        const { id = '' } = (await incidentOf(name)) ?? {};
        await recoverNow([id]);
        return incidentOf(name);
      },
      (seen) => seen?.state === 'resolved',
      60_000,
    );
  const begunOf = (incident: Incident | undefined) =>
    incident?.timeline.filter(({ what }) => what === 'begun').map(({ action }) => action) ?? [];

  it('confirmed and not paid, is paid; paid and not confirmed, is given back, and not while recovery is off', async () => {
    const [unpaid, unbooked] = [order('n1'), order('n2', { card: 'tok_declined' })];
    await send([unpaid, unbooked]);
    expect(await kinds(unpaid, unbooked)).toEqual(['DONE', 'COMPENSATED']);
    await triage('recovery', 'off');
    const offMs = Date.now();
    // The provider has lost the one payment, and taken the other after all.
    const { ledger, key } = bookOf('n2');
    const before = await ledger.read(key);
    if (before === undefined) throw new Error('the provider knows nothing of n2');
    await connection.clients.dynamo.send(
      new DeleteItemCommand({
        TableName: connection.names.paymentsTable('booking'),
        Key: { key: { S: bookOf('n1').key } },
      }),
    );
    expect(await ledger.put({ ...before, status: 'captured', amountCents: 4_200 }, before)).toBe(true);
    const incidents = await Promise.all([found('n1'), found('n2')]);
    const foundMs = Date.now() - offMs;
    await recoverNow(incidents.map((each) => each?.id ?? ''));
    for (const name of ['n1', 'n2']) {
      const held = await incidentOf(name);
      expect([held?.state, begunOf(held)]).toEqual(['open', []]);
      expect(held?.timeline.at(-1)?.words).toContain('switched off');
    }
    expect(await paymentOf('n1')).toBeUndefined();

    await triage('recovery', 'on');
    const onMs = Date.now();
    const [first, second] = await Promise.all([over('n1'), over('n2')]);
    expect([begunOf(first), begunOf(second)]).toEqual([['rerun'], ['compensate']]);
    process.stdout.write(
      `disagreements found ${foundMs} ms after they began; over ${Date.now() - onMs} ms after recovery was on\n`,
    );
    expect(await paymentOf('n1')).toMatchObject({ status: 'captured', amountCents: 4_200, charges: 1 });
    expect(await paymentOf('n2')).toMatchObject({ status: 'refunded' });
    expect(await kinds(unpaid, unbooked)).toEqual(['DONE', 'COMPENSATED']);
    expect((await executionsOf(unpaid)).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  }, 240_000);

  it('is nothing of all the other orders', async () => {
    const { stdout } = await startTriage('incidents', '--all', '--json').ended;
    const { incidents } = JSON.parse(stdout) as { readonly incidents: readonly Incident[] };
    const wrong = incidents.filter(({ kind }) => kind === 'inconsistent' || kind === 'ambiguous');
    expect(wrong.map(({ subject }) => subject.on === 'saga' && subject.instance).sort()).toEqual(
      ['n1', 'n2'].map(instanceOf),
    );
  }, 60_000);
});

async function outcomesNow(event: CloudEvent) {
  return (await awaitOutcomes(connection, [keyOf(event)], { seconds: 0, sinceMs: Date.now() })).map(
    ({ outcome }) => outcome,
  );
}

it('the balance holds: the audit has no finding, and the books, the seats and the tickets agree', async () => {
  const report = await auditOf(connection, {});
  expect(report.findings).toEqual([]);
  expect(report.inFlight).toBe(0);
  expect(configuredSagas(connection).map(({ name }) => name)).toEqual(['booking']);
  const names = [
    'a1',
    'a2',
    'a3',
    'b1',
    'c1',
    'c2',
    'c3',
    'e1',
    'e2',
    'f1',
    'f2',
    'g1',
    'h1',
    'i1',
    'j1',
    'j2',
    'k1',
    'n1',
    'n2',
  ];
  for (const name of names) {
    const [payment, ticket] = await Promise.all([paymentOf(name), resultOf(name, 'ticket')]);
    const isTicketed = (ticket?.value as { status?: string } | undefined)?.status === 'done';
    expect([name, payment?.status === 'captured']).toEqual([name, isTicketed]);
  }
}, 60_000);
