/** The gates of sagas' instances, in the control table: beside the lanes' records, under keys of their own. */
import { type AttributeValue, type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { SagaControl } from '../../core/ports/saga-control';
import { flag, text, textOf } from './attributes';

export function createSagaControl({
  dynamo,
  table,
}: {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}): SagaControl {
  const keyOf = (application: string, instance: string) => ({ id: text(`saga#${application}#${instance}`) });
  const update = async (
    Key: ReturnType<typeof keyOf>,
    UpdateExpression: string,
    ExpressionAttributeValues: Record<string, AttributeValue>,
  ) => {
    await dynamo.send(new UpdateItemCommand({ TableName: table, Key, UpdateExpression, ExpressionAttributeValues }));
  };
  return {
    gate: async (application, instance) => {
      const { Item = {} } = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: keyOf(application, instance), ConsistentRead: true }),
      );
      const reason = textOf(Item, 'reason');
      return {
        paused: Item.paused?.BOOL ?? false,
        cancelled: Item.cancelled?.BOOL ?? false,
        ...(reason === undefined ? {} : { reason }),
      };
    },
    setPaused: (application, instance, paused) =>
      update(keyOf(application, instance), 'SET paused = :paused', { ':paused': flag(paused) }),
    setCancelled: (application, instance, cancelled, reason) =>
      cancelled && reason !== undefined
        ? update(keyOf(application, instance), 'SET cancelled = :cancelled, reason = :reason', {
            ':cancelled': flag(true),
            ':reason': text(reason),
          })
        : update(keyOf(application, instance), 'SET cancelled = :cancelled REMOVE reason', {
            ':cancelled': flag(cancelled),
          }),
  };
}
