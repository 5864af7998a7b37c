/** Proves what the app store and quarantine need of buckets: conditional puts, ranges, and events for what arrives. */
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { behaviours, eventually, unique } from './behaviour';
import type { Endpoint } from './endpoint';
import { makeQueue, sqsOf } from './resources';

const Bucket = unique('bucket');
const clientOf = ({ client }: Endpoint) => new S3Client({ ...client, forcePathStyle: true });

behaviours(
  'S3',
  {
    'a put on the condition that there is none is refused the second time': async (endpoint) => {
      const s3 = clientOf(endpoint);
      const put = { Bucket, Key: 'once', IfNoneMatch: '*' };
      await s3.send(new PutObjectCommand({ ...put, Body: 'first' }));
      await expect(s3.send(new PutObjectCommand({ ...put, Body: 'second' }))).rejects.toMatchObject({
        name: 'PreconditionFailed',
      });
    },
    'a range and the whole size come in one answer': async (endpoint) => {
      const s3 = clientOf(endpoint);
      await s3.send(new PutObjectCommand({ Bucket, Key: 'range', Body: '0123456789' }));
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=0-3' }));
      expect(await got.Body?.transformToString()).toBe('0123');
      expect(got.ContentRange).toBe('bytes 0-3/10');
    },
    'an absent object is NoSuchKey': async (endpoint) => {
      const get = clientOf(endpoint).send(new GetObjectCommand({ Bucket, Key: 'absent' }));
      await expect(get).rejects.toMatchObject({ name: 'NoSuchKey' });
    },
    'an object put under a prefix reaches a queue through the default bus': async (endpoint) => {
      const events = new EventBridgeClient(endpoint.client);
      const queue = await makeQueue(endpoint);
      const Policy = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: queue.arn,
          },
        ],
      });
      await sqsOf(endpoint).send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy } }));
      const Name = unique('rule');
      const EventPattern = JSON.stringify({
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: [Bucket] }, object: { key: [{ prefix: 'in/plant/' }] } },
      });
      await events.send(new PutRuleCommand({ Name, EventPattern }));
      await events.send(
        new PutTargetsCommand({
          Rule: Name,
          Targets: [
            {
              Id: 'queue',
              Arn: queue.arn,
              InputTransformer: {
                InputPathsMap: { key: '$.detail.object.key', size: '$.detail.object.size' },
                InputTemplate: '{"key":"<key>","size":<size>}',
              },
            },
          ],
        }),
      );
      const s3 = clientOf(endpoint);
      await s3.send(new PutObjectCommand({ Bucket, Key: 'elsewhere/a.json', Body: 'x' }));
      await s3.send(new PutObjectCommand({ Bucket, Key: 'in/plant/a.json', Body: '{}' }));
      const body = await eventually('object created', async () => (await queue.receive(1))[0]?.Body, 20_000);
      expect(JSON.parse(body)).toEqual({ key: 'in/plant/a.json', size: 2 });
    },
  },
  async (endpoint) => {
    const s3 = clientOf(endpoint);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
  },
);
