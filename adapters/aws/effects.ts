/** The state store: keyed writes, put if absent or newer. */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { KeyedWrite } from '../../core/contracts/ledger';
import type { Effects } from '../../core/ports/effects';
import { type Item, json, jsonOf, number, numberOf, required, text, textOf } from './attributes';
import { holds } from './retry';

export function createEffects(options: { readonly dynamo: DynamoDBClient; readonly table: string }): Effects {
  const { dynamo, table } = options;
  return {
    apply: async (write) => {
      const applied = await holds(
        dynamo.send(
          new PutItemCommand({
            TableName: table,
            Item: effectItem(write),
            ConditionExpression: 'attribute_not_exists(id) OR #version < :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': number(write.version) },
          }),
        ),
      );
      return applied ? 'applied' : 'stale';
    },
    read: async (collection, key) => {
      const answer = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: { id: text(effectId(collection, key)) }, ConsistentRead: true }),
      );
      return answer.Item === undefined ? undefined : effectFromItem(answer.Item);
    },
  };
}

const effectId = (collection: string, key: string): string => `${collection}#${key}`;

function effectItem(write: KeyedWrite): Item {
  return {
    id: text(effectId(write.collection, write.key)),
    collection: text(write.collection),
    key: text(write.key),
    version: number(write.version),
    value: json(write.value),
    receipt: text(write.receipt),
  };
}

/** Reads a keyed write from the state store's item. */
export function effectFromItem(item: Item): KeyedWrite {
  return {
    collection: required(textOf(item, 'collection'), 'collection'),
    key: required(textOf(item, 'key'), 'key'),
    version: required(numberOf(item, 'version'), 'version'),
    value: jsonOf(item, 'value'),
    receipt: required(textOf(item, 'receipt'), 'receipt'),
  };
}
