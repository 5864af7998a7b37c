/** Queues and functions for the behaviours, and what functions said. */
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { eventually, unique } from './behaviour';
import { type Endpoint, ROLE_ARN } from './endpoint';
import { zip } from './zip';

/** Other endpoints than AWS give queue URLs that clients must not follow away from them. */
export const sqsOf = ({ client }: Endpoint) => new SQSClient({ ...client, useQueueUrlAsEndpoint: false });
export const lambdaOf = ({ client }: Endpoint) => new LambdaClient(client);

export interface Queue {
  readonly url: string;
  readonly arn: string;
  send(body: string, more?: { delay?: number; group?: string; dedupe?: string }): Promise<void>;
  receive(waitSeconds?: number, visibilitySeconds?: number): Promise<Message[]>;
  counts(): Promise<{ visible: number; inFlight: number; delayed: number }>;
}

export async function makeQueue(
  endpoint: Endpoint,
  options: { fifo?: boolean; deadLetter?: Queue; receives?: number; visibility?: number } = {},
): Promise<Queue> {
  const sqs = sqsOf(endpoint);
  const QueueName = `${unique('queue')}${options.fifo ? '.fifo' : ''}`;
  const Attributes: Record<string, string> = { VisibilityTimeout: String(options.visibility ?? 30) };
  if (options.fifo) Attributes.FifoQueue = 'true';
  if (options.deadLetter)
    Attributes.RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: options.deadLetter.arn,
      maxReceiveCount: options.receives ?? 2,
    });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  const read = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  return {
    url: QueueUrl,
    arn: read.Attributes?.QueueArn ?? '',
    async send(MessageBody, { delay, group, dedupe } = {}) {
      await sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody,
          DelaySeconds: delay,
          MessageGroupId: group,
          MessageDeduplicationId: dedupe,
        }),
      );
    },
    async receive(WaitTimeSeconds = 0, VisibilityTimeout) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          WaitTimeSeconds,
          VisibilityTimeout,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return Messages;
    },
    async counts() {
      const { Attributes: now = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      return {
        visible: Number(now.ApproximateNumberOfMessages),
        inFlight: Number(now.ApproximateNumberOfMessagesNotVisible),
        delayed: Number(now.ApproximateNumberOfMessagesDelayed),
      };
    },
  };
}

/** The function's source has `say(value)`, which prints one line, and must assign `exports.handler`. */
export function code(source: string): Uint8Array {
  const say = "const say = (value) => console.log('SAID ' + JSON.stringify(value));\n";
  const sleep = 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));\n';
  return zip({ 'index.js': say + sleep + source });
}

export async function makeFunction(endpoint: Endpoint, source: string, timeoutSeconds = 10): Promise<string> {
  const lambda = lambdaOf(endpoint);
  const FunctionName = unique('function');
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: ROLE_ARN,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Timeout: timeoutSeconds,
      Code: { ZipFile: code(source) },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30 }, { FunctionName });
  return FunctionName;
}

export async function makeMapping(
  endpoint: Endpoint,
  FunctionName: string,
  EventSourceArn: string,
  more: Partial<CreateEventSourceMappingCommandInput> = {},
): Promise<void> {
  const lambda = lambdaOf(endpoint);
  const made = await lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, ...more }));
  await eventually(
    'mapping enabled',
    async () => {
      const { State } = await lambda.send(new GetEventSourceMappingCommand({ UUID: made.UUID }));
      return State === 'Enabled' ? true : undefined;
    },
    25_000,
  );
}

export async function invoke(
  endpoint: Endpoint,
  FunctionName: string,
  payload: unknown = {},
): Promise<{ error: string | undefined; body: unknown }> {
  const Payload = JSON.stringify(payload);
  const done = await lambdaOf(endpoint).send(new InvokeCommand({ FunctionName, Payload }));
  const text = Buffer.from(done.Payload ?? []).toString();
  return { error: done.FunctionError, body: text ? JSON.parse(text) : undefined };
}

/** What the function has said so far, in the order of the log. */
export async function said(endpoint: Endpoint, functionName: string): Promise<unknown[]> {
  const logs = new CloudWatchLogsClient(endpoint.client);
  try {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${functionName}`, filterPattern: 'SAID' }),
    );
    return events.flatMap(({ message = '' }) => {
      const at = message.indexOf('SAID ');
      return at < 0 ? [] : [JSON.parse(message.slice(at + 5))];
    });
  } catch (error) {
    // The group is made by the first invocation.
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return [];
    throw error;
  }
}

/** Waits until the function has said at least `count` things. */
export function untilSaid(
  endpoint: Endpoint,
  functionName: string,
  count: number,
  withinMs = 8_000,
): Promise<unknown[]> {
  return eventually(
    `${count} lines from ${functionName}`,
    async () => {
      const lines = await said(endpoint, functionName);
      return lines.length >= count ? lines : undefined;
    },
    withinMs,
  );
}
