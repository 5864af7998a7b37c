/** Proves that rules choose and shape events as the intake queues expect: each pattern through a real rule, bus and queue. */
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { behaviours, eventually, unique } from './behaviour';
import type { Endpoint } from './endpoint';
import { makeQueue, type Queue, sqsOf } from './resources';

const clientOf = ({ client }: Endpoint) => new EventBridgeClient(client);
const EventBusName = unique('bus');

/** Allowed to EventBridge as such: on AWS a queue policy is what lets a rule send. */
export async function allowEvents(endpoint: Endpoint, queue: Queue): Promise<void> {
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
}

async function route(
  endpoint: Endpoint,
  pattern: unknown,
  InputTransformer?: { InputPathsMap: Record<string, string>; InputTemplate: string },
): Promise<{ queue: Queue; source: string }> {
  const events = clientOf(endpoint);
  const queue = await makeQueue(endpoint);
  await allowEvents(endpoint, queue);
  const source = unique('source');
  const EventPattern = JSON.stringify({ source: [source], ...(pattern as object) });
  const Name = unique('rule');
  await events.send(new PutRuleCommand({ Name, EventBusName, EventPattern }));
  await events.send(
    new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [{ Id: 'queue', Arn: queue.arn, InputTransformer }] }),
  );
  return { queue, source };
}

async function putDetails(endpoint: Endpoint, Source: string, details: readonly unknown[]): Promise<void> {
  const Entries = details.map((detail) => ({
    EventBusName,
    Source,
    DetailType: 'reading',
    Detail: JSON.stringify(detail),
  }));
  const { FailedEntryCount } = await clientOf(endpoint).send(new PutEventsCommand({ Entries }));
  expect(FailedEntryCount).toBe(0);
}

/** The `n` of the events that came through, after a last one that always does. */
async function chosen(endpoint: Endpoint, pattern: unknown, details: readonly { n: number }[]): Promise<number[]> {
  const { queue, source } = await route(endpoint, pattern);
  await putDetails(endpoint, source, details);
  const seen: number[] = [];
  let quietSinceMs = Date.now();
  // What is to be shown is also that some do not come, so it waits for a moment of quiet.
  await eventually('delivery', async () => {
    const received = await queue.receive(0);
    for (const each of received) seen.push(JSON.parse(each.Body ?? '').detail.n);
    if (received.length > 0) quietSinceMs = Date.now();
    return seen.length > 0 && Date.now() - quietSinceMs > 400 ? true : undefined;
  });
  return seen.sort((a, b) => a - b);
}

behaviours(
  'EventBridge',
  {
    'alternatives over different fields match': async (endpoint) => {
      const pattern = { detail: { $or: [{ type: ['alarm'] }, { data: { value: [{ numeric: ['>=', 90] }] } }] } };
      const details = [
        { n: 1, type: 'alarm' },
        { n: 2, type: 'reading', data: { value: 95 } },
        { n: 3, type: 'reading', data: { value: 5 } },
      ];
      expect(await chosen(endpoint, pattern, details)).toEqual([1, 2]);
    },
    'numbers are compared, words are not': async (endpoint) => {
      const pattern = { detail: { value: [{ numeric: ['>=', 10, '<', 20] }] } };
      const details = [
        { n: 1, value: 10 },
        { n: 2, value: 19.5 },
        { n: 3, value: 20 },
        { n: 4, value: '15' },
      ];
      expect(await chosen(endpoint, pattern, details)).toEqual([1, 2]);
    },
    'anything but a list of prefixes matches, and no absent field': async (endpoint) => {
      const pattern = { detail: { type: [{ 'anything-but': { prefix: ['alarm.', 'fault.'] } }] } };
      const details = [{ n: 1, type: 'reading.a' }, { n: 2, type: 'fault.b' }, { n: 3 }, { n: 4, type: 'alarm.c' }];
      expect(await chosen(endpoint, pattern, details)).toEqual([1]);
    },
    'anything but a wildcard matches': async (endpoint) => {
      const pattern = { detail: { type: [{ 'anything-but': { wildcard: '*.alarm.*' } }] } };
      const details = [
        { n: 1, type: 'a.reading.b' },
        { n: 2, type: 'a.alarm.b' },
      ];
      expect(await chosen(endpoint, pattern, details)).toEqual([1]);
    },
    'an absent field and another value are alternatives of one field': async (endpoint) => {
      const pattern = { detail: { priority: [{ exists: false }, { 'anything-but': ['critical'] }] } };
      const details = [{ n: 1 }, { n: 2, priority: 'low' }, { n: 3, priority: 'critical' }];
      expect(await chosen(endpoint, pattern, details)).toEqual([1, 2]);
    },
    'null exists, and booleans match as themselves': async (endpoint) => {
      const pattern = { detail: { a: [{ exists: true }], b: [true] } };
      const details = [
        { n: 1, a: null, b: true },
        { n: 2, b: true },
        { n: 3, a: 1, b: 'true' },
      ];
      expect(await chosen(endpoint, pattern, details)).toEqual([1]);
    },
    'an input transformer makes the message': async (endpoint) => {
      const { queue, source } = await route(
        endpoint,
        {},
        {
          InputPathsMap: { id: '$.id', event: '$.detail' },
          InputTemplate: '{"way":"plant","id":"<id>","event":<event>}',
        },
      );
      await putDetails(endpoint, source, [{ text: 'with "quotes" and ü', list: [1, { deep: null }] }]);
      const [message] = await queue.receive(5);
      expect(JSON.parse(message?.Body ?? '')).toEqual({
        way: 'plant',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        event: { text: 'with "quotes" and ü', list: [1, { deep: null }] },
      });
    },
    'an event whose detail is not JSON is refused by itself': async (endpoint) => {
      const entry = { EventBusName, Source: unique('source'), DetailType: 'reading' };
      const answer = await clientOf(endpoint).send(
        new PutEventsCommand({
          Entries: [
            { ...entry, Detail: '{}' },
            { ...entry, Detail: 'not json' },
          ],
        }),
      );
      expect(answer.FailedEntryCount).toBe(1);
      expect(answer.Entries?.[1]?.ErrorCode).toBe('MalformedDetail');
    },
  },
  async (endpoint) => {
    await clientOf(endpoint).send(new CreateEventBusCommand({ Name: EventBusName }));
  },
);
