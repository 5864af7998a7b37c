/** Proves what ingestion from Kinesis and the publisher stand on: images, order, and that streams and queues do not hold up one another. */
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { behaviours, eventually, unique } from './behaviour';
import type { Endpoint } from './endpoint';
import { makeFunction, makeMapping, makeQueue, untilSaid } from './resources';

const kinesisOf = ({ client }: Endpoint) => new KinesisClient({ ...client, requestHandler: new NodeHttpHandler() });

async function makeStream(endpoint: Endpoint): Promise<{ arn: string; put(bodies: readonly string[]): Promise<void> }> {
  const kinesis = kinesisOf(endpoint);
  const StreamName = unique('stream');
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  const arn = await eventually(
    'stream active',
    async () => {
      const { StreamDescriptionSummary: now } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
      return now?.StreamStatus === 'ACTIVE' ? now.StreamARN : undefined;
    },
    25_000,
  );
  return {
    arn,
    async put(bodies) {
      const Records = bodies.map((body) => ({ Data: Buffer.from(body), PartitionKey: 'key' }));
      await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    },
  };
}

const decode = "const decode = (r) => Buffer.from(r.kinesis.data, 'base64').toString();\n";

behaviours('Streams', {
  'a mapping gives a shard its records in order': async (endpoint) => {
    const stream = await makeStream(endpoint);
    const name = await makeFunction(
      endpoint,
      `${decode}exports.handler = async (event) => say(event.Records.map(decode));`,
    );
    await makeMapping(endpoint, name, stream.arn, { StartingPosition: 'TRIM_HORIZON', BatchSize: 100 });
    const sent = Array.from({ length: 20 }, (_, index) => String(index));
    await stream.put(sent);
    const all = await eventually(
      'all records',
      async () => {
        const batches = (await untilSaid(endpoint, name, 1)) as string[][];
        return batches.flat().length >= 20 ? batches.flat() : undefined;
      },
      15_000,
    );
    expect(all).toEqual(sent);
  },
  'a stream batch that throws is delivered again': async (endpoint) => {
    const stream = await makeStream(endpoint);
    const name = await makeFunction(
      endpoint,
      `${decode}let calls = 0; exports.handler = async (event) => {
         say(event.Records.map(decode)); calls += 1; if (calls === 1) throw new Error('once'); };`,
    );
    await makeMapping(endpoint, name, stream.arn, { StartingPosition: 'TRIM_HORIZON' });
    await stream.put(['a']);
    expect((await untilSaid(endpoint, name, 2)).slice(0, 2)).toEqual([['a'], ['a']]);
  },
  'a stream batch goes on after the record that it reports as failed': async (endpoint) => {
    const stream = await makeStream(endpoint);
    const name = await makeFunction(
      endpoint,
      `${decode}let failed = false; exports.handler = async (event) => {
         say(event.Records.map(decode)); const bad = event.Records.find((r) => decode(r) === 'b');
         if (!bad || failed) return { batchItemFailures: [] };
         failed = true; return { batchItemFailures: [{ itemIdentifier: bad.kinesis.sequenceNumber }] }; };`,
    );
    await makeMapping(endpoint, name, stream.arn, {
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    await stream.put(['a', 'b', 'c']);
    const batches = (await untilSaid(endpoint, name, 2, 4_000)) as string[][];
    expect(batches[1]?.[0]).toBe('b');
  },
  'a slow stream handler does not hold up a lane': async (endpoint) => {
    const [stream, queue] = [await makeStream(endpoint), await makeQueue(endpoint)];
    const slow = await makeFunction(endpoint, 'exports.handler = async () => { say("begun"); await sleep(6000); };');
    const quick = await makeFunction(endpoint, 'exports.handler = async () => say("done");');
    await makeMapping(endpoint, slow, stream.arn, { StartingPosition: 'TRIM_HORIZON' });
    await makeMapping(endpoint, quick, queue.arn);
    await stream.put(['work']);
    // Logs come at the end of an invocation, so what tells that the handler runs is time.
    await new Promise((resolve) => setTimeout(resolve, 700));
    const startedAtMs = Date.now();
    await queue.send('urgent');
    await untilSaid(endpoint, quick, 1, 4_000);
    expect(Date.now() - startedAtMs).toBeLessThan(4_000);
  },
  'a table stream carries new images to its mapping, in order of an item': async (endpoint) => {
    const dynamo = new DynamoDBClient(endpoint.client);
    const TableName = unique('streamed');
    await dynamo.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    await waitUntilTableExists({ client: dynamo, maxWaitTime: 25 }, { TableName });
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    const name = await makeFunction(
      endpoint,
      'exports.handler = async (event) => { for (const r of event.Records) say([r.eventName, r.dynamodb.NewImage.v.N]); };',
    );
    await makeMapping(endpoint, name, Table?.LatestStreamArn ?? '', { StartingPosition: 'TRIM_HORIZON' });
    for (const v of ['1', '2', '3'])
      await dynamo.send(new PutItemCommand({ TableName, Item: { key: { S: 'item' }, v: { N: v } } }));
    expect(await untilSaid(endpoint, name, 3)).toEqual([
      ['INSERT', '1'],
      ['MODIFY', '2'],
      ['MODIFY', '3'],
    ]);
  },
});
