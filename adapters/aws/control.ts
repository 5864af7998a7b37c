/** Lanes' control records and watermarks. */
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { LaneRoute } from '../../core/contracts/functions';
import type { Control } from '../../core/ports/control';
import { flag, number, numberOf, text, textOf } from './attributes';
import { createQueueUrls } from './queue-urls';
import { holds } from './retry';

export interface ControlOptions {
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly table: string;
  readonly queues: readonly Pick<LaneRoute, 'name' | 'queueUrlName'>[];
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export function createControl({ dynamo, sqs, table, queues }: ControlOptions): Control {
  const urlOf = createQueueUrls(sqs);
  const get = async (id: string) =>
    (await dynamo.send(new GetItemCommand({ TableName: table, Key: { id: text(id) }, ConsistentRead: true }))).Item ??
    {};
  const update = async (
    lane: string,
    UpdateExpression: string,
    ExpressionAttributeValues: Record<string, AttributeValue>,
    condition: { readonly ConditionExpression?: string } = {},
  ) => {
    const Key = { id: text(`lane#${lane}`) };
    await dynamo.send(
      new UpdateItemCommand({ TableName: table, Key, UpdateExpression, ExpressionAttributeValues, ...condition }),
    );
  };
  return {
    lane: async (lane) => {
      const item = await get(`lane#${lane}`);
      return {
        lane,
        paused: item.paused?.BOOL ?? false,
        form: textOf(item, 'form') === 'split' ? 'split' : 'fused',
      };
    },
    putLane: async ({ lane, paused, form }) => {
      const item = { id: text(`lane#${lane}`), paused: flag(paused), form: text(form) };
      await dynamo.send(new PutItemCommand({ TableName: table, Item: item }));
    },
    putPaused: (lane, paused) => update(lane, 'SET paused = :paused', { ':paused': flag(paused) }),
    putForm: (lane, form, nowMs) =>
      holds(
        update(
          lane,
          'SET form = :form',
          { ':form': text(form), ':now': number(nowMs) },
          { ConditionExpression: 'attribute_not_exists(formHeldUntilMs) OR formHeldUntilMs <= :now' },
        ),
      ),
    holdForm: (lane, form, untilMs) =>
      update(lane, 'SET form = :form, formHeldUntilMs = :until', { ':form': text(form), ':until': number(untilMs) }),
    releaseForm: (lane, form) => update(lane, 'SET form = :form REMOVE formHeldUntilMs', { ':form': text(form) }),
    putWatermark: async (lane, oldestSentAtMs, seenAtMs) => {
      // Runners of a lane write side by side; a late one must not replace what was seen after it.
      await holds(
        dynamo.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              id: text(`watermark#${lane}`),
              oldestSentAtMs: number(oldestSentAtMs),
              seenAtMs: number(seenAtMs),
            },
            ConditionExpression: 'attribute_not_exists(seenAtMs) OR seenAtMs < :seen',
            ExpressionAttributeValues: { ':seen': number(seenAtMs) },
          }),
        ),
      );
    },
    watermark: async (lane) => {
      const [item, backlog] = await Promise.all([get(`watermark#${lane}`), backlogOf(lane)]);
      return {
        lane,
        oldestSentAtMs: numberOf(item, 'oldestSentAtMs') ?? 0,
        seenAtMs: numberOf(item, 'seenAtMs') ?? 0,
        backlog,
      };
    },
  };

  async function backlogOf(lane: string): Promise<number> {
    const queue = queues.find((each) => each.name === lane);
    if (queue === undefined) throw new RangeError(`no queue is known for lane ${lane}`);
    const answer = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: await urlOf(queue.queueUrlName), AttributeNames: [...COUNTS] }),
    );
    return COUNTS.reduce((sum, name) => sum + Number(answer.Attributes?.[name] ?? 0), 0);
  }
}
