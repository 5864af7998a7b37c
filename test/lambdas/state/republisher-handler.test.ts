/** Proves the republisher's skin, with the SDK mocked: only a message that could not be mended comes back, and one line tells it. */
import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-dynamodb-streams';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { createRecords } from '../../../adapters/aws';
import type { FunctionVariables } from '../../../core/contracts/functions';
import { anOutcome, KEY, serviceError } from '../../adapters/aws/support';

const variables: FunctionVariables<'republisher'> = { ENVIRONMENT: 'test', EFFECTS_TABLE: 'effects', BUS: 'events' };
const dynamo = mockClient(DynamoDBClient);
const streams = mockClient(DynamoDBStreamsClient);
mockClient(EventBridgeClient);
const lines: string[] = [];
let handler: (event: SQSEvent) => Promise<SQSBatchResponse>;

beforeAll(async () => {
  Object.assign(process.env, variables, { AWS_REGION: 'eu-west-1' });
  ({ handler } = await import('../../../lambdas/state/republisher/handler'));
});
beforeEach(() => {
  for (const mock of [dynamo, streams]) mock.reset();
  dynamo.resolves({});
  lines.length = 0;
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => jest.restoreAllMocks());

const info = { streamArn: 'arn', shardId: 'shard', startSequenceNumber: '1', endSequenceNumber: '2' };
const messages = (...bodies: unknown[]) =>
  ({
    Records: bodies.map((body, index) => ({ messageId: `m${index}`, body: JSON.stringify(body) })),
  }) as unknown as SQSEvent;
const said = () =>
  lines
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The item as a commit writes it, so that the image is what the stream would hold. */
async function storedItem() {
  const records = createRecords({
    dynamo: new DynamoDBClient({}),
    table: 'records',
    contextTable: '',
    retentionDays: 1,
  });
  await records.commit({ outcomes: [{ key: KEY, generation: 1, outcome: anOutcome() }], contexts: [] }, 'attempt');
  const [update] = dynamo.commandCalls(UpdateItemCommand);
  const outcome = update?.args[0].input.ExpressionAttributeValues?.[':outcome'] ?? { NULL: true };
  dynamo.resetHistory();
  return { key: { S: KEY }, generation: { N: '1' }, kind: { S: 'DONE' }, outcome };
}

it('applies what the stream still holds and acknowledges its message; the other one comes back', async () => {
  const NewImage = await storedItem();
  streams.on(GetShardIteratorCommand).resolves({ ShardIterator: 'i' });
  streams.on(GetShardIteratorCommand, { ShardId: 'lost' }).rejects(serviceError('TrimmedDataAccessException'));
  streams.on(GetRecordsCommand).resolves({ Records: [{ dynamodb: { SequenceNumber: '2', NewImage } }] });
  const answer = await handler(
    messages({ DDBStreamBatchInfo: info }, { DDBStreamBatchInfo: { ...info, shardId: 'lost' } }),
  );
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  expect(dynamo.commandCalls(PutItemCommand).map((call) => call.args[0].input.TableName)).toEqual(['effects']);
  expect(said().find((line) => line.message === 'batch')).toMatchObject({
    service: 'republisher',
    records: 2,
    outcomes: 1,
    batchesRepublished: 1,
    effectsApplied: 1,
  });
  expect(said().find((line) => line.level === 'ERROR')).toMatchObject({ messageId: 'm1' });
});
