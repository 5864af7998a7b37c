/**
 * Proves that what the publisher's mapping gave up takes effect after all, and that no failure message is acknowledged unless every
 * outcome in its range has been published.
 */
import {
  createMemoryPorts,
  createMemoryRecords,
  createMemoryWorld,
  type Hook,
  type MemoryWorld,
} from '../../../adapters/memory';
import type { Outcome } from '../../../core/contracts/ledger';
import { republish } from '../../../lambdas/state/republisher/core';

const outcome = (id: string): Outcome =>
  ({
    kind: 'DONE',
    writes: [{ collection: 'a/c', key: id, version: 1, value: id, receipt: `${id}/u/0` }],
    emits: [
      { id: `${id}-e`, tenant: 't', event: { specversion: '1.0', id: `${id}-e`, source: '/triage/a', type: 'e' } },
    ],
  }) as unknown as Outcome;

const failure = (start: number, end: number) =>
  JSON.stringify({
    requestContext: { condition: 'RetryAttemptsExhausted' },
    DDBStreamBatchInfo: {
      shardId: 'shard',
      startSequenceNumber: String(start),
      endSequenceNumber: String(end),
      batchSize: end - start + 1,
      streamArn: 'arn:aws:dynamodb:eu-west-1:123456789012:table/records/stream/label',
    },
  });

/** A stream of seven writes: progress as number 1, then the outcomes `b` to `g`. */
async function setUp(hook?: Hook) {
  const world: MemoryWorld = createMemoryWorld();
  const records = createMemoryRecords({ world });
  await records.putProgress({ key: 'b', generation: 1 }, {
    position: { chain: 'c', version: 1, stage: 1 },
    outputs: [],
    branches: {},
  } as never);
  for (const key of ['b', 'c', 'd', 'e', 'f', 'g'])
    await records.commit({ outcomes: [{ key, generation: 1, outcome: outcome(key) }], contexts: [] }, key);
  world.hook = hook;
  return { world, ports: createMemoryPorts({ world }) };
}
const refusing = (name: string, receipt: string): Hook => ({
  before: async (operation) => {
    if (operation.name !== 'apply' || !JSON.stringify(operation.args).includes(receipt)) return undefined;
    throw Object.assign(new Error('refused'), { name });
  },
});
const applied = (world: MemoryWorld) => Object.keys(world.state.effects).sort();

describe('the republisher', () => {
  it('publishes the range that the message names, over all of its pages, and nothing outside', async () => {
    const { world, ports } = await setUp();
    expect(await republish(ports, failure(1, 6))).toEqual({ outcomes: 5, applied: 5, stale: 0, emitted: 5 });
    expect(applied(world)).toEqual(['a/c#b', 'a/c#c', 'a/c#d', 'a/c#e', 'a/c#f']);
    expect(world.state.published.map(({ id }) => id)).toEqual(['b-e', 'c-e', 'd-e', 'e-e', 'f-e']);
  });

  it('changes no effect by a repeat', async () => {
    const { ports } = await setUp();
    await republish(ports, failure(2, 3));
    expect(await republish(ports, failure(2, 3))).toMatchObject({ applied: 0, stale: 2 });
  });

  it.each(['ThrottlingException', 'ValidationException'])(
    'fails if a write ends with %s, after the rest of the range is published',
    async (name) => {
      const { world, ports } = await setUp(refusing(name, 'b/u/0'));
      await expect(republish(ports, failure(2, 7))).rejects.toThrow(/not published of shard 2-7: .*b/);
      expect(applied(world)).toEqual(['a/c#c', 'a/c#d', 'a/c#e', 'a/c#f', 'a/c#g']);
    },
  );

  it('fails if the stream no longer holds the range', async () => {
    const { world, ports } = await setUp();
    world.state.stream = world.state.stream.slice(2);
    world.state.streamFrom = 3;
    await expect(republish(ports, failure(2, 4))).rejects.toThrow(/no longer holds shard 2-4/);
    expect(await republish(ports, failure(3, 4))).toMatchObject({ applied: 2 });
  });

  it('fails if an image cannot be read', async () => {
    const { ports } = await setUp();
    const stream = { read: async () => ({ status: 'ok' as const, records: [], unreadable: ['b'] }) };
    await expect(republish({ ...ports, stream }, failure(2, 2))).rejects.toThrow(/not published of shard 2-2: b/);
  });

  it('fails if the end of the range never comes', async () => {
    const { ports } = await setUp();
    const stream = { read: async () => ({ status: 'ok' as const, records: [], unreadable: [], next: 'again' }) };
    await expect(republish({ ...ports, stream }, failure(2, 2))).rejects.toThrow(/end of shard 2-2 was not found/);
  });

  it.each(['', 'x', '{}', '{"DDBStreamBatchInfo":{"shardId":"s"}}', failure(1, 2).replace('"1"', '"one"')])(
    'fails if the message is %p',
    async (body) => {
      const { ports } = await setUp();
      await expect(republish(ports, body)).rejects.toThrow(/not a failure message/);
    },
  );
});
