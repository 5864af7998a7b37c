/**
 * From a sweep that finds that an order's outcome, results and payment disagree, over its incident, to recovery's run that makes them agree,
 * or to a person; and what is only noted, what is looked at how often, and that nothing is done twice or while recovery is off.
 */
import { addQueue, createMemoryPorts, endExecution, queueOf } from '../../../adapters/memory';
import { type BookingRequest, booking, offerKey } from '../../../applications/booking';
import { agreements } from '../../../applications/booking/agreements';
import type { LaneMessage } from '../../../core/contracts/event';
import type { OutcomeKind } from '../../../core/contracts/ledger';
import type { Payment } from '../../../core/contracts/payment';
import { settledLook, WATCHED_MS } from '../../../core/policies/look-at-sagas';
import { outlineOf } from '../../../core/sagas/outline';
import { sweep } from '../../../lambdas/monitoring/reconciler/core';
import { type LookBudget, lookAtSettled, lookBudget } from '../../../lambdas/monitoring/reconciler/look';
import { perform } from '../../../lambdas/monitoring/recovery/actions';
import { recover } from '../../../lambdas/monitoring/recovery/core';
import { lookAt } from '../../../lambdas/monitoring/recovery/facts';
import { DEFAULT_RECOVERY } from '../../../lambdas/monitoring/recovery/sweep';
import { envelope, outcome } from '../../conformance/fixtures';
import { runSaga } from '../../harness/run-saga';

const NAME = 'c'.repeat(64);
const INSTANCE = 'booking/test-tenant/o1';
const KEY = `${INSTANCE}/payment`;
const common = { settings: { approvalAboveCents: 50_000 } };
/** As a synth gives it to the functions: no step. */
const sagas = [{ ...outlineOf(booking), agreements: agreements.booking }];
const payment = (status: Payment['status']): Payment => ({
  key: KEY,
  id: 'p',
  status,
  amountCents: 2_500,
  card: 'tok_visa',
  charges: 1,
});

/** An order that has run in memory, with the acceptance, the outcome and the execution that it has on AWS. */
async function ordered(kind: Exclude<OutcomeKind, 'SHED' | 'EXPIRED'>) {
  const request: BookingRequest = {
    order: 'o1',
    show: 'opera',
    seat: 1,
    card: kind === 'DONE' ? 'tok_visa' : 'tok_declined',
  };
  const things = [[offerKey('test-tenant', 'opera'), { priceCents: 2_500, seats: 9 }]] as const;
  const run = await runSaga(booking, [request], { ...common, things });
  const world = run.world.memory;
  const ports = createMemoryPorts({ world });
  const startedMs = world.state.nowMs;
  await ports.acceptances.accept({
    key: 'acceptance',
    lane: 'booking',
    envelopes: [envelope('k', 'booking')],
    acceptedAtMs: startedMs,
    dueAtMs: startedMs + 60_000,
    handedOver: true,
    resends: 0,
  });
  const ran = { instance: INSTANCE, execution: `${NAME}-1` };
  const own = { ...outcome('o1'), kind, chain: 'booking@1', decidedAtMs: startedMs + 5_000, ran };
  await ports.records.commit({ outcomes: [{ key: 'k', generation: 1, outcome: own }], contexts: [] }, 'x');
  await ports.executions.start('booking', `${NAME}-1`, { saga: 'booking', instance: INSTANCE, run: 1 });
  endExecution(world, 'booking', `${NAME}-1`, { status: 'SUCCEEDED' });
  const tools = { now: () => world.state.nowMs };
  const settings = {
    sagas,
    handOffBoundMs: 60_000,
    resendBudget: 2,
    parallelAcceptances: 2,
    lanePatienceMs: { booking: 600_000 },
    sagaAskAfterMs: 60_000,
    succession: { lanes: [], poolByWay: {}, defaultClass: 'normal' },
  };
  const outside = {
    ...ports,
    lanes: { set: async () => true },
    deployments: { read: async () => undefined, move: async () => false },
  };
  const redrive = { lanes: ['booking'], handOffBoundMs: 60_000 };
  const actionSettings = { sagaAskAfterMs: 60_000, splitTimeoutSeconds: {}, redrive };
  const recovery = {
    incidents: ports.incidents,
    look: (incident: Parameters<typeof lookAt>[1]) => lookAt({ ...outside, sagas }, incident, tools.now()),
    perform: (incident: Parameters<typeof perform>[2], action: Parameters<typeof perform>[3]) =>
      perform(outside, actionSettings, incident, action, tools.now()),
    log: ports.log,
  };
  const incident = () => Object.values(world.state.incidents)[0];
  return {
    world,
    ports,
    incident,
    later: (ms: number) => {
      world.state.nowMs += ms;
    },
    sweep: () => sweep(ports, settings, tools),
    recover: () => recover(recovery, DEFAULT_RECOVERY, incident()?.id ?? '', tools),
    books: (entry: Payment | undefined) => {
      const { payments } = world.state as { payments: Record<string, Payment> };
      if (entry === undefined) delete payments[KEY];
      else payments[KEY] = entry;
    },
    executions: () => Object.values(world.state.executions).map(({ name, input }) => ({ name, input })),
    /** What the state machine does with the run that was started. */
    carryOut: async (number: number) => {
      if (kind !== 'DONE') await run.world.control.setCancelled('booking', INSTANCE, true);
      await runSaga(booking, [request], { ...common, world: run.world, run: number });
      endExecution(world, 'booking', `${NAME}-${number}`, { status: 'SUCCEEDED' });
    },
    payment: () => world.state.payments[KEY],
  };
}

