/** The memory adapters do what the port suite asks; the same suite runs on an endpoint in test/integ/ports.test.ts. */
import {
  acknowledge,
  addQueue,
  createMemoryPorts,
  createMemoryStateStore,
  createMemoryWorld,
  endExecution,
  queueOf,
  receive,
} from '../../adapters/memory';
import type { LaneMessage } from '../../core/contracts/event';
import { describePorts } from './port-suite';
import { describeStateStore } from './state-store-suite';

describePorts('memory', async () => {
  const world = createMemoryWorld({ nowMs: 1_700_000_000_000 });
  addQueue(world, 'normal');
  addQueue(world, 'ordered', { fifo: true });
  addQueue(world, 'suspects');
  return {
    ...createMemoryPorts({ world, suspectQueue: 'suspects' }),
    lane: 'normal',
    orderedLane: 'ordered',
    suspects: 'suspects',
    receive: async (queue) => {
      const got = receive(world, queue);
      if (queueOf(world.state, queue).fifo) for (const each of got) acknowledge(world, queue, each.messageId);
      return got.map((each) => ({ body: each.body as LaneMessage, receiptHandle: each.receiptHandle }));
    },
    rangeUpTo: async (key) => {
      const last = world.state.stream.findLastIndex((each) => each.key === key && each.outcome !== undefined);
      const range = { startSequenceNumber: String(world.state.streamFrom), endSequenceNumber: String(last + 1) };
      return { streamArn: 'arn', shardId: 'shard', ...range };
    },
    untilEnded: async (execution) =>
      endExecution(world, 'quick', execution, { status: 'SUCCEEDED', output: { quick: true } }),
    putObject: async (key, body) => {
      world.state.objects[key] = body;
    },
  };
});

describeStateStore('memory', async () => createMemoryStateStore({ world: createMemoryWorld() }));
