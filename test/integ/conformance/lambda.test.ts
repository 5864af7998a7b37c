/** Proves what Triage needs of functions and queue mappings: partial failures, lanes side by side, aliases, error names, time-outs. */

import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateAliasCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { behaviours, eventually, unique } from './behaviour';
import { code, invoke, lambdaOf, makeFunction, makeMapping, makeQueue, untilSaid } from './resources';

const echo = 'exports.handler = async (event) => { for (const r of event.Records) say(r.body); };';
const sizes = 'exports.handler = async (event) => say(event.Records.length);';

behaviours('Lambda', {
  'a line in embedded metric format becomes metrics under its dimensions': async (endpoint) => {
    const lane = unique('lane');
    const document = {
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          { Namespace: 'TriageConformance', Dimensions: [['lane']], Metrics: [{ Name: 'busy', Unit: 'Milliseconds' }] },
        ],
      },
      lane,
      busy: [10, 30],
    };
    const name = await makeFunction(
      endpoint,
      `exports.handler = async () => { console.log(${JSON.stringify(JSON.stringify(document))}); };`,
    );
    await invoke(endpoint, name, {});
    const cloudWatch = new CloudWatchClient(endpoint.client);
    const query = (Id: string, Stat: string, value: string) => ({
      Id,
      MetricStat: {
        Metric: { Namespace: 'TriageConformance', MetricName: 'busy', Dimensions: [{ Name: 'lane', Value: value }] },
        Period: 60,
        Stat,
      },
    });
    const read = async () => {
      const { MetricDataResults = [] } = await cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 120_000),
          EndTime: new Date(Date.now() + 60_000),
          MetricDataQueries: [
            query('sum', 'Sum', lane),
            query('count', 'SampleCount', lane),
            query('other', 'Sum', `${lane}-other`),
          ],
        }),
      );
      return MetricDataResults.map(({ Id, Values = [] }) => [Id, ...Values]);
    };
    // Log delivery takes its time on AWS.
    await eventually('the metric', async () => ((await read())[0]?.length === 2 ? true : undefined), 180_000);
    expect(await read()).toEqual([['sum', 40], ['count', 2], ['other']]);
  },
  'only the records that a batch reports as failed come back': async (endpoint) => {
    const deadLetter = await makeQueue(endpoint);
    const queue = await makeQueue(endpoint, { deadLetter, receives: 2, visibility: 3 });
    for (const body of ['good', 'bad', 'fine']) await queue.send(body);
    const name = await makeFunction(
      endpoint,
      `exports.handler = async (event) => ({ batchItemFailures: event.Records
        .filter((r) => { say(r.body); return r.body === 'bad'; }).map((r) => ({ itemIdentifier: r.messageId })) });`,
      3,
    );
    await makeMapping(endpoint, name, queue.arn, { FunctionResponseTypes: ['ReportBatchItemFailures'] });
    const dead = await eventually(
      'dead letter',
      async () => (await deadLetter.receive()).map((each) => each.Body)[0],
      15_000,
    );
    expect(dead).toBe('bad');
    expect((await untilSaid(endpoint, name, 4)).sort()).toEqual(['bad', 'bad', 'fine', 'good']);
  },
  'a batch whose handler throws comes back whole, then is a dead letter': async (endpoint) => {
    const deadLetter = await makeQueue(endpoint);
    const queue = await makeQueue(endpoint, { deadLetter, receives: 2, visibility: 3 });
    await queue.send('boom');
    const name = await makeFunction(endpoint, "exports.handler = async () => { throw new Error('no'); };", 3);
    await makeMapping(endpoint, name, queue.arn);
    await eventually('dead letter', async () => (await deadLetter.receive())[0]?.Body, 15_000);
    expect((await queue.counts()).visible).toBe(0);
  },
  'a slow lane does not hold up another': async (endpoint) => {
    const [slow, quick] = [await makeQueue(endpoint), await makeQueue(endpoint)];
    const slowly = await makeFunction(endpoint, 'exports.handler = async () => { await sleep(5000); say("slow"); };');
    const quickly = await makeFunction(endpoint, echo);
    await makeMapping(endpoint, slowly, slow.arn, { BatchSize: 1 });
    await makeMapping(endpoint, quickly, quick.arn);
    for (let index = 0; index < 8; index++) await slow.send('work');
    await eventually('slow lane busy', async () => ((await slow.counts()).inFlight > 0 ? true : undefined));
    await quick.send('urgent');
    expect(await untilSaid(endpoint, quickly, 1, 3_000)).toEqual(['urgent']);
  },
  'a mapping keeps to its maximum concurrency': async (endpoint) => {
    const queue = await makeQueue(endpoint);
    const name = await makeFunction(endpoint, 'exports.handler = async () => { say(Date.now()); await sleep(700); };');
    await makeMapping(endpoint, name, queue.arn, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } });
    for (let index = 0; index < 4; index++) await queue.send(String(index));
    const starts = ((await untilSaid(endpoint, name, 4)) as number[]).sort((a, b) => a - b);
    expect((starts[2] ?? 0) - (starts[0] ?? 0)).toBeGreaterThanOrEqual(690);
  },
  'a batch of more than ten is delivered whole': async (endpoint) => {
    const queue = await makeQueue(endpoint);
    const name = await makeFunction(endpoint, sizes);
    for (let index = 0; index < 30; index++) await queue.send(String(index));
    await makeMapping(endpoint, name, queue.arn, { BatchSize: 100, MaximumBatchingWindowInSeconds: 3 });
    const batches = (await untilSaid(endpoint, name, 1)) as number[];
    expect(Math.max(...batches)).toBeGreaterThan(10);
  },
  'a mapping on an alias follows it to the new version': async (endpoint) => {
    const lambda = lambdaOf(endpoint);
    const queue = await makeQueue(endpoint);
    const of = (version: string) => `exports.handler = async (event) => { if (event.Records) say('${version}'); };`;
    const FunctionName = await makeFunction(endpoint, of('one'));
    const { Version: one } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    const alias = { FunctionName, Name: 'live' };
    await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: one }));
    await makeMapping(endpoint, `${FunctionName}:live`, queue.arn);
    await queue.send('first');
    expect(await untilSaid(endpoint, FunctionName, 1)).toEqual(['one']);
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: code(of('two')) }));
    await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 30 }, { FunctionName });
    await queue.send('still the old version');
    expect(await untilSaid(endpoint, FunctionName, 2)).toEqual(['one', 'one']);
    const { Version: two } = await lambda.send(new PublishVersionCommand({ FunctionName }));
    await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: two }));
    await eventually('the new version', async () => {
      await queue.send('moved');
      return (await untilSaid(endpoint, FunctionName, 3)).includes('two') ? true : undefined;
    });
  },
  'a thrown error reaches the caller under its own name': async (endpoint) => {
    const name = await makeFunction(
      endpoint,
      `class RetryableError extends Error { constructor(m) { super(m); this.name = 'RetryableError'; } }
       exports.handler = async () => { throw new RetryableError('busy'); };`,
    );
    const answer = await invoke(endpoint, name);
    expect(answer.error).toBe('Unhandled');
    expect(answer.body).toMatchObject({ errorType: 'RetryableError', errorMessage: 'busy' });
  },
  'a throw leaves the execution environment warm': async (endpoint) => {
    const name = await makeFunction(
      endpoint,
      'let calls = 0; exports.handler = async () => { calls += 1; if (calls === 1) throw new Error("x"); return calls; };',
    );
    await invoke(endpoint, name);
    expect((await invoke(endpoint, name)).body).toBe(2);
  },
  'a function is ended at its time-out and knows what is left of it': async (endpoint) => {
    const name = await makeFunction(
      endpoint,
      `exports.handler = async (event, context) => {
         if (!event.sleep) return context.getRemainingTimeInMillis();
         await sleep(5000); };`,
      1,
    );
    const left = (await invoke(endpoint, name)).body as number;
    expect(left).toBeGreaterThan(500);
    expect(left).toBeLessThanOrEqual(1_000);
    const { body } = await invoke(endpoint, name, { sleep: true });
    expect(body).toMatchObject({ errorMessage: expect.stringContaining('Task timed out after 1.00 seconds') });
  },
  'reserved concurrency refuses the call beyond it': async (endpoint) => {
    const FunctionName = await makeFunction(endpoint, 'exports.handler = async () => { await sleep(1500); };');
    await lambdaOf(endpoint).send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }));
    const calls = await Promise.allSettled([invoke(endpoint, FunctionName), invoke(endpoint, FunctionName)]);
    // The SDK tries a throttled call again, so the second one is late or refused, never at the same time.
    expect(calls.some((call) => call.status === 'fulfilled')).toBe(true);
    const direct = lambdaOf({ ...endpoint, client: { ...endpoint.client, ...{ maxAttempts: 1 } } });
    const { InvokeCommand } = await import('@aws-sdk/client-lambda');
    // Two at once, so that one of them is the one too many, whatever is still running.
    await eventually('throttled', async () => {
      const both = await Promise.allSettled([1, 2].map(() => direct.send(new InvokeCommand({ FunctionName }))));
      const refused = both.flatMap((call) => (call.status === 'rejected' ? [call.reason as Error] : []));
      return refused.some((error) => error.name === 'TooManyRequestsException') ? true : undefined;
    });
  },
});