describe('an order that agrees', () => {
  it.each(['DONE', 'COMPENSATED'] as const)(
    'is looked at a few times while it is %s, then let go, and is no incident',
    async (kind) => {
      const { sweep, later, incident, world } = await ordered(kind);
      const looks: number[] = [];
      for (let minute = 0; minute < 30; minute += 1) {
        later(60_001);
        const { lookedAt, closed } = await sweep();
        if (lookedAt > 0) looks.push(minute + 1);
        if (closed > 0) break;
      }
      expect(looks).toEqual([1, 4, 16]);
      expect(incident()).toBeUndefined();
      expect(world.state.acceptances.acceptance?.closedAtMs).toBeDefined();
    },
  );
});

describe('an order that is DONE and not paid', () => {
  it('is found by the next sweep, has its payment marked and made again, and is over once all agree', async () => {
    const {
      sweep,
      later,
      incident,
      recover,
      books,
      executions,
      carryOut,
      payment: paid,
      ports,
    } = await ordered('DONE');
    books(undefined);
    later(60_001);
    expect(await sweep()).toMatchObject({ lookedAt: 1, disagreeing: 1, waiting: 1 });
    expect(incident()).toMatchObject({
      kind: 'inconsistent',
      state: 'open',
      subject: { on: 'saga', instance: INSTANCE },
    });
    expect(await recover()).toBe('done');
    const key = { application: 'booking', instance: INSTANCE, name: 'payment' };
    expect(await ports.states.read(key)).toMatchObject({ freshness: 'stale' });
    expect(executions()[1]).toEqual({ name: `${NAME}-2`, input: { saga: 'booking', instance: INSTANCE, run: 2 } });
    later(20_000);
    expect(await recover()).toBe('waits');
    await carryOut(2);
    later(20_000);
    expect(await recover()).toBe('resolved');
    expect(paid()).toMatchObject({ status: 'captured', amountCents: 2_500 });
    expect((await ports.records.read([{ key: 'k', generation: 1 }]))[0]?.outcome?.kind).toBe('DONE');
  });
  it('is left to a person where the provider has closed the payment: no other is ever made', async () => {
    const { sweep, later, incident, recover, books, executions, carryOut, payment: paid } = await ordered('DONE');
    books(payment('refunded'));
    later(60_001);
    await sweep();
    for (const run of [2, 3]) {
      expect(await recover()).toBe('done');
      await carryOut(run);
      later(60_000);
    }
    expect(await recover()).toBe('parked');
    expect(incident()?.timeline.at(-1)?.words).toContain('stays so');
    expect(executions()).toHaveLength(3);
    expect(paid()).toMatchObject({ status: 'refunded' });
  });
});

describe('an order that is not DONE and paid', () => {
  it.each(['COMPENSATED', 'DEAD'] as const)('gets its money back where it is %s', async (kind) => {
    const { sweep, later, recover, books, executions, carryOut, payment: paid } = await ordered(kind);
    books(payment('captured'));
    later(60_001);
    await sweep();
    expect(await recover()).toBe('done');
    expect(executions()[1]).toMatchObject({ name: `${NAME}-2`, input: { run: 2, intent: 'compensate' } });
    await carryOut(2);
    later(20_000);
    expect(await recover()).toBe('resolved');
    expect(paid()).toMatchObject({ status: 'refunded' });
  });
  it('is a person’s where a person had stopped it, and where its last step is done', async () => {
    const stopped = await ordered('DEAD');
    stopped.books(payment('captured'));
    const [first] = Object.keys(stopped.world.state.executions);
    const found = stopped.world.state.executions[first ?? ''];
    if (found !== undefined) stopped.world.state.executions[first ?? ''] = { ...found, status: 'ABORTED' };
    stopped.later(60_001);
    await stopped.sweep();
    expect(await stopped.recover()).toBe('parked');
    expect(stopped.executions()).toHaveLength(1);
    const stands = await ordered('DONE');
    const record = stands.world.state.records['k#1'];
    if (record?.outcome === undefined) throw new Error('no outcome');
    stands.world.state.records['k#1'] = { ...record, outcome: { ...record.outcome, kind: 'DEAD' } };
    stands.later(60_001);
    await stands.sweep();
    expect(await stands.recover()).toBe('parked');
    expect(stands.incident()?.timeline.at(-1)?.words).toContain('redrive');
    expect(stands.executions()).toHaveLength(1);
  });
});

