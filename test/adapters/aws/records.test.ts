/** Proves that commits carry the ledger's conditions, that refusals become indexes, and that an ordinary outcome costs one write unit. */
import {
  BatchGetItemCommand,
  DynamoDBClient,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { itemBytes, writeUnits } from '../../../adapters/aws/item-size';
import { createRecords, recordFromItem } from '../../../adapters/aws/records';
import type { Progress } from '../../../core/contracts/ledger';
import { anOutcome, aWrite, KEY, noWait, serviceError } from './support';

const dynamo = mockClient(DynamoDBClient);
const records = createRecords({
  dynamo: new DynamoDBClient({ region: 'eu-central-1' }),
  table: 'records',
  contextTable: 'context',
  retentionDays: 7,
  wait: noWait,
});
const commit = { key: KEY, generation: 1, outcome: anOutcome() };
const context = {
  next: { key: 'telemetry/detect/acme/a', version: 4, n: 9, value: { mean: 1 } },
  expectedVersion: 3,
};
const transactionInput = () => dynamo.commandCalls(TransactWriteItemsCommand)[0]?.args[0].input;
const updateInput = () => dynamo.commandCalls(UpdateItemCommand)[0]?.args[0].input;

beforeEach(() => dynamo.reset());

describe('a single outcome', () => {
  test('is one update on the condition that there is no outcome', async () => {
    dynamo.on(UpdateItemCommand).resolves({});
    expect(await records.commit({ outcomes: [commit], contexts: [] }, 'a1')).toEqual({ status: 'committed' });
    expect(updateInput()?.ConditionExpression).toBe('attribute_not_exists(outcome)');
    expect(updateInput()?.ExpressionAttributeValues?.[':shard']).toBeUndefined();
  });

  test('of a DEAD event asks for progress no further than its own, and enters the index of dead ones', async () => {
    dynamo.on(UpdateItemCommand).resolves({});
    const dead = { ...commit, outcome: anOutcome({ kind: 'DEAD' }), atMostStage: 2 };
    await records.commit({ outcomes: [dead], contexts: [] }, 'a1');
    expect(updateInput()?.ConditionExpression).toBe(
      'attribute_not_exists(outcome) AND (attribute_not_exists(stage) OR stage <= :stage)',
    );
    expect(updateInput()?.ExpressionAttributeValues).toMatchObject({
      ':stage': { N: '2' },
      ':decided': { N: '1780000000420' },
    });
    expect(updateInput()?.UpdateExpression).toContain('deadShard = :shard');
  });

  test('is refused by its condition and in conflict by throttling', async () => {
    dynamo
      .on(UpdateItemCommand)
      .rejectsOnce(serviceError('ConditionalCheckFailedException'))
      .rejectsOnce(serviceError('TransactionConflictException'))
      .rejectsOnce(serviceError('ThrottlingException'))
      .rejects(serviceError('AccessDeniedException'));
    const group = { outcomes: [commit], contexts: [] };
    expect(await records.commit(group, 'a')).toEqual({ status: 'refused', outcomes: [0], contexts: [] });
    expect(await records.commit(group, 'b')).toEqual({ status: 'conflict' });
    expect(await records.commit(group, 'c')).toEqual({ status: 'conflict' });
    await expect(records.commit(group, 'd')).rejects.toThrow('AccessDeniedException');
  });
});

describe('a group', () => {
  test('is one transaction under a token, contexts on their version or on absence', async () => {
    dynamo.on(TransactWriteItemsCommand).resolves({});
    const first = { next: { ...context.next, version: 1 }, expectedVersion: 0 };
    await records.commit({ outcomes: [commit], contexts: [context, first] }, 'attempt-1');
    expect(transactionInput()?.ClientRequestToken).toBe('attempt-1');
    expect(transactionInput()?.TransactItems?.map((each) => (each.Update ?? each.Put)?.ConditionExpression)).toEqual([
      'attribute_not_exists(outcome)',
      '#version = :expected',
      'attribute_not_exists(#key)',
    ]);
  });

  test('shortens an attempt id that is longer than a token may be', async () => {
    dynamo.on(TransactWriteItemsCommand).resolves({});
    await records.commit({ outcomes: [commit], contexts: [context] }, 'x'.repeat(90));
    expect(transactionInput()?.ClientRequestToken).toHaveLength(36);
  });

  const cancelled = (...codes: string[]) =>
    serviceError('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

  test('names what was refused, by index of outcomes and of contexts', async () => {
    dynamo
      .on(TransactWriteItemsCommand)
      .rejects(cancelled('None', 'ConditionalCheckFailed', 'TransactionConflict', 'ConditionalCheckFailed'));
    const group = { outcomes: [commit, { ...commit, generation: 2 }], contexts: [context, context] };
    expect(await records.commit(group, 'a')).toEqual({ status: 'refused', outcomes: [1], contexts: [1] });
  });

  test('is in conflict where only other transactions or throttling were in the way', async () => {
    dynamo
      .on(TransactWriteItemsCommand)
      .rejectsOnce(cancelled('None', 'TransactionConflict'))
      .rejectsOnce(cancelled('ThrottlingError', 'None'))
      .rejectsOnce(serviceError('TransactionInProgressException'));
    const group = { outcomes: [commit], contexts: [context] };
    for (const attempt of ['a', 'b', 'c']) expect(await records.commit(group, attempt)).toEqual({ status: 'conflict' });
  });

  test('fails if it was cancelled for a reason that no repeat can mend', async () => {
    dynamo.on(TransactWriteItemsCommand).rejects(cancelled('ValidationError', 'None'));
    await expect(records.commit({ outcomes: [commit], contexts: [context] }, 'a')).rejects.toThrow();
  });

  test('fails if it is larger than a transaction', async () => {
    const outcomes = Array.from({ length: 101 }, (_, generation) => ({ ...commit, generation }));
    await expect(records.commit({ outcomes, contexts: [] }, 'a')).rejects.toThrow(RangeError);
  });

  test('of nothing is committed without a call', async () => {
    expect(await records.commit({ outcomes: [], contexts: [] }, 'a')).toEqual({ status: 'committed' });
    expect(dynamo.calls()).toHaveLength(0);
  });
});

describe('the stored form', () => {
  async function storedItem(outcome = anOutcome()) {
    dynamo.on(UpdateItemCommand).resolves({});
    await records.commit({ outcomes: [{ ...commit, outcome }], contexts: [] }, 'a');
    const values = updateInput()?.ExpressionAttributeValues ?? {};
    return {
      ...updateInput()?.Key,
      outcome: values[':outcome'] ?? { NULL: true },
      kind: values[':kind'] ?? { NULL: true },
      expiresAt: values[':expires'] ?? { NULL: true },
    };
  }

  test('of a telemetry outcome with one keyed write stays below one write unit', async () => {
    const item = await storedItem();
    expect(itemBytes(item)).toBeLessThan(1024);
    expect(writeUnits(item)).toBe(1);
  });

  test('reads back as it was', async () => {
    expect(recordFromItem(await storedItem())).toEqual({ key: KEY, generation: 1, attempts: 0, outcome: anOutcome() });
  });

  test('deflates a long outcome, and reads it from a stream image with its bytes in base64', async () => {
    const outcome = anOutcome({ writes: [aWrite({ value: { log: 'overheated '.repeat(400) } })] });
    const item = await storedItem(outcome);
    expect(itemBytes(item)).toBeLessThan(1024);
    const bytes = item.outcome?.B as Uint8Array;
    const image = { ...item, outcome: { B: Buffer.from(bytes).toString('base64') as unknown as Uint8Array } };
    expect(recordFromItem(image).outcome).toEqual(outcome);
  });

  test('keeps a text that holds the mark which stands for the key', async () => {
    const outcome = anOutcome({ reason: `\u0001 and ${KEY}` });
    expect(recordFromItem(await storedItem(outcome)).outcome?.reason).toBe(outcome.reason);
  });
});

describe('progress', () => {
  const output = { result: { ok: true }, writes: [aWrite()], emits: [] };
  const progress: Progress = {
    position: { chain: 'telemetry', version: 1, stage: 1, form: 'split' },
    outputs: [output],
    branches: {},
  };

  test('moves forward only, and only where there is no outcome', async () => {
    dynamo.on(UpdateItemCommand).resolvesOnce({}).rejects(serviceError('ConditionalCheckFailedException'));
    expect(await records.putProgress(commit, progress)).toBe('written');
    expect(await records.putProgress(commit, progress)).toBe('refused');
    expect(updateInput()?.ConditionExpression).toBe(
      'attribute_not_exists(outcome) AND (attribute_not_exists(stage) OR stage < :stage)',
    );
  });

  test('takes a branch that is not in the set, and answers with the whole set', async () => {
    dynamo.on(UpdateItemCommand).callsFake(async (input) => {
      const stored = input.ExpressionAttributeValues;
      if (input.ReturnValues === undefined)
        return { Attributes: { progress: stored[':progress'], branches: stored[':branches'] } };
      return {
        Attributes: {
          key: { S: KEY },
          generation: { N: '1' },
          stage: { N: '1' },
          progress: { S: JSON.stringify([progress.position, []]) },
          branches: { M: { left: stored[':output'], right: stored[':output'] } },
        },
      };
    });
    const answer = await records.addBranch(commit, 1, 'right', output);
    expect(answer.status === 'written' && Object.keys(answer.record.progress?.branches ?? {})).toEqual([
      'left',
      'right',
    ]);
    expect(answer.status === 'written' && answer.record.progress?.branches.right).toEqual(output);
    expect(updateInput()?.ConditionExpression).toBe(
      'attribute_not_exists(outcome) AND stage = :stage AND attribute_not_exists(branches.#branch)',
    );
  });

  test('refuses a branch that is there already', async () => {
    dynamo.on(UpdateItemCommand).rejects(serviceError('ConditionalCheckFailedException'));
    expect(await records.addBranch(commit, 1, 'right', output)).toEqual({ status: 'refused' });
  });

  test('notes an error once, on the attempts that were read', async () => {
    dynamo.on(UpdateItemCommand).resolvesOnce({}).rejects(serviceError('ConditionalCheckFailedException'));
    await records.noteError(commit, 'sensor asleep', 2);
    await records.noteError(commit, 'sensor asleep', 2);
    expect(updateInput()?.ConditionExpression).toBe('attribute_not_exists(outcome) AND attempts = :read');
    expect(updateInput()?.UpdateExpression).not.toContain('ADD');
  });
});

describe('reads', () => {
  const keys = Array.from({ length: 130 }, (_, index) => ({ key: `k${index}`, generation: 1 }));

  test('ask again for what was left unprocessed, in calls of 100', async () => {
    let calls = 0;
    dynamo.on(BatchGetItemCommand).callsFake(async (input) => {
      calls++;
      const asked = input.RequestItems.records.Keys;
      const answered = calls === 1 ? asked.slice(0, 60) : asked;
      const left = asked.slice(answered.length);
      return {
        Responses: { records: answered },
        UnprocessedKeys: left.length > 0 ? { records: { Keys: left } } : {},
      };
    });
    expect(await records.read([...keys, ...keys])).toHaveLength(130);
    expect(calls).toBe(3);
  });

  test('fail if keys stay unprocessed, since an unread record must not look absent', async () => {
    dynamo.on(BatchGetItemCommand).callsFake(async (input) => ({ Responses: {}, UnprocessedKeys: input.RequestItems }));
    await expect(records.read(keys.slice(0, 1))).rejects.toThrow('unprocessed');
  });

  test('are consistent, or at half the price where the caller can do with a moment ago', async () => {
    dynamo.on(BatchGetItemCommand).resolves({ Responses: { records: [] } });
    await records.read(keys.slice(0, 1));
    await records.readEventually(keys.slice(0, 1));
    const asked = dynamo.commandCalls(BatchGetItemCommand).map((call) => call.args[0].input.RequestItems?.records);
    expect(asked.map((each) => each?.ConsistentRead)).toEqual([true, false]);
  });

  test('of nothing make no call', async () => {
    expect(await records.read([])).toEqual([]);
    expect(dynamo.calls()).toHaveLength(0);
  });
});
