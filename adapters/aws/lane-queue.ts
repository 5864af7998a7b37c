/** Sends to lanes by SQS: standard queues fair by tenant, ordered ones one message of a group per call. */
import { createHash } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { LaneMessage } from '../../core/contracts/event';
import type { LaneRoute } from '../../core/contracts/functions';
import type { LaneQueue } from '../../core/ports/lane-queue';
import { chunked } from './chunks';
import { createQueueUrls } from './queue-urls';
import { isCallersFault, jitteredWait, MAX_REPEATS, type Wait } from './retry';

export interface LaneQueueOptions {
  readonly sqs: SQSClient;
  readonly lanes: readonly LaneRoute[];
  /** Name of the pool's suspect queue, for functions that send to it. */
  readonly suspectQueue?: string;
  readonly wait?: Wait;
}

/** SendMessageBatch's limits. */
const LIMITS = { entries: 10, bytes: 1_048_576 };

interface Entry {
  readonly index: number;
  readonly body: string;
  readonly group: string;
  readonly message: LaneMessage;
}
type Send = (url: string, entries: readonly Entry[]) => Promise<readonly Entry[]>;

export function createLaneQueue(options: LaneQueueOptions): LaneQueue {
  const { sqs, lanes, suspectQueue } = options;
  const wait = options.wait ?? jitteredWait;
  const urlOf = createQueueUrls(sqs);
  const routeOf = (lane: string): LaneRoute => {
    const route = lanes.find((each) => each.name === lane);
    if (route === undefined) throw new RangeError(`no queue is known for lane ${lane}`);
    return route;
  };
  return {
    send: async (lane, messages, { delaySeconds, suspect = false } = {}) => {
      if (suspect && suspectQueue === undefined) throw new RangeError('this function has no suspect queue');
      const route = suspect ? undefined : routeOf(lane);
      const ordered = route?.ordered ?? false;
      const url = await urlOf(route?.queueUrlName ?? (suspectQueue as string));
      const entries = messages.map((message, index): Entry => ({ ...describe(message, ordered), index, message }));
      const send: Send = (to, some) => sendChunks(sqs, to, some, ordered, delaySeconds, wait);
      const failed = ordered ? await sendInOrder(send, url, entries) : await send(url, entries);
      return failed.map((each) => each.index).sort((a, b) => a - b);
    },
    changeVisibility: async (lane, receiptHandle, seconds) => {
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: await urlOf(routeOf(lane).queueUrlName),
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: Math.max(0, Math.min(43_200, Math.ceil(seconds))),
        }),
      );
    },
  };
}

function describe(message: LaneMessage, ordered: boolean) {
  const { tenant, event, key } = message.envelope;
  return { body: JSON.stringify(message), group: ordered ? orderingGroup(tenant, event.partitionkey ?? key) : tenant };
}

/** A group id takes 128 characters of a small alphabet; an ordering key is the producer's and may be anything. */
function orderingGroup(tenant: string, orderingKey: string): string {
  return createHash('sha256').update(`${tenant}\n${orderingKey}`).digest('hex');
}

/**
 * One message of a group per call, since a batch may fail entry by entry and a later one must not overtake. Once one of a group has
 * failed, the rest of that group fails with it.
 */
async function sendInOrder(send: Send, url: string, entries: readonly Entry[]): Promise<readonly Entry[]> {
  const failed: Entry[] = [];
  const stopped = new Set<string>();
  let left = [...entries];
  while (left.length > 0) {
    const inRound = new Set<string>();
    const round: Entry[] = [];
    const later: Entry[] = [];
    for (const entry of left) {
      if (stopped.has(entry.group)) failed.push(entry);
      else if (inRound.has(entry.group)) later.push(entry);
      else {
        inRound.add(entry.group);
        round.push(entry);
      }
    }
    for (const entry of await send(url, round)) {
      failed.push(entry);
      stopped.add(entry.group);
    }
    left = later;
  }
  return failed;
}

async function sendChunks(
  sqs: SQSClient,
  url: string,
  entries: readonly Entry[],
  ordered: boolean,
  delaySeconds: number | undefined,
  wait: Wait,
): Promise<readonly Entry[]> {
  const toRequest = (entry: Entry, id: number): SendMessageBatchRequestEntry => ({
    Id: String(id),
    MessageBody: entry.body,
    MessageGroupId: entry.group,
    ...(ordered ? { MessageDeduplicationId: deduplicationId(entry.message) } : {}),
    // A FIFO queue takes no delay by message.
    ...(ordered || delaySeconds === undefined ? {} : { DelaySeconds: Math.min(900, Math.ceil(delaySeconds)) }),
  });
  const chunks = chunked(entries, LIMITS, (entry) => Buffer.byteLength(entry.body));
  return (await Promise.all(chunks.map((chunk) => sendChunk(sqs, url, chunk, toRequest, wait)))).flat();
}

async function sendChunk(
  sqs: SQSClient,
  url: string,
  chunk: readonly Entry[],
  toRequest: (entry: Entry, id: number) => SendMessageBatchRequestEntry,
  wait: Wait,
): Promise<readonly Entry[]> {
  const hopeless: Entry[] = [];
  let left = chunk;
  for (let repeat = 0; left.length > 0 && repeat <= MAX_REPEATS; repeat++) {
    if (repeat > 0) await wait(repeat);
    const sent = left;
    const failures = await sqs
      .send(new SendMessageBatchCommand({ QueueUrl: url, Entries: sent.map(toRequest) }))
      .then((answer) => answer.Failed ?? [])
      .catch((error: unknown) => {
        // A missing queue or permission concerns every message, and hiding it would hide why nothing arrives.
        if (isCallersFault(error)) throw error;
        return sent.map((_, id) => ({ Id: String(id), SenderFault: false }));
      });
    const failedIds = new Map(failures.map((each) => [Number(each.Id), each.SenderFault ?? false]));
    hopeless.push(...sent.filter((_, id) => failedIds.get(id) === true));
    left = sent.filter((_, id) => failedIds.get(id) === false);
  }
  return [...hopeless, ...left];
}

/** A repair has a send attempt of its own, so that the queue's five-minute window does not drop it as a repeat. */
function deduplicationId({ envelope, sendAttempt }: LaneMessage): string {
  return `${envelope.key}.${envelope.generation}.${sendAttempt}`;
}
