/** How much waits where, from queues' attributes: nothing is received. */
import { GetQueueAttributesCommand, GetQueueUrlCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import { unitPools } from '../../core/contracts/configuration';
import type { Connection } from '../connection';

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}
export const total = ({ visible, inFlight, delayed }: QueueDepth): number => visible + inFlight + delayed;

export interface QueueDepths {
  readonly intake: { readonly express: QueueDepth; readonly standard: QueueDepth };
  readonly lanes: Readonly<Record<string, { readonly queue: QueueDepth; readonly deadLetters: QueueDepth }>>;
  readonly suspects: Readonly<Record<string, QueueDepth>>;
  /** Batches that the publisher gave up: waiting for the republisher, and given up by it. */
  readonly unpublished: { readonly queue: QueueDepth; readonly deadLetters: QueueDepth };
  /** Every other dead-letter queue of the environment that is not empty: of intake, rules, functions. */
  readonly otherDeadLetters: Readonly<Record<string, number>>;
}

export async function readDepths(connection: Connection): Promise<QueueDepths> {
  const { names, configuration } = connection;
  const depth = (name: string) => depthOf(connection, name);
  const pools = unitPools(configuration);
  const [express, standard, lanes, suspects, unpublished, givenUp, otherDeadLetters] = await Promise.all([
    depth(names.expressIntakeQueue),
    depth(names.standardIntakeQueue),
    Promise.all(
      configuration.lanes.map(async ({ name, ordered }) => {
        const [queue, deadLetters] = await Promise.all([
          depth(names.laneQueue(name, ordered)),
          depth(names.laneDeadLetterQueue(name, ordered)),
        ]);
        return [name, { queue, deadLetters }] as const;
      }),
    ),
    Promise.all(pools.map(async (pool) => [pool, await depth(names.suspectQueue(pool))] as const)),
    depth(names.publisherFailureQueue),
    depth(names.publisherFailureDeadLetterQueue),
    readOtherDeadLetters(connection),
  ]);
  return {
    intake: { express, standard },
    lanes: Object.fromEntries(lanes),
    suspects: Object.fromEntries(suspects),
    unpublished: { queue: unpublished, deadLetters: givenUp },
    otherDeadLetters,
  };
}

async function readOtherDeadLetters(connection: Connection): Promise<Record<string, number>> {
  const { clients, names } = connection;
  const { QueueUrls = [] } = await clients.sqs.send(
    new ListQueuesCommand({ QueueNamePrefix: `${names.prefix}-`, MaxResults: 1000 }),
  );
  const others = QueueUrls.map((url) => url.split('/').at(-1) ?? '').filter(
    (name) =>
      /dlq|dead|failure/.test(name) &&
      !name.startsWith(`${names.prefix}-lane-`) &&
      !name.startsWith(names.publisherFailureQueue),
  );
  const depths = await Promise.all(others.map(async (name) => [name, total(await depthOf(connection, name))] as const));
  return Object.fromEntries(depths.filter(([, depth]) => depth > 0));
}

const urls = new Map<string, string>();
async function depthOf({ clients }: Connection, name: string): Promise<QueueDepth> {
  const url = urls.get(name) ?? (await clients.sqs.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';
  urls.set(name, url);
  const { Attributes = {} } = await clients.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}