describe('an order whose last step is done and whose event is DEAD', () => {
  it('has its event sent again, once: the next generation finds everything done', async () => {
    const { world, later, sweep, recover, incident, executions } = await ordered('DONE');
    addQueue(world, 'booking');
    const record = world.state.records['k#1'];
    if (record?.outcome === undefined) throw new Error('no outcome');
    const outcome = { ...record.outcome, kind: 'DEAD', acceptance: 'acceptance' } as const;
    world.state.records['k#1'] = { ...record, outcome };
    later(60_001);
    await sweep();
    expect(await recover()).toBe('done');
    const sent = () => queueOf(world.state, 'booking').messages.map(({ body }) => (body as LaneMessage).envelope);
    expect(sent()).toMatchObject([{ key: 'k', generation: 2, lane: 'booking' }]);
    expect(incident()?.timeline.at(-1)).toMatchObject({ what: 'done', action: 'redrive' });
    later(20_000);
    expect(await recover()).toBe('parked');
    expect(sent()).toHaveLength(1);
    expect(executions()).toHaveLength(1);
  });
});

describe('recovery', () => {
  it('begins nothing of it while it is off, or where what was found is not true any more', async () => {
    const { sweep, later, recover, books, executions, ports } = await ordered('DONE');
    books(undefined);
    later(60_001);
    await sweep();
    await ports.incidents.setMode('off');
    expect(await recover()).toBe('waits');
    await ports.incidents.setMode('on');
    books(payment('captured'));
    later(60_000);
    expect(await recover()).toBe('resolved');
    expect(executions()).toHaveLength(1);
  });
  it('begins one run where a finding is noted twice and two recoveries meet', async () => {
    const { sweep, later, recover, books, executions, incident } = await ordered('DONE');
    books(undefined);
    later(60_001);
    await Promise.all([sweep(), sweep()]);
    expect(incident()?.findings).toBe(1);
    await Promise.all([recover(), recover()]);
    expect(executions()).toHaveLength(2);
  });
});

describe('a provider that does not answer', () => {
  it('is asked again while the order is young; then the order is a person’s, who asks by the key', async () => {
    const { later, incident, recover, sweep, ports } = await ordered('DONE');
    const { payments } = ports;
    jest.spyOn(payments, 'find').mockResolvedValue({ status: 'unknown', words: 'timed out' });
    later(60_001);
    expect(await sweep()).toMatchObject({ lookedAt: 1, disagreeing: 0 });
    expect(incident()).toBeUndefined();
    for (let minute = 0; minute < 20; minute += 1) {
      later(60_001);
      await sweep();
    }
    expect(incident()).toMatchObject({ kind: 'ambiguous', state: 'open', findings: 1 });
    expect(await recover()).toBe('parked');
    expect(incident()?.timeline.at(-1)?.words).toContain('by the key');
  });
});

describe('the looks', () => {
  it('come each time that an order is four times as old, and end when it is old enough', () => {
    const look = (ageMs: number) =>
      settledLook([1_000_000 - ageMs], { isClosing: true, leastMs: 60_000, nowMs: 1_000_000 });
    expect(look(1_000)).toEqual({ due: [0], isLast: false, dueAtMs: 1_060_000 });
    expect(look(60_000)).toEqual({ due: [0], isLast: false, dueAtMs: 1_180_000 });
    expect(look(WATCHED_MS)).toEqual({ due: [0], isLast: true });
    expect(settledLook([], { isClosing: true, leastMs: 60_000, nowMs: 0 })).toEqual({ due: [], isLast: true });
  });
  it('leave out, beside events that are still open, what was looked at long ago', () => {
    const nowMs = 10_000_000;
    expect(settledLook([nowMs - 5_000_000, nowMs - 1], { isClosing: false, leastMs: 1, nowMs }).due).toEqual([1]);
    expect(settledLook([nowMs - 5_000_000, nowMs - 1], { isClosing: true, leastMs: 1, nowMs }).due).toEqual([0, 1]);
  });
  it('are bounded for one sweep, and what is over comes next time', async () => {
    const { ports, world } = await ordered('DONE');
    const [acceptance] = await ports.acceptances.open(Number.MAX_SAFE_INTEGER, 1);
    const records = Object.values(world.state.records);
    if (acceptance === undefined) throw new Error('no acceptance');
    const nowMs = world.state.nowMs + WATCHED_MS * 2;
    const at = { acceptance, records, isClosing: true };
    const look = (budget: LookBudget) => lookAtSettled(ports, { sagas, handOffBoundMs: 60_000 }, at, budget, nowMs);
    expect(await look(lookBudget())).toEqual({ looked: 1, disagreeing: 0 });
    for (const over of [{ looks: 0 }, { silent: 0 }])
      expect(await look({ ...lookBudget(), ...over })).toEqual({ looked: 0, disagreeing: 0, dueAtMs: nowMs + 60_000 });
  });
});
