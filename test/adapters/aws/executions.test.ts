/** What Step Functions' refusals mean, and how ARNs are made from names; what it does is shown by the port suite on an endpoint. */
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { createExecutions } from '../../../adapters/aws';

const sfn = mockClient(SFNClient);
beforeEach(() => sfn.reset());
const executions = createExecutions({
  sfn: new SFNClient({ region: 'eu-west-1' }),
  machinePrefix: 'arn:aws:states:eu-west-1:111122223333:stateMachine:triage-dev-',
});
const named = (name: string) => Object.assign(new Error(name), { name });

it('starts by name, and takes a name that is taken for a success', async () => {
  sfn.on(StartExecutionCommand).resolvesOnce({}).rejects(named('ExecutionAlreadyExists'));
  expect(await executions.start('booking', 'n-1', { run: 1 })).toBe('started');
  expect(await executions.start('booking', 'n-1', { run: 1 })).toBe('exists');
  expect(sfn.commandCalls(StartExecutionCommand)[0]?.args[0].input).toEqual({
    stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:triage-dev-booking',
    name: 'n-1',
    input: '{"run":1}',
  });
});

it.each(['ExecutionLimitExceeded', 'ThrottlingException'])(
  'asks for another try where it is busy: %s',
  async (name) => {
    sfn.on(StartExecutionCommand).rejects(named(name));
    await expect(executions.start('booking', 'n-1', {})).rejects.toMatchObject({ name: 'RetryableError' });
  },
);

it('fails with what is wrong where no repeat helps', async () => {
  sfn.on(StartExecutionCommand).rejects(named('StateMachineDoesNotExist'));
  await expect(executions.start('booking', 'n-1', {})).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
});

it('describes an execution with its input, and knows one that is not there', async () => {
  const startDate = new Date(1_000);
  sfn
    .on(DescribeExecutionCommand)
    .resolvesOnce({
      status: 'FAILED',
      startDate,
      stopDate: new Date(2_000),
      input: '{"run":1}',
      error: 'E',
      cause: 'c',
    })
    .resolvesOnce({ status: 'PENDING_REDRIVE', startDate, input: 'cut off {' })
    .rejects(named('ExecutionDoesNotExist'));
  expect(await executions.describe('booking', 'n-1')).toEqual({
    saga: 'booking',
    name: 'n-1',
    status: 'FAILED',
    startedAtMs: 1_000,
    endedAtMs: 2_000,
    input: { run: 1 },
    error: 'E',
    cause: 'c',
  });
  expect(await executions.describe('booking', 'n-1')).toMatchObject({ status: 'RUNNING', input: 'cut off {' });
  expect(await executions.describe('booking', 'n-1')).toBeUndefined();
  expect(sfn.commandCalls(DescribeExecutionCommand)[0]?.args[0].input.executionArn).toBe(
    'arn:aws:states:eu-west-1:111122223333:execution:triage-dev-booking:n-1',
  );
});

it('reads a history over its pages, no more than asked for, with what each event is about', async () => {
  sfn
    .on(GetExecutionHistoryCommand)
    .resolvesOnce({
      events: [
        { id: 1, type: 'ExecutionStarted', timestamp: new Date(5), executionStartedEventDetails: { input: '{}' } },
        { id: 2, type: 'TaskStateEntered', timestamp: new Date(6), stateEnteredEventDetails: { name: 'Payment' } },
      ],
      nextToken: 'more',
    })
    .resolves({
      events: [
        {
          id: 3,
          type: 'TaskScheduled',
          timestamp: new Date(7),
          taskScheduledEventDetails: {
            resourceType: 'lambda',
            resource: 'invoke.waitForTaskToken',
            region: 'eu-west-1',
            parameters: '{"Payload":{"token":"T1"}}',
          },
        },
        {
          id: 4,
          type: 'TaskFailed',
          timestamp: new Date(8),
          taskFailedEventDetails: { resourceType: 'lambda', resource: 'invoke', error: 'E', cause: 'c' },
        },
      ],
    });
  const history = await executions.history('booking', 'n-1', 3);
  expect(history).toEqual([
    { id: 1, atMs: 5, type: 'ExecutionStarted' },
    { id: 2, atMs: 6, type: 'TaskStateEntered', state: 'Payment' },
    { id: 3, atMs: 7, type: 'TaskScheduled', taskToken: 'T1' },
  ]);
});

it('lists by status, and answers tasks that wait', async () => {
  sfn.on(ListExecutionsCommand).resolves({
    executions: [
      { name: 'b', status: 'RUNNING', startDate: new Date(2), executionArn: '', stateMachineArn: '' },
      { name: 'a', status: 'RUNNING', startDate: new Date(1), executionArn: '', stateMachineArn: '' },
    ],
  });
  expect(await executions.list('booking', { limit: 1, status: 'RUNNING' })).toEqual([
    { saga: 'booking', name: 'b', status: 'RUNNING', startedAtMs: 2 },
  ]);
  sfn.on(SendTaskSuccessCommand).resolvesOnce({}).rejects(named('TaskTimedOut'));
  expect(await executions.answer('T1', { approved: true })).toBe('answered');
  expect(await executions.answer('T1', { approved: true })).toBe('gone');
});
