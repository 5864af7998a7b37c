/** Proves what the ledger's protocol stands on: conditions that tell what is there, transactions and their tokens, sparse indexes. */
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { behaviours, eventually, unique } from './behaviour';
import type { Endpoint } from './endpoint';

const TableName = unique('table');
const clientOf = ({ client }: Endpoint) => new DynamoDBClient(client);
const put = (key: string, value: string, once = false) => ({
  TableName,
  Item: { key: { S: key }, value: { S: value } },
  ...(once ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': 'key' } } : {}),
});

async function createTable(endpoint: Endpoint): Promise<void> {
  const dynamo = clientOf(endpoint);
  await dynamo.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'key', AttributeType: 'S' },
        { AttributeName: 'openShard', AttributeType: 'S' },
        { AttributeName: 'due', AttributeType: 'N' },
      ],
      KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'open',
          KeySchema: [
            { AttributeName: 'openShard', KeyType: 'HASH' },
            { AttributeName: 'due', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  await waitUntilTableExists({ client: dynamo, maxWaitTime: 25 }, { TableName });
}

behaviours(
  'DynamoDB',
  {
    'a refused conditional put answers with the item that is there': async (endpoint) => {
      const dynamo = clientOf(endpoint);
      await dynamo.send(new PutItemCommand(put('once', 'first', true)));
      const again = dynamo.send(
        new PutItemCommand({ ...put('once', 'second', true), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      );
      await expect(again).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        Item: { value: { S: 'first' } },
      });
    },
    'a refused transaction names the items and writes none': async (endpoint) => {
      const dynamo = clientOf(endpoint);
      await dynamo.send(new PutItemCommand(put('taken', 'x')));
      const both = dynamo.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: put('untouched', 'y', true) },
            { Put: { ...put('taken', 'y', true), ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } },
          ],
        }),
      );
      await expect(both).rejects.toMatchObject({
        name: 'TransactionCanceledException',
        CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: { value: { S: 'x' } } }],
      });
      await dynamo.send(new PutItemCommand(put('untouched', 'z', true)));
    },
    'a repeated request token does nothing again': async (endpoint) => {
      const dynamo = clientOf(endpoint);
      const request = {
        ClientRequestToken: unique('token').slice(0, 36),
        TransactItems: [
          {
            Update: {
              TableName,
              Key: { key: { S: 'counted' } },
              UpdateExpression: 'ADD n :one',
              ExpressionAttributeValues: { ':one': { N: '1' } },
            },
          },
        ],
      };
      await dynamo.send(new TransactWriteItemsCommand(request));
      await dynamo.send(new TransactWriteItemsCommand(request));
      const now = await dynamo.send(
        new UpdateItemCommand({ TableName, Key: { key: { S: 'counted' } }, ReturnValues: 'ALL_NEW' }),
      );
      expect(now.Attributes?.n).toEqual({ N: '1' });
    },
    'a request token with another content is refused': async (endpoint) => {
      const dynamo = clientOf(endpoint);
      const ClientRequestToken = unique('token').slice(0, 36);
      await dynamo.send(
        new TransactWriteItemsCommand({ ClientRequestToken, TransactItems: [{ Put: put('token', 'a') }] }),
      );
      const other = new TransactWriteItemsCommand({ ClientRequestToken, TransactItems: [{ Put: put('token', 'b') }] });
      await expect(dynamo.send(other)).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
    },
    'transactions on one item at the same moment conflict': async (endpoint) => {
      const dynamo = new DynamoDBClient({ ...endpoint.client, maxAttempts: 1 });
      const write = (n: number) =>
        dynamo.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: put('contended', String(n)) }] }));
      const results = await Promise.allSettled(Array.from({ length: 60 }, (_, n) => write(n)));
      const conflicts = results.filter(
        (each) =>
          each.status === 'rejected' &&
          each.reason.CancellationReasons?.some((reason: { Code?: string }) => reason.Code === 'TransactionConflict'),
      );
      expect(conflicts.length).toBeGreaterThan(0);
    },
    'an item leaves a sparse index with its attribute': async (endpoint) => {
      const dynamo = clientOf(endpoint);
      const open = async () =>
        (
          await dynamo.send(
            new QueryCommand({
              TableName,
              IndexName: 'open',
              KeyConditionExpression: 'openShard = :shard AND due < :due',
              ExpressionAttributeValues: { ':shard': { S: '3' }, ':due': { N: '100' } },
            }),
          )
        ).Items?.length;
      await dynamo.send(
        new PutItemCommand({ TableName, Item: { key: { S: 'sparse' }, openShard: { S: '3' }, due: { N: '5' } } }),
      );
      await eventually('in the index', async () => ((await open()) === 1 ? true : undefined));
      await dynamo.send(
        new UpdateItemCommand({ TableName, Key: { key: { S: 'sparse' } }, UpdateExpression: 'REMOVE openShard' }),
      );
      await eventually('out of the index', async () => ((await open()) === 0 ? true : undefined));
    },
    'an update on a condition over an absent set and number holds': async (endpoint) => {
      const dynamo = clientOf(endpoint);
      const add = (branch: string) =>
        dynamo.send(
          new UpdateItemCommand({
            TableName,
            Key: { key: { S: 'branches' } },
            UpdateExpression: 'ADD done :set',
            ConditionExpression: 'attribute_not_exists(done) OR NOT contains(done, :branch)',
            ExpressionAttributeValues: { ':set': { SS: [branch] }, ':branch': { S: branch } },
            ReturnValues: 'ALL_NEW',
          }),
        );
      await add('a');
      expect((await add('b')).Attributes?.done).toEqual({ SS: ['a', 'b'] });
      await expect(add('a')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    },
  },
  createTable,
);
