/** The monitor's memory in the control table, packed: one item for each function whose log it reads. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { MonitorStates } from '../../core/ports';
import { bytesOf, number, numberOf, text } from './attributes';
import { holds } from './retry';

export interface MonitorStatesOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}

const keyOf = (functionName: string) => ({ id: text(`monitor#${functionName}`) });

export function createMonitorStates({ dynamo, table }: MonitorStatesOptions): MonitorStates {
  return {
    read: async (functionName) => {
      const { Item = {} } = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: keyOf(functionName), ConsistentRead: true }),
      );
      const bytes = bytesOf(Item.state);
      return {
        state: bytes === undefined ? undefined : gunzipSync(bytes).toString(),
        version: numberOf(Item, 'version') ?? 0,
      };
    },
    put: (functionName, state, version) =>
      holds(
        dynamo.send(
          new PutItemCommand({
            TableName: table,
            Item: { ...keyOf(functionName), state: { B: gzipSync(state) }, version: number(version + 1) },
            ConditionExpression: version === 0 ? 'attribute_not_exists(id)' : '#version = :version',
            ...(version === 0
              ? {}
              : {
                  ExpressionAttributeNames: { '#version': 'version' },
                  ExpressionAttributeValues: { ':version': number(version) },
                }),
          }),
        ),
      ),
  };
}
