/**
 * Reading the states table: one item for each result. Partition key: the instance, so that one query shows how far an instance has
 * come, and many instances spread over the table. Sort key: the step's name.
 */
import { type DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { StateResult } from '../../core/contracts/state';
import type { StateStore } from '../../core/ports';
import { text } from './attributes';
import { instanceText, stateFromItem, stateKeyItem } from './state-items';

export interface StateStoreOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}

/** All that a function has of the store which only compares. */
export function createStateReads({ dynamo, table }: StateStoreOptions): Pick<StateStore, 'read' | 'list'> {
  return {
    read: async (key) => {
      const { Item } = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: stateKeyItem(key), ConsistentRead: true }),
      );
      return Item === undefined ? undefined : stateFromItem(Item);
    },
    list: async (application, instance) => {
      const results: StateResult[] = [];
      const pages = paginateQuery(
        { client: dynamo },
        {
          TableName: table,
          KeyConditionExpression: '#instance = :instance',
          ExpressionAttributeNames: { '#instance': 'instance' },
          ExpressionAttributeValues: { ':instance': text(instanceText(application, instance)) },
          ConsistentRead: true,
        },
      );
      for await (const { Items = [] } of pages) results.push(...Items.map(stateFromItem));
      return results;
    },
  };
}
