/**
 * The adapters for AWS do what the port suite asks, on tables, queues, a bus and buckets of their own: what unit tests with a mocked
 * client cannot show, since there the conditions and the transactions are never evaluated.
 */
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  createAcceptances,
  createClaims,
  createContextStore,
  createControl,
  createControllers,
  createEffects,
  createEventBus,
  createExecutions,
  createIncidents,
  createLaneQueue,
  createMonitorStates,
  createOutcomeStream,
  createQuarantine,
  createQueueUrls,
  createRecords,
  createSagaControl,
  createStateStore,
} from '../../adapters/aws';
import type { LaneMessage } from '../../core/contracts/event';
import { DEAD_INDEX, DUE_INDEX, OPEN_INDEX } from '../../core/contracts/names';
import { describePorts } from '../conformance/port-suite';
import { describeStateStore } from '../conformance/state-store-suite';
import { eventually, unique } from './conformance/behaviour';
import { closeEndpoint, openEndpoint, ROLE_ARN } from './conformance/endpoint';

const RETENTION_DAYS = 15;

afterAll(closeEndpoint);

/** Both suites run on one endpoint, with tables of one name. */
let opened: ReturnType<typeof open> | undefined;
const openOnce = () => {
  opened ??= open();
  return opened;
};

async function open() {
  const { client } = await openEndpoint();
  const dynamo = new DynamoDBClient(client);
  const name = unique('ports');
  await makeTables(dynamo, name);
  return { client, dynamo, name };
}

describeStateStore('aws', async () => {
  const { dynamo, name } = await openOnce();
  return createStateStore({ dynamo, table: `${name}-states` });
});

describePorts('aws', async () => {
  const { client, dynamo, name } = await openOnce();
  const sqs = new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const streams = new DynamoDBStreamsClient(client);
  const eventBridge = new EventBridgeClient(client);
  const sfn = new SFNClient(client);
  const suspectQueue = `${name}-suspects`;
  const queues: Record<string, string> = {
    normal: `${name}-normal`,
    ordered: `${name}-ordered.fifo`,
    suspects: suspectQueue,
  };
  await Promise.all([
    ...Object.values(queues).map((queue) => makeQueue(sqs, queue)),
    ...['quarantine', 'store'].map((suffix) => s3.send(new CreateBucketCommand({ Bucket: `${name}-${suffix}` }))),
    eventBridge.send(new CreateEventBusCommand({ Name: name })),
  ]);
  const lanes = ['normal', 'ordered'].map((lane) => ({
    name: lane,
    pool: 'main',
    priorityClass: 'normal',
    admissionBound: 1_000,
    weight: 1,
    objectiveSeconds: 10,
    queueUrlName: queues[lane] ?? '',
    ordered: lane === 'ordered',
  }));
  const urlOf = createQueueUrls(sqs);
  const executions = createExecutions({ sfn, machinePrefix: await makeMachines(sfn, name) });
  return {
    acceptances: createAcceptances({ dynamo, table: `${name}-acceptances`, retentionDays: RETENTION_DAYS }),
    records: createRecords({
      dynamo,
      table: `${name}-records`,
      contextTable: `${name}-context`,
      retentionDays: RETENTION_DAYS,
    }),
    contexts: createContextStore({ dynamo, table: `${name}-context` }),
    effects: createEffects({ dynamo, table: `${name}-effects` }),
    control: createControl({ dynamo, sqs, table: `${name}-control`, queues: lanes }),
    controllers: createControllers({
      dynamo,
      controlTable: `${name}-control`,
      decisionsTable: `${name}-decisions`,
      retentionDays: RETENTION_DAYS,
    }),
    incidents: createIncidents({
      dynamo,
      table: `${name}-incidents`,
      controlTable: `${name}-control`,
      retentionDays: RETENTION_DAYS,
    }),
    monitorStates: createMonitorStates({ dynamo, table: `${name}-control` }),
    lanes: createLaneQueue({ sqs, lanes, suspectQueue }),
    bus: createEventBus({ eventBridge, bus: name }),
    stream: createOutcomeStream({ streams }),
    quarantine: createQuarantine({ s3, bucket: `${name}-quarantine` }),
    claims: createClaims({ s3, bucket: `${name}-store` }),
    sagaControl: createSagaControl({ dynamo, table: `${name}-control` }),
    executions,
    untilEnded: async (execution) => {
      await eventually(
        `execution ${execution} has ended`,
        async () => ((await executions.describe('quick', execution))?.status === 'SUCCEEDED' ? true : undefined),
        15_000,
      );
    },
    lane: 'normal',
    orderedLane: 'ordered',
    suspects: 'suspects',
    receive: async (lane) => receive(sqs, await urlOf(queues[lane] ?? ''), lane === 'ordered'),
    rangeUpTo: async (key) => {
      const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: `${name}-records` }));
      return rangeUpTo(streams, Table?.LatestStreamArn ?? '', key);
    },
    putObject: async (Key, Body) => {
      await s3.send(new PutObjectCommand({ Bucket: `${name}-store`, Key, Body }));
    },
  };
});

