/**
 * Queues with SQS's semantics on the world's virtual clock: visibility, receive count, dead-letter queue after
 * maxReceiveCount, delay, FIFO groups and deduplication. Receiving and deleting is what an event source mapping does, so it
 * is for tests to call; nothing here passes through the hook.
 */
import type { MemoryWorld, WorldState } from './world';
import { takeId } from './world';

export interface QueuedMessage {
  readonly id: string;
  readonly body: unknown;
  readonly sentAtMs: number;
  readonly visibleAtMs: number;
  readonly receives: number;
  /** Handle of the last receive. */
  readonly receipt?: string;
  /** FIFO only. */
  readonly group?: string;
}

export interface QueueState {
  readonly name: string;
  readonly fifo: boolean;
  readonly visibilityMs: number;
  readonly maxReceiveCount: number;
  readonly deadLetterQueue?: string;
  readonly messages: readonly QueuedMessage[];
  /** FIFO only: when each deduplication id was last sent. */
  readonly sentIds: Readonly<Record<string, number>>;
}

export interface ReceivedMessage {
  readonly queue: string;
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: unknown;
  /** 1 at the first receive. */
  readonly receiveCount: number;
  readonly sentAtMs: number;
}

/** AWS's window within which a FIFO queue drops a repeated deduplication id. */
const DEDUPLICATION_WINDOW_MS = 300_000;

/** Makes a queue and, unless told otherwise, its dead-letter queue `<name>-dlq`. */
export function addQueue(
  world: MemoryWorld,
  name: string,
  options: {
    readonly fifo?: boolean;
    readonly visibilitySeconds?: number;
    readonly maxReceiveCount?: number;
    readonly deadLetterQueue?: string | false;
  } = {},
): void {
  const base = { fifo: options.fifo ?? false, visibilityMs: (options.visibilitySeconds ?? 30) * 1000 };
  const empty = { messages: [], sentIds: {} };
  const deadLetterQueue = options.deadLetterQueue ?? `${name}-dlq`;
  if (deadLetterQueue !== false && !world.state.queues[deadLetterQueue])
    world.state.queues[deadLetterQueue] = {
      ...base,
      ...empty,
      name: deadLetterQueue,
      maxReceiveCount: Number.MAX_SAFE_INTEGER,
    };
  world.state.queues[name] = {
    ...base,
    ...empty,
    name,
    maxReceiveCount: options.maxReceiveCount ?? 5,
    ...(deadLetterQueue === false ? {} : { deadLetterQueue }),
  };
}

export function queueOf(state: WorldState, name: string): QueueState {
  const queue = state.queues[name];
  if (!queue) throw new Error(`no queue ${name} in the memory world: add it with addQueue`);
  return queue;
}

export function enqueue(
  world: MemoryWorld,
  name: string,
  body: unknown,
  options: { readonly delaySeconds?: number; readonly group?: string; readonly deduplicationId?: string } = {},
): void {
  const { state } = world;
  const queue = queueOf(state, name);
  const { deduplicationId, group } = options;
  if (queue.fifo && deduplicationId !== undefined) {
    const before = queue.sentIds[deduplicationId];
    if (before !== undefined && state.nowMs - before < DEDUPLICATION_WINDOW_MS) return;
  }
  const message: QueuedMessage = {
    id: `m${takeId(state)}`,
    body,
    sentAtMs: state.nowMs,
    visibleAtMs: state.nowMs + (queue.fifo ? 0 : (options.delaySeconds ?? 0) * 1000),
    receives: 0,
    ...(group === undefined ? {} : { group }),
  };
  state.queues[name] = {
    ...queue,
    messages: [...queue.messages, message],
    sentIds:
      queue.fifo && deduplicationId !== undefined
        ? { ...queue.sentIds, [deduplicationId]: state.nowMs }
        : queue.sentIds,
  };
}

/** What a receive would give now, without receiving: a message in flight holds up its FIFO group. */
export function visible(state: WorldState, name: string): readonly QueuedMessage[] {
  const queue = queueOf(state, name);
  if (!queue.fifo) return queue.messages.filter((each) => each.visibleAtMs <= state.nowMs);
  const blocked = new Set<string | undefined>();
  return queue.messages.filter((each) => {
    if (each.visibleAtMs <= state.nowMs && !blocked.has(each.group)) return true;
    blocked.add(each.group);
    return false;
  });
}

/**
 * Receives up to `most` messages, or only the one that is named. One that was received too often goes to the dead-letter queue
 * instead.
 */
export function receive(world: MemoryWorld, name: string, most = 10, only?: string): readonly ReceivedMessage[] {
  const received: ReceivedMessage[] = [];
  for (const message of visible(world.state, name)) {
    if (received.length >= most) break;
    if (only !== undefined && message.id !== only) continue;
    const queue = queueOf(world.state, name);
    if (queue.deadLetterQueue !== undefined && message.receives >= queue.maxReceiveCount) {
      moveToDeadLetters(world.state, queue, message, queue.deadLetterQueue);
      continue;
    }
    const receipt = `r${takeId(world.state)}`;
    const next: QueuedMessage = {
      ...message,
      receipt,
      receives: message.receives + 1,
      visibleAtMs: world.state.nowMs + queue.visibilityMs,
    };
    replaceMessage(world.state, queue, message.id, next);
    received.push({
      queue: name,
      messageId: message.id,
      receiptHandle: receipt,
      body: message.body,
      receiveCount: next.receives,
      sentAtMs: message.sentAtMs,
    });
  }
  return received;
}

function moveToDeadLetters(state: WorldState, queue: QueueState, message: QueuedMessage, target: string): void {
  replaceMessage(state, queue, message.id, undefined);
  const dead = queueOf(state, target);
  // As on AWS, a standard queue's message keeps its send time and receive count.
  state.queues[target] = { ...dead, messages: [...dead.messages, { ...message, visibleAtMs: state.nowMs }] };
}

/** Deletes by message; a message that has been received again since is deleted as well, as a late delete on AWS usually does. */
export function acknowledge(world: MemoryWorld, name: string, messageId: string): void {
  replaceMessage(world.state, queueOf(world.state, name), messageId, undefined);
}

/** Has no effect for a handle that is no longer the last one. */
export function setVisibility(world: MemoryWorld, receipt: string, seconds: number): void {
  for (const queue of Object.values(world.state.queues))
    for (const message of queue.messages)
      if (message.receipt === receipt)
        replaceMessage(world.state, queue, message.id, {
          ...message,
          visibleAtMs: world.state.nowMs + seconds * 1000,
        });
}

/** When something becomes visible next; undefined where nothing waits. */
export function nextVisibleAtMs(state: WorldState): number | undefined {
  const times = Object.values(state.queues).flatMap((queue) => queue.messages.map((each) => each.visibleAtMs));
  const later = times.filter((each) => each > state.nowMs);
  return later.length === 0 ? undefined : Math.min(...later);
}

function replaceMessage(state: WorldState, queue: QueueState, id: string, next: QueuedMessage | undefined): void {
  const messages = queue.messages.flatMap((each) => (each.id !== id ? [each] : next ? [next] : []));
  state.queues[queue.name] = { ...queue, messages };
}
