/**
 * The coordinator on the memory adapters: one execution for one event whatever dies in between, nothing begun that cannot be carried
 * out, large requests by claim check, starts at their pace.
 */
import fc from 'fast-check';
import * as v from 'valibot';
import {
  addQueue,
  calls,
  createMemoryPorts,
  createMemoryWorld,
  endExecution,
  losingAnswers,
  queueOf,
  refusing,
} from '../../../adapters/memory';
import type { CloudEvent } from '../../../core/contracts/event';
import type { Delivery } from '../../../core/contracts/lane-message';
import type { SagaInput } from '../../../core/contracts/saga';
import { defineSaga, done, stepsFor } from '../../../core/sagas';
import { createCoordinator } from '../../../lambdas/coordination/coordinator/core';
import { createPace } from '../../../lambdas/coordination/coordinator/pace';
import { outcome } from '../../conformance/fixtures';
import { toEnvelope } from '../../harness/run-chain';

const T = 1_700_000_000_000;
const schemas = { request: v.object({ order: v.string(), note: v.optional(v.string()) }), settings: v.object({}) };
const only = stepsFor(schemas).defineStep({ name: 'only', ends: true, act: () => done({}) });
const saga = defineSaga({
  ...schemas,
  name: 'orders',
  application: 'orders',
  types: ['order.made'],
  businessKey: ({ order }) => order,
  steps: [only],
  timeoutSeconds: 60,
});

const event = (data: unknown, more: Partial<CloudEvent> = {}): CloudEvent => ({
  specversion: '1.0',
  id: 'e1',
  source: '/shop',
  type: 'order.made',
  data,
  ...more,
});
const deliver = (of: CloudEvent, receiveCount = 1): Delivery => ({
  messageId: `${of.id}-${receiveCount}`,
  receiptHandle: 'r',
  receiveCount,
  sentAtMs: T,
  message: { v: 1, envelope: toEnvelope(of, 'acme', T, 'sagas'), sendAttempt: 1 },
});

function setUp(startEveryMs = 0, parallel = 5) {
  const world = createMemoryWorld({ nowMs: T });
  addQueue(world, 'sagas');
  const ports = createMemoryPorts({ world });
  const sleep = async (ms: number) => {
    world.state.nowMs += ms;
  };
  const run = createCoordinator(
    ports,
    { lane: 'sagas', sagas: [saga], parallel, startEveryMs, askAfterMs: 60_000 },
    { now: () => world.state.nowMs, random: () => 0.5, sleep },
  );
  const executions = () => Object.values(world.state.executions);
  const record = () => Object.values(world.state.records)[0];
  const ends = async (...batch: Delivery[]) => (await run(batch)).ended.map(({ end }) => end);
  return { world, ports, run, executions, record, ends };
}

