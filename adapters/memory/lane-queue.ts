import type { LaneMessage } from '../../core/contracts/event';
import type { LaneQueue } from '../../core/ports';
import { enqueue, queueOf, setVisibility } from './queues';
import { type MemoryWorld, perform } from './world';

/** Each lane's queue bears the lane's name (add it with `addQueue`); `suspectQueue` is the pool's. */
export function createMemoryLaneQueue({
  world,
  suspectQueue,
}: {
  readonly world: MemoryWorld;
  readonly suspectQueue?: string;
}): LaneQueue {
  return {
    send: (lane, messages, options) =>
      perform(world, 'lanes', 'send', [lane, messages, options], () => {
        if (options?.suspect && suspectQueue === undefined) throw new Error('no suspect queue was given');
        const name = options?.suspect ? (suspectQueue ?? lane) : lane;
        for (const message of messages)
          enqueue(world, name, message, {
            ...(options?.delaySeconds === undefined ? {} : { delaySeconds: options.delaySeconds }),
            ...(queueOf(world.state, name).fifo ? ordering(message) : {}),
          });
        return [] as readonly number[];
      }),
    changeVisibility: (lane, receiptHandle, seconds) =>
      perform(world, 'lanes', 'changeVisibility', [lane, receiptHandle, seconds], () =>
        setVisibility(world, receiptHandle, seconds),
      ),
  };
}

/** A FIFO lane's group is the tenant's ordering key; its deduplication id lets a repair through and drops a repeated send. */
function ordering({ envelope, sendAttempt }: LaneMessage): { group: string; deduplicationId: string } {
  return {
    group: `${envelope.tenant}/${envelope.event.partitionkey ?? envelope.key}`,
    deduplicationId: `${envelope.key}-${envelope.generation}-${sendAttempt}`,
  };
}
