/**
 * Proves the ingest function's skin, with the SDK mocked: each mapping's event reaches the core, a queue's failures are reported one
 * by one, a stream throws only for what a retry can mend, and each batch leaves one line that carries its metrics.
 */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { KinesisStreamEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { LaneMessage } from '../../../core/contracts/event';
import type { FunctionVariables } from '../../../core/contracts/functions';

const variables: FunctionVariables<'ingest'> = {
  ENVIRONMENT: 'test',
  ACCEPTANCES_TABLE: 'acceptances',
  RECORDS_TABLE: 'records',
  CONTROL_TABLE: 'control',
  APP_STORE_BUCKET: 'store',
  QUARANTINE_BUCKET: 'quarantine',
  LANES: JSON.stringify([
    {
      name: 'normal',
      pool: 'main',
      priorityClass: 'normal',
      ordered: false,
      admissionBound: 10,
      weight: 1,
      objectiveSeconds: 10,
      queueUrlName: 'normal',
    },
  ]),
  CLASSIFICATION: JSON.stringify({
    classes: [{ name: 'normal', express: false }],
    defaultClass: 'normal',
    rules: [],
    sources: [
      {
        kind: 'eventbridge',
        name: 'devices',
        tenant: 'acme',
        trustedPriority: true,
        pool: 'main',
        producerPrincipals: [],
      },
      { kind: 'kinesis', name: 'readings', tenant: 'acme', trustedPriority: false, pool: 'main', shards: 1 },
    ],
  }),
  LEDGER_RETENTION_DAYS: '15',
  SHED_ABOVE_SHARE_OF_OBJECTIVE: '',
  HAND_OFF_BOUND_SECONDS: '5',
};

const dynamo = mockClient(DynamoDBClient);
const sqs = mockClient(SQSClient);
const s3 = mockClient(S3Client);
const lines: string[] = [];
let handler: (event: SQSEvent | KinesisStreamEvent) => Promise<SQSBatchResponse>;

beforeAll(async () => {
  Object.assign(process.env, variables, { AWS_REGION: 'eu-west-1' });
  ({ handler } = await import('../../../lambdas/ingestion/ingest/handler'));
});

beforeEach(() => {
  for (const mock of [dynamo, sqs, s3]) mock.reset();
  dynamo.on(PutItemCommand).resolves({});
  dynamo.on(GetItemCommand).resolves({});
  sqs.on(GetQueueUrlCommand).resolves({ QueueUrl: 'https://sqs/normal' });
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { ApproximateNumberOfMessages: '0' } });
  sqs.on(SendMessageBatchCommand).callsFake(async (input: { Entries: { Id: string }[] }) => ({
    Successful: input.Entries.map(({ Id }) => ({ Id })),
    Failed: [],
  }));
  s3.on(PutObjectCommand).resolves({});
  lines.length = 0;
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});

afterEach(() => jest.restoreAllMocks());

const event = (id: string) => ({ specversion: '1.0', id, source: '/device/1', type: 'reading', data: 1 });
const queue = (...bodies: string[]) =>
  ({ Records: bodies.map((body, index) => ({ messageId: `m${index}`, body })) }) as unknown as SQSEvent;
const stream = (...values: unknown[]) =>
  ({
    Records: values.map((value, index) => ({
      eventSourceARN: 'arn:aws:kinesis:eu-west-1:123456789012:stream/triage-test-readings',
      kinesis: { sequenceNumber: `${index}`, data: Buffer.from(JSON.stringify(value)).toString('base64') },
    })),
  }) as unknown as KinesisStreamEvent;
const wrapped = (id: string) => JSON.stringify({ way: 'devices', id: 'x', event: event(id) });
const sentEvents = () =>
  sqs
    .commandCalls(SendMessageBatchCommand)
    .flatMap((call) => call.args[0].input.Entries ?? [])
    .map((entry) => (JSON.parse(entry.MessageBody ?? '') as LaneMessage).envelope);
const batchLine = () =>
  lines
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.message === 'batch');

test('a queue’s batch is accepted, sent and acknowledged, with one line of counts', async () => {
  expect(await handler(queue(wrapped('1'), wrapped('2'), 'broken'))).toEqual({ batchItemFailures: [] });
  expect(sentEvents().map((each) => [each.tenant, each.wayIn, each.event.id])).toEqual([
    ['acme', 'devices', '1'],
    ['acme', 'devices', '2'],
  ]);
  expect(s3.commandCalls(PutObjectCommand)).toHaveLength(1);
  expect(batchLine()).toEqual([
    expect.objectContaining({
      records: 3,
      accepted: 2,
      duplicates: 0,
      unsent: 0,
      refused: 1,
      refusedBy: { 'malformed-wrapper': 1 },
      stage: 'ingestion',
    }),
  ]);
});

test('a queue’s failures are reported message by message', async () => {
  s3.on(PutObjectCommand).rejects(new Error('SlowDown'));
  expect(await handler(queue(wrapped('1'), 'broken'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(batchLine()).toEqual([expect.objectContaining({ accepted: 1, failed: 1 })]);
});

test('a stream’s batch goes the same way, its bad records to quarantine', async () => {
  await handler(stream(event('1'), { broken: true }));
  expect(sentEvents().map((each) => each.wayIn)).toEqual(['readings']);
  expect(s3.commandCalls(PutObjectCommand)).toHaveLength(1);
});

test('a stream throws if a retry can mend it, and its repeat is a duplicate', async () => {
  s3.on(PutObjectCommand).rejectsOnce(new Error('SlowDown'));
  const batch = stream(event('1'), { broken: true });
  await expect(handler(batch)).rejects.toThrow('1 of 2 records could not be taken in');
  const [put] = dynamo.commandCalls(PutItemCommand);
  const item = { ...put?.args[0].input.Item, handedOver: { BOOL: true } };
  dynamo
    .on(PutItemCommand)
    .rejects(new ConditionalCheckFailedException({ $metadata: {}, message: 'exists', Item: item } as never));
  await handler(batch);
  expect(batchLine().at(-1)).toMatchObject({ accepted: 0, duplicates: 1, refused: 1 });
  expect(sentEvents()).toHaveLength(1);
});

test('entries that SQS did not take stay owed: the acceptance is not marked, the batch not failed', async () => {
  sqs.on(SendMessageBatchCommand).resolves({
    Successful: [],
    Failed: [{ Id: '0', SenderFault: true, Code: 'InvalidMessage' }],
  });
  expect(await handler(queue(wrapped('1')))).toEqual({ batchItemFailures: [] });
  expect(batchLine()).toEqual([expect.objectContaining({ accepted: 1, unsent: 1 })]);
  expect(dynamo.calls().map((call) => call.args[0].constructor.name)).not.toContain('UpdateItemCommand');
});
