/** One sweep on the memory adapters: what it writes and sends, what two sweeps at once do, and that trouble stops nothing else. */
import {
  addQueue,
  answering,
  calls,
  createMemoryPorts,
  createMemoryWorld,
  endExecution,
  queueOf,
  refusing,
} from '../../../adapters/memory';
import type { Acceptance, LedgerRecord } from '../../../core/contracts/ledger';
import { sweep } from '../../../lambdas/monitoring/reconciler/core';
import { envelope, outcome } from '../../conformance/fixtures';

const T = 1_700_000_000_000;
const settings = {
  handOffBoundMs: 60_000,
  resendBudget: 2,
  parallelAcceptances: 20,
  lanePatienceMs: { normal: 600_000 },
  sagaAskAfterMs: 60_000,
  sagas: [{ name: 'booking', application: 'booking', steps: [], timeoutSeconds: 3_600 }],
  succession: {
    lanes: [{ name: 'normal', pool: 'main', priorityClass: 'normal', ordered: false }],
    poolByWay: {},
    defaultClass: 'normal',
  },
};

const NO_SAGAS = { rerunEvents: 0, settledEvents: 0, lookedAt: 0, disagreeing: 0 };

function setUp() {
  const world = createMemoryWorld({ nowMs: T });
  addQueue(world, 'normal');
  const ports = createMemoryPorts({ world });
  const now = () => world.state.nowMs;
  return {
    world,
    ports,
    run: () => sweep(ports, settings, { now }),
    wait: (ms: number) => {
      world.state.nowMs += ms;
    },
    sent: () => queueOf(world.state, 'normal').messages.length,
    accept: (key: string, more: Partial<Acceptance> = {}) =>
      ports.acceptances.accept({
        key,
        lane: 'normal',
        envelopes: [envelope(key, more.lane ?? 'normal')],
        acceptedAtMs: T,
        dueAtMs: T + 60_000,
        handedOver: false,
        resends: 0,
        ...more,
      }),
  };
}