describe('the coordinator', () => {
  it('begins the saga of an event, and says in its record which execution has it', async () => {
    const { ends, executions, record } = setUp();
    expect(await ends(deliver(event({ order: 'o1' }, { expirytime: new Date(T + 1000).toISOString() })))).toEqual([
      'started',
    ]);
    const [execution] = executions();
    expect(execution).toMatchObject({ saga: 'orders', status: 'RUNNING' });
    expect(execution?.input).toMatchObject({
      saga: 'orders',
      application: 'orders',
      instance: 'orders/acme/o1',
      run: 1,
      deadlineMs: T + 1000,
      event: { generation: 1, tenant: 'acme', id: 'e1', lane: 'sagas', acceptedAtMs: T },
      request: { inline: { order: 'o1' } },
    } satisfies Partial<Omit<SagaInput, 'event'>> & { event: object });
    expect(record()?.progress).toMatchObject({
      position: { chain: 'orders', stage: 0, form: 'coordinated' },
      coordinated: { execution: execution?.name, dueAtMs: T + 60_000 },
    });
    expect(record()?.outcome).toBeUndefined();
  });

  it('gives another event of the same key the outcome of the first at once, where that has one', async () => {
    const { ends, executions, ports, world } = setUp();
    const twin = event({ order: 'o1' }, { id: 'e2' });
    const twinKey = deliver(twin).message.envelope.key;
    const outcomeOf = async (key: string) => (await ports.records.read([{ key, generation: 1 }]))[0]?.outcome;
    await ends(deliver(event({ order: 'o1' })));
    expect(await ends(deliver(twin))).toEqual(['exists']);
    expect(await outcomeOf(twinKey)).toBeUndefined();
    const [execution] = executions();
    if (execution === undefined) throw new Error('nothing was started');
    endExecution(world, 'orders', execution.name, { status: 'SUCCEEDED' });
    const { key, generation } = (execution.input as SagaInput).event;
    await ports.records.commit({ outcomes: [{ key, generation, outcome: outcome('e1') }], contexts: [] }, 'x');
    world.hook = refusing(calls('executions.describe', 1));
    expect(await ends(deliver(twin, 2))).toEqual(['exists']);
    expect(await outcomeOf(twinKey)).toBeUndefined();
    expect(await ends(deliver(twin, 3))).toEqual(['exists']);
    expect(await outcomeOf(twinKey)).toMatchObject({ kind: 'DONE', reason: 'as event e1 with the same key: reacted' });
    expect(await outcomeOf(twinKey)).not.toHaveProperty('ran');
    expect(executions()).toHaveLength(1);
  });

  it('begins it once, however often its message comes, and whatever fails or loses its answer', async () => {
    const faults = [
      refusing(calls('executions.start', 1)),
      losingAnswers(calls('executions.start', 1)),
      refusing(calls('records.putProgress', 1)),
      losingAnswers(calls('records.putProgress', 1)),
    ];
    for (const hook of faults) {
      const { world, ends, executions, record } = setUp();
      world.hook = hook;
      expect(await ends(deliver(event({ order: 'o1' })))).toEqual(['returned']);
      expect(['started', 'exists']).toContain((await ends(deliver(event({ order: 'o1' }), 2)))[0]);
      expect(await ends(deliver(event({ order: 'o1' }), 3))).toEqual(['exists']);
      expect(executions()).toHaveLength(1);
      expect(record()?.progress?.coordinated?.execution).toBe(executions()[0]?.name);
    }
  });

  it('starts the run that the record names, with what it is for', async () => {
    const { ends, executions, ports, record, world } = setUp();
    await ends(deliver(event({ order: 'o1' })));
    const { progress } = record() ?? {};
    if (progress?.coordinated === undefined) throw new Error('not coordinated');
    world.state.executions = {};
    await ports.records.putProgress(deliver(event({ order: 'o1' })).message.envelope, {
      ...progress,
      position: { ...progress.position, stage: 2 },
      coordinated: { execution: 'named-3', dueAtMs: T, intent: 'compensate' },
    });
    expect(await ends(deliver(event({ order: 'o1' })))).toEqual(['started']);
    expect(executions()[0]).toMatchObject({ name: 'named-3', input: { run: 3, intent: 'compensate' } });
  });

  it('gives two events of one business key one execution, and other tenants and generations their own', async () => {
    const { ends, executions } = setUp();
    const [a, b] = [event({ order: 'o1' }), event({ order: 'o1' }, { id: 'e2' })];
    expect(await ends(deliver(a), deliver(b))).toEqual(['started', 'exists']);
    const again = deliver(event({ order: 'o1' }));
    const next = { ...again, message: { ...again.message, envelope: { ...again.message.envelope, generation: 2 } } };
    expect(await ends(next)).toEqual(['started']);
    expect(executions()).toHaveLength(2);
  });

  it('ends what no saga can be begun for as DEAD with the reason, and starts nothing', async () => {
    const cases: [CloudEvent, string][] = [
      [event({ order: 7 }), 'the request is not valid: order'],
      [event({ order: 'o' }, { type: 'order.lost' }), 'no saga begins with events of type order.lost'],
      [event({ order: 'o', note: 'x'.repeat(200_000) }), 'at most 200000'],
    ];
    for (const [each, reason] of cases) {
      const { ends, executions, record } = setUp();
      expect(await ends(deliver(each))).toEqual(['dead']);
      expect(record()?.outcome).toMatchObject({ kind: 'DEAD', reason: expect.stringContaining(reason) });
      expect(await ends(deliver(each, 2))).toEqual(['repeat']);
      expect(executions()).toEqual([]);
    }
  });

  it('ends what is past its deadline as EXPIRED, but not what has begun', async () => {
    const { ends, executions, record, world } = setUp();
    const late = event({ order: 'o1' }, { expirytime: new Date(T + 10).toISOString() });
    await ends(deliver(late));
    world.state.nowMs = T + 20;
    expect(await ends(deliver(late))).toEqual(['exists']);
    expect(await ends(deliver({ ...late, id: 'e2' }))).toEqual(['expired']);
    expect(executions()).toHaveLength(1);
    expect(record()?.outcome).toBeUndefined();
  });

  it('keeps a large request in the app store and passes its claim', async () => {
    const { ends, executions, world } = setUp();
    const note = 'x'.repeat(120_000);
    expect(await ends(deliver(event({ order: 'o1', note })))).toEqual(['started']);
    const { request } = (executions()[0]?.input ?? {}) as SagaInput;
    if (!('claim' in request)) throw new Error('it travels inline');
    expect(request.claim.key).toMatch(/^claims\/sagas\/[0-9a-f]{64}$/);
    expect(JSON.parse(world.state.objects[request.claim.key] ?? '')).toEqual({ order: 'o1', note });
    expect(JSON.stringify(executions()[0]?.input).length).toBeLessThan(2_000);
  });

  it('keeps another body under the same identity in quarantine', async () => {
    const { ends, executions, world } = setUp();
    await ends(deliver(event({ order: 'o1' })));
    expect(await ends(deliver(event({ order: 'o2' })))).toEqual(['quarantined']);
    expect(executions()).toHaveLength(1);
    expect(Object.values(world.state.quarantined)).toHaveLength(1);
  });

  it('begins nothing while its lane is paused, and uses up no receives', async () => {
    const { ends, executions, ports, world } = setUp();
    await ports.control.putPaused('sagas', true);
    expect(await ends(deliver(event({ order: 'o1' })))).toEqual(['returned']);
    expect(await ends(deliver(event({ order: 'o1' }), 2))).toEqual(['held']);
    expect(queueOf(world.state, 'sagas').messages).toHaveLength(1);
    expect(executions()).toEqual([]);
  });

  it('tells how far its lane is', async () => {
    const { ends, ports } = setUp();
    await ends(deliver(event({ order: 'o1' })));
    expect(await ports.control.watermark('sagas')).toMatchObject({ oldestSentAtMs: T, seenAtMs: T });
  });

  it('spaces its starts, and gives back what there is no time for, without harm to it', async () => {
    const { run, executions, world } = setUp(100, 1);
    const batch = ['a', 'b', 'c', 'd'].map((id) => deliver(event({ order: id }, { id })));
    const { ended, pacedMs } = await run(batch, T + 250);
    expect(ended.map(({ end }) => end)).toEqual(['started', 'started', 'started', 'returned']);
    expect(executions().map(({ startedAtMs }) => startedAtMs - T)).toEqual([0, 100, 200]);
    expect(pacedMs).toBe(200);
    world.state.nowMs = T + 1_000;
    expect((await run(batch.slice(3))).ended.map(({ end }) => end)).toEqual(['started']);
  });
});

describe('the pace', () => {
  it('never lets two starts be closer than it says, whenever they are asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500)), fc.integer({ min: 1, max: 300 }), (gaps, everyMs) => {
        const pace = createPace(everyMs);
        let nowMs = 0;
        const slots = gaps.map((gap) => {
          nowMs += gap;
          return { nowMs, atMs: pace.take(nowMs) };
        });
        return slots.every(
          ({ nowMs: askedMs, atMs }, index) =>
            atMs >= askedMs && (index === 0 || atMs - (slots[index - 1]?.atMs ?? 0) >= everyMs),
        );
      }),
      { numRuns: 2_000 },
    );
  });
});
