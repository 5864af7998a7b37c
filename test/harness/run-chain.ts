/**
 * Runs an application as deployed, in memory: the real runner and publisher on the memory adapters, with a clock and a seed, repeats
 * and commit conflicts injected. For authors of applications; no AWS, no waiting.
 */
import { acknowledge, addQueue, createMemoryPorts, createMemoryWorld, enqueue, receive } from '../../adapters/memory';
import type { CloudEvent, Envelope, LaneMessage } from '../../core/contracts/event';
import { bodyDigest, recordKey } from '../../core/contracts/identity';
import type { ContextItem, EmittedEvent, KeyedWrite, Outcome } from '../../core/contracts/ledger';
import { indexChains } from '../../core/units/choose-chain';
import type { Application } from '../../core/units/definitions';
import { createRunner } from '../../lambdas/execution/runner/core';
import { bury } from '../../lambdas/lanes/dead-letter/core';
import { publish } from '../../lambdas/state/publisher/core';

export interface RunOptions {
  /** `fused` if left out. */
  readonly form?: 'fused' | 'split';
  /** Probability that a message is delivered twice; 0 if left out. */
  readonly duplicates?: number;
  /** Probability that a commit meets a conflict; 0 if left out. */
  readonly conflicts?: number;
  /** Makes the run repeatable; 1 if left out. */
  readonly seed?: number;
  /** Epoch milliseconds at the start; 2026-01-01 if left out. */
  readonly startAtMs?: number;
  readonly tenant?: string;
  /** Emitted events come back to the application, as they do when deployed; true if left out. */
  readonly followEmitted?: boolean;
}

export interface ChainRun {
  /** By event id; events that were emitted and followed included. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
  /** Effects as the state store holds them, by `<collection>#<key>`. */
  readonly effects: Readonly<Record<string, KeyedWrite>>;
  readonly contexts: Readonly<Record<string, ContextItem>>;
  readonly emitted: readonly EmittedEvent[];
}

/** What a test must say of an event: id and type. Everything else has a default. */
export type TestEvent = Pick<CloudEvent, 'id' | 'type'> & Partial<CloudEvent>;

const LANE = 'test';
const SUSPECTS = 'suspects';
const START_AT_MS = Date.UTC(2026, 0, 1);
const MOST_ROUNDS = 10_000;

export async function runChain(
  application: Application,
  events: readonly TestEvent[],
  options: RunOptions = {},
): Promise<ChainRun> {
  const random = seeded(options.seed ?? 1);
  const world = createMemoryWorld({
    nowMs: options.startAtMs ?? START_AT_MS,
    hook: {
      before: async ({ port, name }) =>
        port === 'records' && name === 'commit' && random() < (options.conflicts ?? 0)
          ? { answer: { status: 'conflict' } }
          : undefined,
    },
  });
  addQueue(world, SUSPECTS);
  addQueue(world, LANE);
  const ports = createMemoryPorts({ world, suspectQueue: SUSPECTS });
  await ports.control.putLane({ lane: LANE, paused: false, form: options.form ?? 'fused' });
  const tools = {
    now: () => world.state.nowMs,
    random,
    sleep: async (milliseconds: number) => {
      world.state.nowMs += milliseconds;
    },
  };
  const common = { environment: 'test', lane: LANE, ordered: false, chains: indexChains([application]), parallel: 10 };
  const run = createRunner(ports, { ...common, suspects: false }, tools);
  const runSuspects = createRunner(ports, { ...common, suspects: true }, tools);
  const sendEvent = (event: CloudEvent, tenant: string) => {
    const message: LaneMessage = { v: 1, envelope: toEnvelope(event, tenant, world.state.nowMs), sendAttempt: 1 };
    enqueue(world, LANE, message);
    if (random() < (options.duplicates ?? 0)) enqueue(world, LANE, message);
  };
  for (const event of events) sendEvent(complete(event), options.tenant ?? 'test-tenant');

  let streamed = 0;
  let followed = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (const [queue, runner] of [
      [LANE, run],
      [SUSPECTS, runSuspects],
    ] as const) {
      const batch = receive(world, queue, 10).map((each) => ({ ...each, message: each.body as LaneMessage }));
      for (const { delivery, settled } of await runner(batch))
        if (settled.status !== 'returned') acknowledge(world, queue, delivery.messageId);
      for (const each of receive(world, `${queue}-dlq`, 10)) {
        const end = await bury(ports, { ...each, message: each.body as LaneMessage }, tools);
        if (end !== 'returned') acknowledge(world, `${queue}-dlq`, each.messageId);
      }
    }
    const images = world.state.stream.slice(streamed);
    streamed = world.state.stream.length;
    await publish(ports, images);
    const emitted = options.followEmitted === false ? [] : world.state.published.slice(followed);
    followed = world.state.published.length;
    for (const { event, tenant } of emitted) sendEvent(event, tenant);
    const waiting = Object.values(world.state.queues).flatMap((queue) => queue.messages);
    if (waiting.length === 0) return result(world.state);
    world.state.nowMs = Math.max(world.state.nowMs + 1, Math.min(...waiting.map((message) => message.visibleAtMs)));
  }
  throw new Error(`not at rest after ${MOST_ROUNDS} rounds`);
}

function result(state: ReturnType<typeof createMemoryWorld>['state']): ChainRun {
  const outcomes = Object.values(state.records).flatMap(({ outcome }) =>
    outcome ? [[outcome.id, outcome] as const] : [],
  );
  return {
    outcomes: Object.fromEntries(outcomes),
    effects: state.effects,
    contexts: state.contexts,
    emitted: state.published,
  };
}

function complete(event: TestEvent): CloudEvent {
  return { specversion: '1.0', source: '/test', ...event };
}

/** The envelope that ingestion would make of an event. */
export function toEnvelope(event: CloudEvent, tenant: string, acceptedAtMs: number, lane: string = LANE): Envelope {
  const key = recordKey(tenant, event.source, event.id);
  return {
    key,
    generation: 1,
    tenant,
    wayIn: 'test',
    priorityClass: 'normal',
    lane,
    reason: 'default',
    bodyDigest: bodyDigest(event),
    acceptedAtMs,
    acceptanceKey: key,
    event,
  };
}

/** Mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
