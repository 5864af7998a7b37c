/** Proves what Triage needs of queues: redrive, visibility, delays, FIFO order and deduplication, counts, batch answers. */
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { behaviours, eventually, pause } from './behaviour';
import { makeQueue, sqsOf } from './resources';

behaviours('SQS', {
  'a message moves to the dead-letter queue after its last receive': async (endpoint) => {
    const deadLetter = await makeQueue(endpoint);
    const queue = await makeQueue(endpoint, { deadLetter, receives: 2, visibility: 0 });
    await queue.send('poison');
    const bodies = await eventually('dead letter', async () => {
      await queue.receive();
      const dead = await deadLetter.receive();
      return dead.length > 0 ? dead.map((each) => each.Body) : undefined;
    });
    expect(bodies).toEqual(['poison']);
  },
  'a visibility of zero gives a message back at once': async (endpoint) => {
    const queue = await makeQueue(endpoint);
    await queue.send('again');
    const [first] = await queue.receive(1);
    await sqsOf(endpoint).send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queue.url,
        ReceiptHandle: first?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    const [second] = await queue.receive(2);
    expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
  },
  'a longer visibility keeps a message hidden': async (endpoint) => {
    const queue = await makeQueue(endpoint, { visibility: 1 });
    await queue.send('later');
    const [first] = await queue.receive(1);
    await sqsOf(endpoint).send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queue.url,
        ReceiptHandle: first?.ReceiptHandle,
        VisibilityTimeout: 20,
      }),
    );
    await pause(1_200);
    expect(await queue.receive()).toEqual([]);
  },
  'a delayed message is hidden until its delay has passed': async (endpoint) => {
    const queue = await makeQueue(endpoint);
    await queue.send('slow', { delay: 1 });
    expect(await queue.receive()).toEqual([]);
    expect(await queue.receive(3)).toHaveLength(1);
  },
  'the counts tell visible, in flight and delayed apart': async (endpoint) => {
    const queue = await makeQueue(endpoint);
    await queue.send('one');
    await queue.receive(1);
    await queue.send('two');
    await queue.send('three', { delay: 60 });
    const expected = { visible: 1, inFlight: 1, delayed: 1 };
    await eventually('counts', async () =>
      JSON.stringify(await queue.counts()) === JSON.stringify(expected) ? true : undefined,
    );
  },
  'a repeated deduplication id is dropped': async (endpoint) => {
    const queue = await makeQueue(endpoint, { fifo: true });
    await queue.send('first', { group: 'a', dedupe: 'same' });
    await queue.send('repeat', { group: 'a', dedupe: 'same' });
    const received = await queue.receive(1);
    expect(received.map((each) => each.Body)).toEqual(['first']);
  },
  'a group in flight holds back its own messages and no others': async (endpoint) => {
    const queue = await makeQueue(endpoint, { fifo: true });
    await queue.send('a1', { group: 'a', dedupe: 'a1' });
    await queue.receive(1);
    await queue.send('a2', { group: 'a', dedupe: 'a2' });
    await queue.send('b1', { group: 'b', dedupe: 'b1' });
    const received = await queue.receive(1);
    expect(received.map((each) => each.Body)).toEqual(['b1']);
  },
  'a standard queue takes a message group, for fair queues': async (endpoint) => {
    const queue = await makeQueue(endpoint);
    await queue.send('fair', { group: 'tenant-1' });
    expect(await queue.receive(1)).toHaveLength(1);
  },
  'a batch send fails entry by entry': async (endpoint) => {
    const queue = await makeQueue(endpoint);
    const answer = await sqsOf(endpoint).send(
      new SendMessageBatchCommand({
        QueueUrl: queue.url,
        Entries: [
          { Id: 'good', MessageBody: 'good' },
          { Id: 'bad', MessageBody: 'bad', DelaySeconds: 901 },
        ],
      }),
    );
    expect(answer.Successful?.map((each) => each.Id)).toEqual(['good']);
    expect(answer.Failed?.map((each) => each.Id)).toEqual(['bad']);
  },
  'a message may have a mebibyte': async (endpoint) => {
    const queue = await makeQueue(endpoint);
    await queue.send('x'.repeat(1_048_576));
    const [message] = await queue.receive(1);
    expect(message?.Body).toHaveLength(1_048_576);
  },
});
