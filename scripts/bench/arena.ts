/** Tables, queues and functions for the two arms, side by side on one endpoint, equal in everything but their code. */
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { OPEN_INDEX } from '../../core/contracts/names';
import { bundle, functionEntry } from '../../lib/bundling';
import { RIVAL_NAMES } from './rival/handler';
import { FUNCTION_VARIABLES, NAMES } from './variables';

export interface Arena {
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  /** Queue addresses. */
  readonly laneUrl: string;
  readonly rivalUrl: string;
  /** From then on Triage's publisher works beside its runner. */
  startPublisher(): Promise<void>;
  setRunning(arm: 'triage' | 'rival', running: boolean): Promise<void>;
}

const LIMITS = { MemorySize: 256, Timeout: 10 };
const MAPPING = {
  BatchSize: 10,
  ScalingConfig: { MaximumConcurrency: 3 },
  FunctionResponseTypes: ['ReportBatchItemFailures'],
};
const RUNNER = `import { createHandler } from './lambdas/execution/runner/handler';
import { application } from './scripts/bench/application';
export const handler = createHandler([application]);`;

export async function createArena(onProgress: (line: string) => void): Promise<Arena> {
  onProgress('setting up the two arms');
  const [dynamo, sqs, lambda] = [new DynamoDBClient({}), new SQSClient({}), new LambdaClient({})];
  const recordsStream = await createTables(dynamo);
  const lane = await createQueue(sqs, NAMES.laneQueue);
  const rival = await createQueue(sqs, RIVAL_NAMES.queue);
  await createFunction(lambda, 'triage-bench-runner', RUNNER);
  await createFunction(lambda, 'triage-bench-publisher', functionEntry('publisher'));
  await createFunction(lambda, 'triage-bench-rival', `export { handler } from './scripts/bench/rival/index';`);
  const mappings = {
    triage: await createMapping(lambda, 'triage-bench-runner', lane.arn),
    rival: await createMapping(lambda, 'triage-bench-rival', rival.arn),
  };
  return {
    dynamo,
    sqs,
    laneUrl: lane.url,
    rivalUrl: rival.url,
    startPublisher: async () => {
      await lambda.send(
        new CreateEventSourceMappingCommand({
          FunctionName: 'triage-bench-publisher',
          EventSourceArn: recordsStream,
          StartingPosition: 'LATEST',
          BatchSize: 100,
        }),
      );
    },
    setRunning: async (arm, Enabled) => {
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID: mappings[arm], Enabled }));
    },
  };
}

async function createTables(dynamo: DynamoDBClient): Promise<string> {
  const S = 'S' as const;
  await createTable(dynamo, NAMES.acceptancesTable, ['key'], {
    AttributeDefinitions: [
      { AttributeName: 'key', AttributeType: S },
      { AttributeName: 'openShard', AttributeType: S },
      { AttributeName: 'dueAtMs', AttributeType: 'N' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: OPEN_INDEX,
        KeySchema: [
          { AttributeName: 'openShard', KeyType: 'HASH' },
          { AttributeName: 'dueAtMs', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });
  await createTable(dynamo, NAMES.recordsTable, ['key', 'generation'], {
    AttributeDefinitions: [
      { AttributeName: 'key', AttributeType: S },
      { AttributeName: 'generation', AttributeType: 'N' },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  await createTable(dynamo, NAMES.contextTable, ['key']);
  for (const name of [NAMES.effectsTable, NAMES.controlTable, RIVAL_NAMES.idempotencyTable, RIVAL_NAMES.effectsTable])
    await createTable(dynamo, name, ['id']);
  const answer = await dynamo.send(new DescribeTableCommand({ TableName: NAMES.recordsTable }));
  return answer.Table?.LatestStreamArn ?? '';
}

async function createTable(
  dynamo: DynamoDBClient,
  name: string,
  keys: readonly string[],
  more: Partial<CreateTableCommandInput> = {},
): Promise<void> {
  await unlessThere(
    dynamo.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
        ...more,
      }),
    ),
  );
}

async function createQueue(sqs: SQSClient, name: string): Promise<{ url: string; arn: string }> {
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '60' } }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
  return { url, arn: Attributes?.QueueArn ?? '' };
}

async function createFunction(lambda: LambdaClient, name: string, source: string): Promise<void> {
  await unlessThere(
    lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/triage-bench',
        Code: { ZipFile: zipOf('index.js', Buffer.from(bundle(source, false))) },
        Environment: { Variables: { ...FUNCTION_VARIABLES(name) } },
        ...LIMITS,
      }),
    ),
  );
}

async function createMapping(lambda: LambdaClient, name: string, queueArn: string): Promise<string> {
  const answer = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: name,
      EventSourceArn: queueArn,
      Enabled: false,
      BatchSize: MAPPING.BatchSize,
      ScalingConfig: MAPPING.ScalingConfig,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }),
  );
  await delay(50);
  return answer.UUID ?? '';
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!/InUse|Exists|Conflict/.test((error as Error).name)) throw error;
  }
}

/** A ZIP archive with one stored file: 40 lines of format instead of a dependency. */
function zipOf(name: string, body: Buffer): Uint8Array {
  const file = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(0x21_0000, 6);
  common.writeUInt32LE(crc32(body), 10);
  common.writeUInt32LE(body.length, 14);
  common.writeUInt32LE(body.length, 18);
  common.writeUInt16LE(file.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, file, body]);
  const attributes = Buffer.alloc(14);
  attributes.writeUInt32LE(0o100644 * 0x1_0000, 6);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, attributes, file]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end]);
}
