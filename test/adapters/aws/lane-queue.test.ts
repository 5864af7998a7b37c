/** Proves that sends keep SQS's limits, repeat what failed within bounds, and never let a later message of a group overtake. */
import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { createLaneQueue } from '../../../adapters/aws/lane-queue';
import { aMessage, anEnvelope, noWait, serviceError } from './support';

const sqs = mockClient(SQSClient);
const route = { pool: 'main', priorityClass: 'normal', admissionBound: 10, weight: 1, objectiveSeconds: 10 };
const queue = () =>
  createLaneQueue({
    sqs: new SQSClient({ region: 'eu-central-1' }),
    lanes: [
      { ...route, name: 'normal', ordered: false, queueUrlName: 'q-normal' },
      { ...route, name: 'ordered', ordered: true, queueUrlName: 'q-ordered.fifo' },
    ],
    suspectQueue: 'q-suspects',
    wait: noWait,
  });
const inputs = (): SendMessageBatchCommandInput[] =>
  sqs.commandCalls(SendMessageBatchCommand).map((call) => call.args[0].input);
const withKey = (partitionkey: string, id: string) =>
  aMessage({ key: id, event: { ...anEnvelope().event, partitionkey } });

beforeEach(() => {
  sqs.reset();
  sqs.on(GetQueueUrlCommand).callsFake(async (input) => ({ QueueUrl: `https://sqs/${input.QueueName}` }));
  sqs.on(SendMessageBatchCommand).resolves({});
});

describe('a standard lane', () => {
  test('takes ten messages a call, grouped by tenant, with one look-up of its address', async () => {
    const messages = Array.from({ length: 23 }, () => aMessage());
    expect(await queue().send('normal', messages, { delaySeconds: 3 })).toEqual([]);
    expect(inputs().map((input) => input.Entries?.length)).toEqual([10, 10, 3]);
    expect(inputs()[0]?.Entries?.[0]).toMatchObject({ MessageGroupId: 'acme', DelaySeconds: 3 });
    expect(inputs()[0]?.Entries?.[0]?.MessageDeduplicationId).toBeUndefined();
    expect(sqs.commandCalls(GetQueueUrlCommand)).toHaveLength(1);
  });

  test('takes no more than 1 MiB a call', async () => {
    const large = aMessage({ event: { ...anEnvelope().event, data: 'x'.repeat(250_000) } });
    await queue().send('normal', [large, large, large, large, large]);
    expect(inputs().map((input) => input.Entries?.length)).toEqual([4, 1]);
  });

  test('repeats what failed, and answers with the indexes that never went', async () => {
    sqs.on(SendMessageBatchCommand).callsFake(async (input) => ({
      Failed: input.Entries.flatMap((entry: { Id: string; MessageBody: string }) =>
        entry.MessageBody.includes('stuck') ? [{ Id: entry.Id, SenderFault: false, Code: 'InternalError' }] : [],
      ),
    }));
    const messages = [aMessage(), aMessage({ key: 'stuck' }), aMessage()];
    expect(await queue().send('normal', messages)).toEqual([1]);
    expect(inputs().map((input) => input.Entries?.length)).toEqual([3, 1, 1, 1, 1]);
  });

  test('does not repeat what the sender got wrong', async () => {
    sqs
      .on(SendMessageBatchCommand)
      .resolves({ Failed: [{ Id: '0', SenderFault: true, Code: 'InvalidMessageContents' }] });
    expect(await queue().send('normal', [aMessage(), aMessage()])).toEqual([0]);
    expect(inputs()).toHaveLength(1);
  });

  test('repeats a call that failed as a whole', async () => {
    sqs.on(SendMessageBatchCommand).rejectsOnce(serviceError('RequestThrottled')).resolves({});
    expect(await queue().send('normal', [aMessage()])).toEqual([]);
  });

  test('fails if the call is not allowed', async () => {
    sqs.on(SendMessageBatchCommand).rejects(serviceError('AccessDenied'));
    await expect(queue().send('normal', [aMessage()])).rejects.toThrow('AccessDenied');
  });
});

describe('an ordered lane', () => {
  test('sends one message of a group per call, in order, with an identity of its own per send attempt', async () => {
    const messages = [withKey('a', 'a1'), withKey('a', 'a2'), withKey('b', 'b1')];
    expect(await queue().send('ordered', messages, { delaySeconds: 3 })).toEqual([]);
    expect(inputs().map((input) => input.Entries?.map((entry) => entry.MessageDeduplicationId))).toEqual([
      ['a1.1.1', 'b1.1.1'],
      ['a2.1.1'],
    ]);
    expect(inputs()[0]?.Entries?.[0]?.DelaySeconds).toBeUndefined();
  });

  test('does not send the later ones of a group once one has failed', async () => {
    sqs.on(SendMessageBatchCommand).callsFake(async (input) => ({
      Failed: input.Entries.flatMap((entry: { Id: string; MessageDeduplicationId: string }) =>
        entry.MessageDeduplicationId.startsWith('a1') ? [{ Id: entry.Id, SenderFault: false }] : [],
      ),
    }));
    const messages = [withKey('a', 'a1'), withKey('a', 'a2'), withKey('b', 'b1'), withKey('b', 'b2')];
    expect(await queue().send('ordered', messages)).toEqual([0, 1]);
    const sent = inputs().flatMap((input) => input.Entries?.map((entry) => entry.MessageDeduplicationId));
    expect(sent).toContain('b2.1.1');
    expect(sent).not.toContain('a2.1.1');
  });
});

test('suspects go to the suspect queue', async () => {
  await queue().send('ordered', [aMessage()], { suspect: true });
  expect(inputs()[0]).toMatchObject({ QueueUrl: 'https://sqs/q-suspects' });
  expect(inputs()[0]?.Entries?.[0]?.MessageDeduplicationId).toBeUndefined();
});

test('a wait is kept within what SQS takes', async () => {
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
  await queue().changeVisibility('normal', 'handle', 90_000.5);
  expect(sqs.commandCalls(ChangeMessageVisibilityCommand)[0]?.args[0].input.VisibilityTimeout).toBe(43_200);
});

test('an address that could not be looked up is looked up again', async () => {
  sqs.on(GetQueueUrlCommand).rejectsOnce(serviceError('Timeout')).resolves({ QueueUrl: 'https://sqs/q-normal' });
  const one = queue();
  await expect(one.send('normal', [aMessage()])).rejects.toThrow('Timeout');
  expect(await one.send('normal', [aMessage()])).toEqual([]);
});

test('fails if the lane is not known', async () => {
  await expect(queue().send('other', [aMessage()])).rejects.toThrow(RangeError);
});
