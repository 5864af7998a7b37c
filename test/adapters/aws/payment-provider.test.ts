/** What the payment function's answers and failures mean: unknown wherever it may have acted, and nothing taken on trust. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { createPaymentProvider } from '../../../adapters/aws';

const lambda = mockClient(LambdaClient);
beforeEach(() => lambda.reset());
const provider = createPaymentProvider({ lambda: new LambdaClient({ region: 'us-east-1' }), functionName: 'pay:live' });
const charge = { key: 'k', amountCents: 100, card: 'tok' };
const payment = { key: 'k', status: 'captured', id: 'pay:k', amountCents: 100, card: 'tok', charges: 1 };
const answers = (value: unknown, more: object = {}) =>
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(value)) as never, ...more });
const named = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });

it('asks the function by operation and key, and takes its answer', async () => {
  answers({ status: 'captured', payment });
  expect(await provider.charge(charge)).toEqual({ status: 'captured', payment });
  expect(await provider.refund('k')).toMatchObject({ status: 'captured' });
  answers({ status: 'none' });
  expect(await provider.find('k')).toEqual({ status: 'none' });
  const sent = lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => JSON.parse(String(input.Payload)));
  expect(sent).toEqual([
    { operation: 'charge', charge },
    { operation: 'refund', key: 'k' },
    { operation: 'find', key: 'k' },
  ]);
});

it('does not know what became of a call that timed out, was cut off, or whose function died', async () => {
  for (const error of [named('TimeoutError'), named('ECONNRESET'), named('ServiceException', { $fault: 'server' })]) {
    lambda.reset();
    lambda.on(InvokeCommand).rejects(error);
    expect((await provider.charge(charge)).status).toBe('unknown');
  }
  answers({ errorType: 'Runtime.ExitError', errorMessage: 'killed' }, { FunctionError: 'Unhandled' });
  expect(await provider.charge(charge)).toEqual({ status: 'unknown', words: 'Runtime.ExitError: killed' });
});

it('does not know what became of a call whose answer is not as agreed', async () => {
  for (const strange of [null, {}, { status: 'ok' }, { status: 'captured' }, 'captured']) {
    answers(strange);
    expect((await provider.charge(charge)).status).toBe('unknown');
  }
});

it('fails by name where nothing was done: again later, or never', async () => {
  lambda.on(InvokeCommand).rejects(named('TooManyRequestsException', { $fault: 'client' }));
  await expect(provider.charge(charge)).rejects.toMatchObject({ name: 'RetryableError' });
  lambda.on(InvokeCommand).rejects(named('AccessDeniedException', { $fault: 'client' }));
  await expect(provider.charge(charge)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  answers({ errorType: 'TerminalError', errorMessage: 'no such card' }, { FunctionError: 'Unhandled' });
  await expect(provider.charge(charge)).rejects.toMatchObject({ name: 'TerminalError', message: 'no such card' });
});
