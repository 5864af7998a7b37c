/** Proves what an emulator does not show: what busy answers mean, and which transactions carry a request token. */
import {
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { createStateStore } from '../../../adapters/aws';
import type { Item } from '../../../adapters/aws/attributes';
import { serviceError } from './support';

const dynamo = mockClient(DynamoDBClient);
const states = createStateStore({ dynamo: new DynamoDBClient({ region: 'eu-central-1' }), table: 'states' });
beforeEach(() => dynamo.reset());

const key = { application: 'booking', instance: 'order/1', name: 'payment' };
const read = { key: { ...key, name: 'reserve' }, version: 3 };
const write = { key, owner: 'pay#1', token: 7, value: { paid: true }, ifVersion: 0 };
const item = (more: Item = {}): Item => ({
  instance: { S: 'booking/order/1' },
  name: { S: 'payment' },
  version: { N: '0' },
  freshness: { S: 'pending' },
  sinceMs: { N: '5' },
  owner: { S: 'pay#1' },
  token: { N: '7' },
  ...more,
});
const written = item({ version: { N: '1' }, freshness: { S: 'current' }, value: { S: '{"paid":true}' } });
const cancelled = (...reasons: { Code: string; Item?: Item }[]) =>
  Object.assign(serviceError('TransactionCanceledException'), { CancellationReasons: reasons });
const tokens = () =>
  dynamo.commandCalls(TransactWriteItemsCommand).map((call) => call.args[0].input.ClientRequestToken);
const failed = { Code: 'ConditionalCheckFailed' };
const none = { Code: 'None' };
const busy = { Code: 'TransactionConflict' };

describe('a call that another transaction was in the way of', () => {
  test.each(['TransactionConflictException', 'ThrottlingException', 'ProvisionedThroughputExceededException'])(
    'may be repeated: %s',
    async (name) => {
      dynamo.on(UpdateItemCommand).rejects(serviceError(name));
      const mark = { key, reason: 'x' };
      expect(await states.begin(write, 1)).toEqual({ status: 'conflict' });
      expect(await states.put(write, 1)).toEqual({ status: 'conflict' });
      expect(await states.markStale({ ...mark, ifVersion: 1 }, 1)).toEqual({ status: 'conflict' });
      expect(await states.markFailed({ ...mark, token: 7 }, 1)).toEqual({ status: 'conflict' });
    },
  );
  test.each(['TransactionInProgressException', 'ThrottlingException'])('may be repeated whole: %s', async (name) => {
    dynamo.on(TransactWriteItemsCommand).rejects(serviceError(name));
    expect(await states.commitIfCurrent({ reads: [read], writes: [write] }, 1)).toEqual({ status: 'conflict' });
  });
  test('fails if the error is of another kind', async () => {
    dynamo.on(UpdateItemCommand).rejects(serviceError('AccessDeniedException'));
    dynamo.on(TransactWriteItemsCommand).rejects(serviceError('AccessDeniedException'));
    await expect(states.begin(write, 1)).rejects.toThrow('AccessDenied');
    await expect(states.commitIfCurrent({ reads: [], writes: [write] }, 1)).rejects.toThrow('AccessDenied');
  });
});

describe('a cancelled commit', () => {
  const answer = (...reasons: { Code: string; Item?: Item }[]) => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled(...reasons));
    return states.commitIfCurrent({ reads: [read], writes: [write] }, 1);
  };
  test('is a conflict where no condition failed and something was busy', async () => {
    expect(await answer(none, busy)).toEqual({ status: 'conflict' });
  });
  test('names a condition that failed, whatever else was busy', async () => {
    const found = item({ name: { S: 'reserve' }, version: { N: '4' }, freshness: { S: 'current' } });
    expect(await answer({ ...failed, Item: found }, busy)).toMatchObject({
      status: 'refused',
      refusals: [{ of: 'read', index: 0, why: 'version', found: { version: 4, key: read.key } }],
    });
  });
  test('was committed before where its own value is there, whether or not its reads are current since', async () => {
    expect(await answer(none, { ...failed, Item: written })).toEqual({ status: 'committed' });
    expect(await answer(failed, { ...failed, Item: written })).toEqual({ status: 'committed' });
  });
  test('waits for the next try where a repeat could not be told from a refusal', async () => {
    const other = { ...write, key: { ...key, name: 'ticket' } };
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled(failed, { ...failed, Item: written }, busy));
    const commit = { reads: [read], writes: [write, other] };
    expect(await states.commitIfCurrent(commit, 1)).toEqual({ status: 'conflict' });
  });
  test('fails if it was cancelled for another reason', async () => {
    await expect(answer(none, { Code: 'ValidationError' })).rejects.toThrow('TransactionCanceledException');
  });
});

test('a commit has one request token for one content, and none where it writes nothing', async () => {
  dynamo.on(TransactWriteItemsCommand).resolves({});
  const commit = { reads: [read], writes: [write] };
  for (const atMs of [1, 1, 2]) await states.commitIfCurrent(commit, atMs);
  await states.commitIfCurrent({ ...commit, writes: [{ ...write, value: { paid: false } }] }, 1);
  await states.commitIfCurrent({ reads: [read], writes: [] }, 1);
  const [first, again, later, other, reads] = tokens();
  expect(first).toMatch(/^[0-9a-f]{36}$/);
  expect(again).toBe(first);
  expect(new Set([first, later, other]).size).toBe(3);
  expect(reads).toBeUndefined();
});

test('a commit of nothing asks nobody', async () => {
  expect(await states.commitIfCurrent({ reads: [], writes: [] }, 1)).toEqual({ status: 'committed' });
  expect(dynamo.calls()).toHaveLength(0);
});

test('reads are consistent, and an instance may have a slash in its name', async () => {
  dynamo.on(GetItemCommand).resolves({ Item: written });
  dynamo.on(QueryCommand).resolves({ Items: [written] });
  expect((await states.read(key))?.key).toEqual(key);
  expect((await states.list('booking', 'order/1'))[0]?.value).toEqual({ paid: true });
  expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
  expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input.ConsistentRead).toBe(true);
});