/** The keys and indexes that lib/stacks/state.ts gives them. */
async function makeTables(dynamo: DynamoDBClient, name: string): Promise<void> {
  const text = (...names: string[]) => names.map((each) => ({ AttributeName: each, AttributeType: 'S' as const }));
  const number = (...names: string[]) => names.map((each) => ({ AttributeName: each, AttributeType: 'N' as const }));
  const keys = (hash: string, range?: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
  ];
  const index = (IndexName: string, hash: string, range: string) => ({
    GlobalSecondaryIndexes: [
      { IndexName, KeySchema: keys(hash, range), Projection: { ProjectionType: 'KEYS_ONLY' as const } },
    ],
  });
  const tables = {
    acceptances: {
      KeySchema: keys('key'),
      AttributeDefinitions: [...text('key', 'openShard'), ...number('dueAtMs')],
      ...index(OPEN_INDEX, 'openShard', 'dueAtMs'),
    },
    records: {
      KeySchema: keys('key', 'generation'),
      AttributeDefinitions: [...text('key', 'deadShard'), ...number('generation', 'decidedAtMs')],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const },
      ...index(DEAD_INDEX, 'deadShard', 'decidedAtMs'),
    },
    context: { KeySchema: keys('key'), AttributeDefinitions: text('key') },
    effects: { KeySchema: keys('id'), AttributeDefinitions: text('id') },
    states: { KeySchema: keys('instance', 'name'), AttributeDefinitions: text('instance', 'name') },
    incidents: {
      KeySchema: keys('id'),
      AttributeDefinitions: [...text('id', 'due'), ...number('dueAtMs')],
      ...index(DUE_INDEX, 'due', 'dueAtMs'),
    },
    control: { KeySchema: keys('id'), AttributeDefinitions: text('id') },
    decisions: { KeySchema: keys('lane', 'atMs'), AttributeDefinitions: [...text('lane'), ...number('atMs')] },
  };
  await Promise.all(
    Object.entries(tables).map(async ([suffix, table]) => {
      const TableName = `${name}-${suffix}`;
      await dynamo.send(new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', ...table }));
      await waitUntilTableExists({ client: dynamo, maxWaitTime: 25, minDelay: 1, maxDelay: 2 }, { TableName });
    }),
  );
}

/** Shard by shard, one page of each: these tables hold a few records. */
async function rangeUpTo(streams: DynamoDBStreamsClient, StreamArn: string, key: string) {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  for (const { ShardId = '' } of StreamDescription?.Shards ?? []) {
    const { ShardIterator } = await streams.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    const last = Records.find(({ dynamodb }) => dynamodb?.NewImage?.key?.S === key && dynamodb.NewImage.outcome);
    if (last !== undefined)
      return {
        streamArn: StreamArn,
        shardId: ShardId,
        startSequenceNumber: Records[0]?.dynamodb?.SequenceNumber ?? '',
        endSequenceNumber: last.dynamodb?.SequenceNumber ?? '',
      };
  }
  throw new Error(`the stream has no outcome of ${key}`);
}

/** One that ends at once, and one that waits to be stopped. Answers with what their ARNs have in common. */
async function makeMachines(sfn: SFNClient, name: string): Promise<string> {
  const states = {
    quick: { Type: 'Pass', Result: { quick: true }, End: true },
    slow: { Type: 'Wait', Seconds: 3_600, End: true },
  };
  const made = await Promise.all(
    Object.entries(states).map(([saga, state]) =>
      sfn.send(
        new CreateStateMachineCommand({
          name: `${name}-${saga}`,
          roleArn: ROLE_ARN,
          definition: JSON.stringify({ StartAt: 'Only', States: { Only: state } }),
        }),
      ),
    ),
  );
  return (made[0]?.stateMachineArn ?? '').replace(/quick$/, '');
}

async function makeQueue(sqs: SQSClient, QueueName: string): Promise<void> {
  const fifo = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
  await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '30', ...fifo } }));
}

/** A message in flight holds up its group, so that an ordered queue's are deleted as they come. */
async function receive(sqs: SQSClient, QueueUrl: string, ordered: boolean) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  if (ordered)
    for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Body = '', ReceiptHandle: receiptHandle = '' }) => ({
    body: JSON.parse(Body) as LaneMessage,
    receiptHandle,
  }));
}
