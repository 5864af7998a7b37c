/** Proves the smaller ports: effects' condition, context reads, control defaults and backlog, the bus's partial failures, objects. */
import { Readable } from 'node:stream';
import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import {
  createClaims,
  createContextStore,
  createControl,
  createEffects,
  createEventBus,
  createQuarantine,
  listDead,
} from '../../../adapters/aws';
import { anEnvelope, aWrite, KEY, noWait, serviceError } from './support';

const region = 'eu-central-1';
const dynamo = mockClient(DynamoDBClient);
const sqs = mockClient(SQSClient);
const bus = mockClient(EventBridgeClient);
const s3 = mockClient(S3Client);
beforeEach(() => {
  for (const each of [dynamo, sqs, bus, s3]) each.reset();
});

describe('effects', () => {
  const effects = createEffects({ dynamo: new DynamoDBClient({ region }), table: 'effects' });

  test('are put if absent or newer', async () => {
    dynamo.on(PutItemCommand).resolvesOnce({}).rejects(serviceError('ConditionalCheckFailedException'));
    expect(await effects.apply(aWrite())).toBe('applied');
    expect(await effects.apply(aWrite())).toBe('stale');
    expect(dynamo.commandCalls(PutItemCommand)[0]?.args[0].input.ConditionExpression).toBe(
      'attribute_not_exists(id) OR #version < :version',
    );
  });

  test('read back as they were', async () => {
    dynamo.on(PutItemCommand).resolves({});
    await effects.apply(aWrite());
    const item = dynamo.commandCalls(PutItemCommand)[0]?.args[0].input.Item;
    dynamo
      .on(GetItemCommand)
      .resolvesOnce({ ...(item && { Item: item }) })
      .resolves({});
    expect(await effects.read(aWrite().collection, KEY)).toEqual(aWrite());
    expect(await effects.read('telemetry/readings', 'other')).toBeUndefined();
  });
});

test('contexts are read consistently, absent ones left out', async () => {
  const item = {
    key: { S: 'c' },
    version: { N: '2' },
    n: { N: '5' },
    sequence: { S: '17' },
    value: { S: '{"mean":1.5}' },
  };
  dynamo.on(BatchGetItemCommand).resolves({ Responses: { context: [item] } });
  const store = createContextStore({ dynamo: new DynamoDBClient({ region }), table: 'context', wait: noWait });
  expect(await store.read(['c', 'absent'])).toEqual([
    { key: 'c', version: 2, n: 5, sequence: '17', value: { mean: 1.5 } },
  ]);
  expect(dynamo.commandCalls(BatchGetItemCommand)[0]?.args[0].input.RequestItems?.context?.ConsistentRead).toBe(true);
});

describe('control', () => {
  const control = createControl({
    dynamo: new DynamoDBClient({ region }),
    sqs: new SQSClient({ region }),
    table: 'control',
    queues: [{ name: 'normal', queueUrlName: 'q-normal' }],
  });

  test('of a lane that nobody has touched is running and fused', async () => {
    dynamo.on(GetItemCommand).resolves({});
    expect(await control.lane('normal')).toEqual({ lane: 'normal', paused: false, form: 'fused' });
  });

  test('adds what is visible, in flight and delayed to the backlog', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: { oldestSentAtMs: { N: '70' }, seenAtMs: { N: '90' } } });
    sqs.on(GetQueueUrlCommand).resolves({ QueueUrl: 'https://sqs/q-normal' });
    sqs.on(GetQueueAttributesCommand).resolves({
      Attributes: {
        ApproximateNumberOfMessages: '4',
        ApproximateNumberOfMessagesNotVisible: '2',
        ApproximateNumberOfMessagesDelayed: '1',
      },
    });
    expect(await control.watermark('normal')).toEqual({ lane: 'normal', oldestSentAtMs: 70, seenAtMs: 90, backlog: 7 });
  });

  test('keeps the watermark that was seen last', async () => {
    dynamo.on(PutItemCommand).rejects(serviceError('ConditionalCheckFailedException'));
    await control.putWatermark('normal', 1, 2);
    expect(dynamo.commandCalls(PutItemCommand)[0]?.args[0].input.ConditionExpression).toContain('seenAtMs < :seen');
  });
});

