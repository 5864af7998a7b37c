/** Proves the reading of a range of the table's stream: its ends, its pages, what is in them, and how a lost range is told. */
import {
  type _Record,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { mockClient } from 'aws-sdk-client-mock';
import { createOutcomeStream } from '../../../adapters/aws';
import { serviceError } from './support';

const mock = mockClient(DynamoDBStreamsClient);
const stream = createOutcomeStream({ streams: new DynamoDBStreamsClient({ region: 'eu-central-1' }) });
/** Longer than a double is exact: the two differ in the last digit only. */
const START = '100000000000000000001';
const END = '100000000000000000003';
const range = { streamArn: 'arn', shardId: 'shard', startSequenceNumber: START, endSequenceNumber: END };
const image = (SequenceNumber: string, key: string, more: object = {}): _Record => ({
  dynamodb: { SequenceNumber, NewImage: { key: { S: key }, generation: { N: '1' }, ...more } },
});

beforeEach(() => {
  mock.reset();
  mock.on(GetShardIteratorCommand).resolves({ ShardIterator: 'first' });
});

describe('a range of the stream', () => {
  it('begins at its first record and goes on where a page ends', async () => {
    mock.on(GetRecordsCommand).resolves({ Records: [], NextShardIterator: 'second' });
    expect(await stream.read(range)).toEqual({ status: 'ok', records: [], unreadable: [], next: 'second' });
    await stream.read(range, 'second');
    expect(mock.commandCalls(GetShardIteratorCommand).map((call) => call.args[0].input)).toEqual([
      { StreamArn: 'arn', ShardId: 'shard', ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: START },
    ]);
    expect(mock.commandCalls(GetRecordsCommand).map((call) => call.args[0].input.ShardIterator)).toEqual([
      'first',
      'second',
    ]);
  });

  it('ends with its last record, whatever the shard still holds, and names what it cannot read', async () => {
    mock.on(GetRecordsCommand).resolves({
      Records: [
        image(START, 'progress', { stage: { N: '1' } }),
        image('100000000000000000002', 'broken', { outcome: { S: '{' }, kind: { S: 'DONE' } }),
        image(END, 'last', { outcome: { S: '' }, kind: { S: 'DONE' } }),
        image('100000000000000000004', 'after', { outcome: { S: '{' }, kind: { S: 'DONE' } }),
      ],
      NextShardIterator: 'more',
    });
    expect(await stream.read(range)).toEqual({ status: 'ok', records: [], unreadable: ['broken', 'last'] });
  });

  it('ends with a closed shard', async () => {
    mock.on(GetRecordsCommand).resolves({ Records: [image(START, 'progress')] });
    expect(await stream.read(range)).not.toHaveProperty('next');
  });

  it.each(['TrimmedDataAccessException', 'ResourceNotFoundException'])('is gone after %s', async (name) => {
    mock.on(GetShardIteratorCommand).rejects(serviceError(name));
    expect(await stream.read(range)).toEqual({ status: 'gone' });
    mock.on(GetShardIteratorCommand).resolves({ ShardIterator: 'first' });
    mock.on(GetRecordsCommand).rejects(serviceError(name));
    expect(await stream.read(range)).toEqual({ status: 'gone' });
  });

  it('fails if the service does, for the message to come back', async () => {
    mock.on(GetRecordsCommand).rejects(serviceError('ExpiredIteratorException'));
    await expect(stream.read(range)).rejects.toThrow('ExpiredIteratorException');
  });
});
