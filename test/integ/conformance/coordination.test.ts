/** Proves what coordination and monitoring need: a Catch by name, status events, log subscriptions, the scheduler. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { AddPermissionCommand, GetFunctionCommand } from '@aws-sdk/client-lambda';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { behaviours, eventually, unique } from './behaviour';
import { type Endpoint, ROLE_ARN } from './endpoint';
import { lambdaOf, makeFunction, untilSaid } from './resources';

async function arnOf(endpoint: Endpoint, FunctionName: string): Promise<string> {
  const { Configuration } = await lambdaOf(endpoint).send(new GetFunctionCommand({ FunctionName }));
  return Configuration?.FunctionArn ?? '';
}

async function execute(endpoint: Endpoint, definition: object): Promise<unknown> {
  const sfn = new SFNClient(endpoint.client);
  const made = await sfn.send(
    new CreateStateMachineCommand({
      name: unique('machine'),
      roleArn: ROLE_ARN,
      definition: JSON.stringify(definition),
    }),
  );
  const { executionArn } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn: made.stateMachineArn, input: '{}' }),
  );
  const done = await eventually(
    'execution ended',
    async () => {
      const now = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return now.status === 'RUNNING' ? undefined : now;
    },
    15_000,
  );
  return { status: done.status, output: done.output ? JSON.parse(done.output) : undefined };
}

/** Subscribes a function that tells the lines it was given, then writes `lines`. */
async function subscribe(endpoint: Endpoint, filterPattern: string, lines: readonly string[]): Promise<string> {
  const logs = new CloudWatchLogsClient(endpoint.client);
  const name = await makeFunction(
    endpoint,
    `const { gunzipSync } = require('zlib');
     exports.handler = async (event) => {
       const data = JSON.parse(gunzipSync(Buffer.from(event.awslogs.data, 'base64')));
       for (const each of data.logEvents) say(each.message); };`,
  );
  const logGroupName = unique('/triage/conformance');
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'one' }));
  await lambdaOf(endpoint).send(
    new AddPermissionCommand({
      FunctionName: name,
      StatementId: 'logs',
      Action: 'lambda:InvokeFunction',
      Principal: 'logs.amazonaws.com',
    }),
  );
  const destinationArn = await arnOf(endpoint, name);
  await logs.send(new PutSubscriptionFilterCommand({ logGroupName, filterName: 'all', filterPattern, destinationArn }));
  const logEvents = lines.map((message) => ({ message, timestamp: Date.now() }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 'one', logEvents }));
  return name;
}

behaviours('Coordination and monitoring', {
  'a Catch by name sees the error that a function threw': async (endpoint) => {
    const name = await makeFunction(
      endpoint,
      `class PaymentRefused extends Error { constructor() { super('no money'); this.name = 'PaymentRefused'; } }
       exports.handler = async () => { throw new PaymentRefused(); };`,
    );
    const result = await execute(endpoint, {
      StartAt: 'Pay',
      States: {
        Pay: {
          Type: 'Task',
          Resource: await arnOf(endpoint, name),
          Catch: [
            { ErrorEquals: ['SomethingElse'], Next: 'Wrong' },
            { ErrorEquals: ['PaymentRefused'], ResultPath: '$.error', Next: 'Compensate' },
          ],
          End: true,
        },
        Wrong: { Type: 'Fail' },
        Compensate: { Type: 'Pass', End: true },
      },
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { error: { Error: 'PaymentRefused' } } });
  },
  'a Retry by name tries again': async (endpoint) => {
    const name = await makeFunction(
      endpoint,
      `let calls = 0; exports.handler = async () => {
         calls += 1; if (calls < 2) { const e = new Error('busy'); e.name = 'RetryableError'; throw e; } return calls; };`,
    );
    const result = await execute(endpoint, {
      StartAt: 'Try',
      States: {
        Try: {
          Type: 'Task',
          Resource: await arnOf(endpoint, name),
          Retry: [{ ErrorEquals: ['RetryableError'], IntervalSeconds: 1, MaxAttempts: 2 }],
          End: true,
        },
      },
    });
    expect(result).toEqual({ status: 'SUCCEEDED', output: 2 });
  },
  'a subscription without a pattern delivers every line': async (endpoint) => {
    const name = await subscribe(endpoint, '', ['one', 'two']);
    expect((await untilSaid(endpoint, name, 2, 15_000)).sort()).toEqual(['one', 'two']);
  },
  'a subscription filter of one word delivers what holds it': async (endpoint) => {
    const name = await subscribe(endpoint, 'ERROR', ['all is well', 'ERROR it is not']);
    expect(await untilSaid(endpoint, name, 1, 15_000)).toEqual(['ERROR it is not']);
  },
  'a subscription filter of alternatives delivers a match': async (endpoint) => {
    const name = await subscribe(endpoint, '?ERROR ?Task', ['all is well', 'ERROR it is not']);
    expect(await untilSaid(endpoint, name, 1, 6_000)).toEqual(['ERROR it is not']);
  },
  'a schedule for a moment invokes its function once': async (endpoint) => {
    const name = await makeFunction(endpoint, 'exports.handler = async (event) => say(event);');
    const at = new Date(Date.now() + 2_000).toISOString().slice(0, 19);
    await new SchedulerClient(endpoint.client).send(
      new CreateScheduleCommand({
        Name: unique('schedule'),
        ScheduleExpression: `at(${at})`,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: await arnOf(endpoint, name), RoleArn: ROLE_ARN, Input: '{"sweep":true}' },
      }),
    );
    expect(await untilSaid(endpoint, name, 1, 25_000)).toEqual([{ sweep: true }]);
  },
});