describe('the bus', () => {
  const eventBus = createEventBus({ eventBridge: new EventBridgeClient({ region }), bus: 'events', wait: noWait });
  const emitted = (id: string) => ({ id, tenant: 'acme', event: { ...anEnvelope().event, id } });

  test('repeats the entries that failed and answers with those that never went', async () => {
    bus.on(PutEventsCommand).callsFake(async (input) => {
      const Entries = input.Entries.map((entry: { Detail: string }) =>
        entry.Detail.includes('"stuck"') ? { ErrorCode: 'InternalFailure' } : { EventId: 'e' },
      );
      return { FailedEntryCount: Entries.filter((each: object) => 'ErrorCode' in each).length, Entries };
    });
    const events = Array.from({ length: 12 }, (_, index) => emitted(index === 11 ? 'stuck' : `e${index}`));
    expect(await eventBus.publish(events)).toEqual([11]);
    expect(bus.commandCalls(PutEventsCommand).map((call) => call.args[0].input.Entries?.length)).toEqual([
      10, 2, 1, 1, 1, 1,
    ]);
  });

  test('wraps the event with its tenant under the source of emitted events', async () => {
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
    await eventBus.publish([emitted('e1')]);
    expect(bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries?.[0]).toMatchObject({
      EventBusName: 'events',
      Source: 'triage.emitted',
      DetailType: 'com.example.machine.reading.v1',
      Detail: JSON.stringify({ tenant: 'acme', event: emitted('e1').event }),
    });
  });
});

describe('objects', () => {
  test('in quarantine have a key made from the entries alone', async () => {
    s3.on(PutObjectCommand).resolves({});
    const quarantine = createQuarantine({ s3: new S3Client({ region }), bucket: 'quarantine' });
    const entries = [{ raw: '{', reason: 'not JSON', wayIn: 'devices', tenant: 'acme' }];
    const first = await quarantine.keep({ atMs: 1, stage: 'ingestion', entries });
    expect(first).toMatch(/^ingestion\/[0-9a-f]{64}\.json$/);
    expect(await quarantine.keep({ atMs: 2, stage: 'ingestion', entries })).toBe(first);
  });

  const claims = createClaims({ s3: new S3Client({ region }), bucket: 'store' });
  const body = (bytes: string) =>
    Object.assign(Readable.from([bytes]), { transformToByteArray: async () => Buffer.from(bytes) });

  test('are read whole, reported as missing, or left unread where they are too large', async () => {
    const object = (text: string) => ({ Body: body(text), ContentLength: text.length }) as never;
    s3.on(GetObjectCommand)
      .resolvesOnce(object('hello'))
      .resolvesOnce(object('far too long'))
      .rejectsOnce(serviceError('NoSuchKey'))
      .rejects(serviceError('AccessDenied'));
    expect(await claims.read('in/a', 5)).toEqual({ status: 'ok', body: Buffer.from('hello') });
    expect(await claims.read('in/a', 5)).toEqual({ status: 'too-large', bytes: 12 });
    expect(await claims.read('in/a', 5)).toEqual({ status: 'missing' });
    await expect(claims.read('in/a', 5)).rejects.toThrow('AccessDenied');
  });
});

test('dead records are listed newest first from all shards', async () => {
  const at = (key: string, ms: string) => ({ key: { S: key }, generation: { N: '1' }, decidedAtMs: { N: ms } });
  dynamo.on(QueryCommand).callsFake(async (input) => {
    const shard = input.ExpressionAttributeValues[':shard'].S;
    return { Items: shard === '0' ? [at('old', '10')] : shard === '2' ? [at('new', '30'), at('mid', '20')] : [] };
  });
  dynamo
    .on(BatchGetItemCommand)
    .callsFake(async (input) => ({ Responses: { records: input.RequestItems.records.Keys } }));
  const found = await listDead(
    { dynamo: new DynamoDBClient({ region }), table: 'records' },
    { fromMs: 0, toMs: 99, limit: 2 },
  );
  expect(found.map((each) => each.key).sort()).toEqual(['mid', 'new']);
});