describe('the sweep', () => {
  it('does nothing before the due time', async () => {
    const { run, accept, sent } = setUp();
    await accept('a');
    expect(await run()).toEqual({
      due: 0,
      closed: 0,
      waiting: 0,
      resentEvents: 0,
      deadEvents: 0,
      ...NO_SAGAS,
      left: 0,
    });
    expect(sent()).toBe(0);
  });

  it('sends what was never handed over, marks it, and leaves it alone while it waits in the lane', async () => {
    const { run, accept, wait, sent, ports } = setUp();
    await accept('a');
    wait(61_000);
    expect(await run()).toMatchObject({ resentEvents: 1 });
    expect(await ports.acceptances.read('a')).toMatchObject({ handedOver: true, resends: 1 });
    for (let minute = 0; minute < 30; minute += 1) {
      wait(60_000);
      await run();
    }
    expect(sent()).toBe(1);
  });

  it('closes what has its outcome', async () => {
    const { run, accept, wait, ports, world } = setUp();
    await accept('a');
    await ports.records.commit({ outcomes: [{ key: 'a', generation: 1, outcome: outcome('a') }], contexts: [] }, 'x');
    wait(61_000);
    expect(await run()).toMatchObject({ closed: 1 });
    expect(world.state.acceptances.a?.closedAtMs).toBe(T + 61_000);
  });

  it('asks for the truth where a cheap read, which may be of a moment ago, does not show an outcome', async () => {
    const { run, accept, wait, ports, world, sent } = setUp();
    await accept('a');
    await ports.records.commit({ outcomes: [{ key: 'a', generation: 1, outcome: outcome('a') }], contexts: [] }, 'x');
    wait(61_000);
    world.hook = answering(calls('records.readEventually'), []);
    expect(await run()).toMatchObject({ closed: 1, resentEvents: 0 });
    expect(sent()).toBe(0);
  });

  it('takes the cheap read for what is done, and asks no second time', async () => {
    const { run, accept, wait, ports, world } = setUp();
    await accept('a');
    await ports.records.commit({ outcomes: [{ key: 'a', generation: 1, outcome: outcome('a') }], contexts: [] }, 'x');
    wait(61_000);
    world.hook = refusing(calls('records.read'));
    expect(await run()).toMatchObject({ closed: 1, left: 0 });
  });

  it('sends once where two sweeps meet', async () => {
    const { run, accept, wait, sent } = setUp();
    await accept('a');
    wait(61_000);
    const sweeps = await Promise.all([run(), run()]);
    expect(sweeps.map((each) => each.resentEvents).sort()).toEqual([0, 1]);
    expect(sent()).toBe(1);
  });

  it('does not mark as handed over what was not taken, and sends it next time', async () => {
    const { run, accept, wait, sent, ports, world } = setUp();
    await accept('a');
    wait(61_000);
    world.hook = answering(calls('lanes.send', 1), [0]);
    expect(await run()).toMatchObject({ resentEvents: 0, left: 1 });
    expect(await ports.acceptances.read('a')).toMatchObject({ handedOver: false, resends: 1 });
    wait(61_000);
    await run();
    expect(sent()).toBe(1);
  });

  it('ends what it cannot send within the budget as DEAD, then closes it', async () => {
    const { run, accept, wait, world } = setUp();
    await accept('a');
    world.hook = refusing(calls('lanes.send'));
    for (let round = 0; round < 5; round += 1) {
      wait(61_000);
      await run();
    }
    expect(world.state.records['a#1']?.outcome).toMatchObject({
      kind: 'DEAD',
      reason: 'no outcome after 3 sends: never handed over',
    });
    expect(world.state.acceptances.a?.closedAtMs).toBeDefined();
  });

  it('goes on past an acceptance that fails, and says so in its one line', async () => {
    const { run, accept, wait, sent, ports, world } = setUp();
    await accept('a');
    await accept('b');
    wait(61_000);
    world.hook = refusing(calls('acceptances.moveDue', 1));
    expect(await run()).toMatchObject({ resentEvents: 1, left: 1 });
    expect(sent()).toBe(1);
    expect(ports.log.lines).toHaveLength(1);
    expect(ports.log.lines[0]?.level).toBe('error');
  });

  it('moves what waits for a removed lane into the one that follows, once, and then judges it by that one', async () => {
    const { run, accept, wait, sent, ports, world } = setUp();
    await accept('a', { lane: 'removed', handedOver: true });
    wait(61_000);
    const sweeps = await Promise.all([run(), run()]);
    expect(sweeps.map((each) => each.resentEvents).sort()).toEqual([0, 1]);
    expect(await ports.acceptances.read('a')).toMatchObject({
      lane: 'normal',
      envelopes: [{ key: 'a', lane: 'normal' }],
      handedOver: true,
      resends: 1,
    });
    expect(queueOf(world.state, 'normal').messages[0]?.body).toMatchObject({ envelope: { lane: 'normal' } });
    for (let minute = 0; minute < 30; minute += 1) {
      wait(60_000);
      await run();
    }
    expect(sent()).toBe(1);
  });

  it('sends what it moved but could not send, next time', async () => {
    const { run, accept, wait, sent, ports, world } = setUp();
    await accept('a', { lane: 'removed', handedOver: true });
    wait(61_000);
    world.hook = answering(calls('lanes.send', 1), [0]);
    expect(await run()).toMatchObject({ resentEvents: 0, left: 1 });
    expect(await ports.acceptances.read('a')).toMatchObject({ lane: 'normal', handedOver: false });
    wait(61_000);
    await run();
    expect(sent()).toBe(1);
  });

  it('leaves a paused lane alone', async () => {
    const { run, accept, wait, sent, ports } = setUp();
    await accept('a');
    await ports.control.putLane({ lane: 'normal', paused: true, form: 'fused' });
    wait(3_600_000);
    expect(await run()).toMatchObject({ waiting: 1 });
    expect(sent()).toBe(0);
  });
});

function dueAt(record: LedgerRecord, dueAtMs: number): LedgerRecord {
  const { progress } = record;
  return progress?.coordinated === undefined
    ? record
    : { ...record, progress: { ...progress, coordinated: { ...progress.coordinated, dueAtMs } } };
}

