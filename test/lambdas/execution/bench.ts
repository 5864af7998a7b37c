/** A lane with its runner, on the memory adapters; each test makes its own. */
import * as v from 'valibot';
import {
  acknowledge,
  addQueue,
  createMemoryPorts,
  createMemoryWorld,
  enqueue,
  type Hook,
  type Operation,
  receive,
} from '../../../adapters/memory';
import type { CloudEvent, LaneMessage, Position } from '../../../core/contracts/event';
import { defineApplication, defineChain, defineUnit, RetryableError, TerminalError } from '../../../core/units';
import { indexChains } from '../../../core/units/choose-chain';
import { createRunner, type RunnerSettings } from '../../../lambdas/execution/runner/core';
import { toEnvelope } from '../../harness/run-chain';

export const NOW_MS = Date.UTC(2026, 0, 1);

const pass = (name: string) => defineUnit({ name, input: v.unknown(), react: ({ input }) => ({ result: input }) });
/** Does what its data says. */
const obey = defineUnit({
  name: 'obey',
  input: v.unknown(),
  react: ({ input }) => {
    if (input === 'hopeless') throw new TerminalError('hopeless');
    if (input === 'later') throw new RetryableError('later', 7);
    if (input === 'broken') throw new TypeError('broken');
    return { result: input, writes: [{ collection: 'done', value: input }] };
  },
});
const count = defineUnit({
  name: 'count',
  input: v.unknown(),
  context: { key: (event) => String(event.partitionkey ?? 'all'), initial: 0 },
  react: ({ context }) => ({ result: context + 1, context: context + 1 }),
});

const application = defineApplication({
  name: 'app',
  chains: [
    defineChain({ name: 'obey', version: 1, on: ['obey'], stages: [{ units: [obey] }] }),
    defineChain({ name: 'count', version: 1, on: ['count'], stages: [{ units: [count] }], sequenced: true }),
    defineChain({ name: 'steps', version: 1, on: ['steps'], stages: [{ units: [pass('one')] }, { units: [obey] }] }),
    defineChain({
      name: 'sides',
      version: 1,
      on: ['sides'],
      stages: [{ branches: { left: [pass('left')], right: [pass('right')] } }, { units: [obey] }],
    }),
  ],
});

export function createBench(options: { readonly settings?: Partial<RunnerSettings>; readonly hook?: Hook } = {}) {
  const operations: string[] = [];
  const world = createMemoryWorld({
    nowMs: NOW_MS,
    hook: {
      before: async (operation: Operation) => {
        operations.push(`${operation.port}.${operation.name}`);
        return options.hook?.before?.(operation);
      },
      after: async (operation, answer) => options.hook?.after?.(operation, answer),
    },
  });
  const fifo = options.settings?.ordered ?? false;
  addQueue(world, 'lane', { fifo });
  addQueue(world, 'suspects');
  const ports = createMemoryPorts({ world, suspectQueue: 'suspects' });
  const tools = {
    now: () => world.state.nowMs,
    random: () => 0.5,
    sleep: async (milliseconds: number) => {
      world.state.nowMs += milliseconds;
    },
  };
  const settings = { environment: 'test', lane: 'lane', ordered: false, suspects: false, parallel: 4 };
  const run = createRunner(ports, { ...settings, chains: indexChains([application]), ...options.settings }, tools);
  const message = (event: Pick<CloudEvent, 'id' | 'type'> & Partial<CloudEvent>, position?: Position): LaneMessage => ({
    v: 1,
    envelope: toEnvelope({ specversion: '1.0', source: '/s', ...event }, 'tenant', NOW_MS - 100, 'lane'),
    ...(position !== undefined && { position }),
    sendAttempt: 1,
  });
  const send = (...messages: readonly LaneMessage[]) => {
    for (const each of messages) enqueue(world, 'lane', each, fifo ? { group: 'g' } : {});
  };
  /** Receives a batch, runs it, acknowledges what the function acknowledges; answers with what became of each, in order of ids. */
  const turn = async (most = 10, untilMs?: number) => {
    const batch = receive(world, 'lane', most).map((each) => ({ ...each, message: each.body as LaneMessage }));
    const settled = await run(batch, untilMs);
    for (const each of settled)
      if (each.settled.status !== 'returned') acknowledge(world, 'lane', each.delivery.messageId);
    return batch.map(({ messageId }) => settled.find((each) => each.delivery.messageId === messageId)?.settled.status);
  };
  const record = (id: string) =>
    Object.values(world.state.records).find((each) => each.key === message({ id, type: '' }).envelope.key);
  const waiting = (queue = 'lane') =>
    (world.state.queues[queue]?.messages ?? []).map((each) => each.body as LaneMessage);
  const later = (milliseconds: number) => {
    world.state.nowMs += milliseconds;
  };
  return { world, ports, operations, message, send, turn, record, waiting, later };
}
