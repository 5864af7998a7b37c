/** Proves that deliveries of logs are passed on as often as is asked for, are counted, and go by the old way when the tap is gone. */
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { type LogTap, tapLogs } from '../../local/faults/log-tap';

const ADDRESS = 'MINISTACK_LAMBDA_PROXY_URL';
const lambda = mockClient(LambdaClient);

describe('the tap on the deliveries of logs', () => {
  let tap: LogTap;
  const environments = () =>
    lambda
      .commandCalls(UpdateFunctionConfigurationCommand)
      .map(({ args: [{ input }] }) => input.Environment?.Variables ?? {});
  const begin = async (times: readonly number[]) => {
    const left = [...times];
    const next = () => left.shift() ?? 1;
    tap = await tapLogs({ lambda: new LambdaClient({}), functionName: 'monitor', alias: 'live', times: next });
  };
  const deliver = (body: string) => fetch(environments()[0]?.[ADDRESS] ?? '', { method: 'POST', body });
  const passed = () =>
    lambda.commandCalls(InvokeCommand).map(({ args: [{ input }] }) => [input.Qualifier, String(input.Payload)]);

  beforeEach(() => {
    lambda.reset();
    lambda.on(GetFunctionConfigurationCommand).resolves({ Environment: { Variables: { A: '1' } } });
    lambda.on(InvokeCommand).resolves({});
  });

  it('drops one, passes one on, and another twice, as they come', async () => {
    await begin([0, 1, 2]);
    for (const body of ['a', 'b', 'c']) expect((await deliver(body)).status).toBe(200);
    expect(passed()).toEqual([
      ['live', 'b'],
      ['live', 'c'],
      ['live', 'c'],
    ]);
    expect(tap.counts()).toEqual({ came: 3, dropped: 1, repeated: 1 });
    await tap.stop();
  });

  it('passes on again what could not be taken', async () => {
    lambda.on(InvokeCommand).rejectsOnce(new Error('throttled')).resolves({});
    await begin([1]);
    await deliver('a');
    while (passed().length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(passed()).toEqual([
      ['live', 'a'],
      ['live', 'a'],
    ]);
    await tap.stop();
  });

  it('leaves the function as it was', async () => {
    await begin([]);
    await tap.stop();
    expect(environments()).toEqual([{ A: '1', [ADDRESS]: expect.stringMatching(/^http:/) }, { A: '1' }]);
  });
});