describe('a sweep over sagas', () => {
  const SAGA = 'booking';
  async function coordinated(key: string, more: { readonly execution?: string; readonly ranFor?: string } = {}) {
    const bench = setUp();
    const { execution = 'x-1', ranFor = key } = more;
    await bench.accept(key, { handedOver: true });
    await bench.ports.records.putProgress(
      { key, generation: 1 },
      {
        position: { chain: SAGA, version: 1, stage: 0, form: 'coordinated' },
        outputs: [],
        branches: {},
        committedAtMs: T,
        coordinated: { execution, instance: `booking/acme/${key}`, dueAtMs: T + 60_000 },
      },
    );
    await bench.ports.executions.start(SAGA, execution, { run: 1, event: { key: ranFor, generation: 1 } });
    bench.wait(61_000);
    const outcomeOf = async (of: string) => (await bench.ports.records.read([{ key: of, generation: 1 }]))[0]?.outcome;
    const end = (status: 'FAILED' | 'ABORTED' | 'SUCCEEDED', name = execution) =>
      endExecution(bench.world, SAGA, name, {
        status,
        ...(status === 'FAILED' ? { error: 'SettleFailed', cause: 'why' } : {}),
      });
    return { ...bench, end, outcomeOf };
  }

  it('asks nobody before the saga is due, then waits for one that runs', async () => {
    const { run, wait, world, ports, sent } = await coordinated('a');
    const describing = jest.spyOn(ports.executions, 'describe');
    world.state.records = Object.fromEntries(
      Object.entries(world.state.records).map(([id, record]) => [id, dueAt(record, T + 500_000)]),
    );
    expect(await run()).toMatchObject({ due: 1, waiting: 1 });
    expect(describing).not.toHaveBeenCalled();
    wait(500_000);
    expect(await run()).toMatchObject({ due: 1, waiting: 1, rerunEvents: 0, settledEvents: 0 });
    expect(describing).toHaveBeenCalledTimes(1);
    expect(sent()).toBe(0);
  });

  it('runs one again that failed, and gives it up with the reason after the last run', async () => {
    const { run, end, wait, world, outcomeOf } = await coordinated('a');
    for (const name of ['x-1', 'x-2', 'x-3']) {
      end('FAILED', name);
      expect(await run()).toMatchObject({ rerunEvents: 1, settledEvents: 0 });
      wait(120_000);
    }
    end('FAILED', 'x-4');
    expect(await run()).toMatchObject({ rerunEvents: 0, settledEvents: 1 });
    expect(await outcomeOf('a')).toMatchObject({
      kind: 'DEAD',
      reason: 'its execution ended FAILED without an outcome: SettleFailed: why (4 runs)',
    });
    expect(Object.keys(world.state.executions)).toHaveLength(4);
    expect(await run()).toMatchObject({ lookedAt: 1, waiting: 1 });
    wait(1_000_000);
    expect(await run()).toMatchObject({ lookedAt: 1, closed: 1 });
  });

  it('notes an end without an outcome, which moves nothing, since the sweep runs it again itself', async () => {
    const { run, end, world } = await coordinated('a');
    end('FAILED');
    await run();
    expect(Object.values(world.state.incidents)).toMatchObject([
      { kind: 'stuck', state: 'watching', findings: 1, subject: { instance: 'booking/acme/a', event: { key: 'a' } } },
    ]);
  });

  it('finds one that runs for longer than its state machine may, and nothing of one that does not', async () => {
    const { run, wait, world } = await coordinated('a');
    await run();
    expect(world.state.incidents).toEqual({});
    wait(3_600_000 + 120_000);
    await run();
    expect(Object.values(world.state.incidents)).toMatchObject([{ kind: 'stuck', state: 'open', findings: 1 }]);
  });

  it('gives a second event of the same key the outcome of the first, once that is there', async () => {
    const { run, end, ports, wait, outcomeOf } = await coordinated('b', { ranFor: 'a' });
    end('SUCCEEDED');
    expect(await run()).toMatchObject({ waiting: 1 });
    await ports.records.commit({ outcomes: [{ key: 'a', generation: 1, outcome: outcome('a') }], contexts: [] }, 'x');
    wait(120_000);
    expect(await run()).toMatchObject({ settledEvents: 1 });
    expect(await outcomeOf('b')).toMatchObject({
      kind: 'DONE',
      reason: 'as event a with the same key: reacted',
      writes: [],
    });
  });
});
