/** The books of the payment provider's double: a table of its own, which no other function may touch. */
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Payment } from '../../core/contracts/payment';
import type { ProviderLedger } from '../../core/ports/provider-ledger';
import { type Item, json, jsonOf, number, text } from './attributes';
import { holds } from './retry';

export interface ProviderLedgerOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
}

export const paymentFromItem = (item: Item): Payment => jsonOf(item, 'payment') as Payment;

export function createProviderLedger({ dynamo, table }: ProviderLedgerOptions): ProviderLedger {
  return {
    read: async (key) => {
      const { Item: item } = await dynamo.send(
        new GetItemCommand({ TableName: table, Key: { key: text(key) }, ConsistentRead: true }),
      );
      return item === undefined ? undefined : paymentFromItem(item);
    },
    put: (next, before) =>
      holds(
        dynamo.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              key: text(next.key),
              status: text(next.status),
              charges: number(next.charges),
              payment: json(next),
            },
            ...(before === undefined
              ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } }
              : {
                  ConditionExpression: '#status = :status AND charges = :charges',
                  ExpressionAttributeNames: { '#status': 'status' },
                  ExpressionAttributeValues: { ':status': text(before.status), ':charges': number(before.charges) },
                }),
          }),
        ),
      ),
  };
}
