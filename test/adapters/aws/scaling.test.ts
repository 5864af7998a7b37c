/** Proves how a lane's load is read from metrics that come late, and how capacity is read and changed by Lambda's API. */
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DeleteProvisionedConcurrencyConfigCommand,
  GetAliasCommand,
  GetEventSourceMappingCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
  ProvisionedConcurrencyConfigNotFoundException,
  PutProvisionedConcurrencyConfigCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { createCapacity, createLoads } from '../../../adapters/aws';
import 'aws-sdk-client-mock-jest';

const cloudWatch = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
beforeEach(() => {
  cloudWatch.reset();
  lambda.reset();
});

const MINUTE_MS = 60_000;
const NOW_MINUTE = 28_000_000;
const NOW_MS = NOW_MINUTE * MINUTE_MS + 30_000;

/** Series by query id, values by minutes before the running one. */
function answer(series: Readonly<Record<string, Readonly<Record<number, number>>>>) {
  const MetricDataResults = Object.entries(series).map(([Id, points]) => ({
    Id,
    Timestamps: Object.keys(points).map((ago) => new Date((NOW_MINUTE - Number(ago)) * MINUTE_MS)),
    Values: Object.values(points),
  }));
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults });
}

const loads = (watermark = { oldestSentAtMs: 0, seenAtMs: 0, backlog: 0 }) =>
  createLoads({
    cloudWatch: new CloudWatchClient({}),
    control: { watermark: async (lane) => ({ lane, ...watermark }) },
    environment: 'dev',
    namespace: 'Triage',
  });
const read = async (fromMinutesAgo: number, watermark?: Parameters<typeof loads>[0]) => {
  const wanted = [{ lane: 'critical', fromMinute: NOW_MINUTE - fromMinutesAgo }];
  const load = (await loads(watermark).read(wanted, NOW_MS)).get('critical');
  if (load === undefined) throw new Error('no load');
  return load;
};
const ago = ({ arrivals }: { readonly arrivals: readonly { readonly minute: number; readonly count: number }[] }) =>
  arrivals.map(({ minute, count }) => [NOW_MINUTE - minute, count]);

describe('loads', () => {
  it('takes a minute without a figure as empty once a later one is reported, or once it is old', async () => {
    answer({ accepted0: { 6: 60, 2: 20 } });
    expect(ago(await read(7))).toEqual([
      [7, 0],
      [6, 60],
      [5, 0],
      [4, 0],
      [3, 0],
      [2, 20],
    ]);
  });

  it('leaves the young end open where nothing is reported yet', async () => {
    answer({});
    expect(ago(await read(5))).toEqual([
      [5, 0],
      [4, 0],
    ]);
  });

  it('asks for each lane by its dimensions, up to the last completed minute', async () => {
    answer({});
    await read(5);
    const { input } = cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0] ?? {};
    expect(input?.EndTime).toEqual(new Date(NOW_MINUTE * MINUTE_MS));
    expect(input?.MetricDataQueries?.[0]?.MetricStat).toEqual({
      Metric: {
        Namespace: 'Triage',
        MetricName: 'accepted',
        Dimensions: [
          { Name: 'environment', Value: 'dev' },
          { Name: 'stage', Value: 'ingestion' },
          { Name: 'lane', Value: 'critical' },
        ],
      },
      Period: 60,
      Stat: 'Sum',
    });
  });

  it('adds up the invocations of the last quarter of an hour, in seconds', async () => {
    answer({
      invocations0: { 1: 3, 15: 1, 16: 100 },
      records0: { 1: 9, 16: 100 },
      recordsSquared0: { 1: 33 },
      busy0: { 1: 1500 },
      busySquared0: { 1: 2_000_000 },
      recordBusy0: { 1: 5000 },
      init0: { 1: 200, 2: 400 },
    });
    expect((await read(20)).invocations).toEqual({
      invocations: 4,
      records: 9,
      recordsSquared: 33,
      busySeconds: 1.5,
      busySecondsSquared: 2,
      recordBusySeconds: 5,
      initSeconds: 0.3,
    });
  });

  it('says how old what waits is, and that nothing is where nothing waits', async () => {
    answer({ busy0: { 1: 5 } });
    const seen = { oldestSentAtMs: NOW_MS - 12_000, seenAtMs: NOW_MS - 1000 };
    expect(await read(1, { ...seen, backlog: 3 })).toMatchObject({ backlog: 3, oldestAgeSeconds: 12 });
    expect(await read(1, { ...seen, backlog: 0 })).toMatchObject({ backlog: 0, oldestAgeSeconds: 0 });
  });

  it('is as old as its last figure where the runner was at work long after that', async () => {
    answer({ busy0: { 10: 5 } });
    const last = (NOW_MINUTE - 9) * MINUTE_MS;
    const at = async (seenAtMs: number) => (await read(1, { oldestSentAtMs: 1, seenAtMs, backlog: 0 })).observedAtMs;
    expect(await at(NOW_MS - 1000)).toBe(last);
    expect(await at(last + 2 * MINUTE_MS)).toBe(NOW_MS);
  });
});

describe('capacity', () => {
  const capacity = createCapacity({
    lambda: new LambdaClient({}),
    alias: 'live',
    lanes: { critical: { runner: 'runner', mappingId: 'id' } },
    account: { concurrencyLimit: 1000, reservedElsewhere: 20 },
  });
  const target = { FunctionName: 'runner', Qualifier: 'live' };
  const none = () => new ProvisionedConcurrencyConfigNotFoundException({ message: 'none', $metadata: {} });

  it('reads a lane that has all of it', async () => {
    lambda.on(GetProvisionedConcurrencyConfigCommand, target).resolves({
      RequestedProvisionedConcurrentExecutions: 9,
      AllocatedProvisionedConcurrentExecutions: 4,
      Status: 'IN_PROGRESS',
    });
    lambda.on(GetAliasCommand).resolves({ RoutingConfig: { AdditionalVersionWeights: { 7: 0.1 } } });
    lambda.on(GetEventSourceMappingCommand, { UUID: 'id' }).resolves({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      ScalingConfig: { MaximumConcurrency: 50 },
    });
    expect(await capacity.read('critical')).toEqual({
      provisionedRequested: 9,
      provisionedAllocated: 4,
      provisionedStatus: 'in-progress',
      maximumConcurrency: 50,
      batchSize: 100,
      batchWindowSeconds: 5,
      deploying: true,
    });
  });

  it('counts provisioned pollers as ten concurrent invocations each, and changes their greatest number', async () => {
    const polled = createCapacity({
      lambda: new LambdaClient({}),
      alias: 'live',
      lanes: { critical: { runner: 'runner', mappingId: 'id', leastPollers: 2 } },
      account: { concurrencyLimit: 1000, reservedElsewhere: 20 },
    });
    lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(none());
    lambda.on(GetAliasCommand).resolves({});
    lambda
      .on(GetEventSourceMappingCommand)
      .resolves({ ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 6 } });
    lambda.on(UpdateEventSourceMappingCommand).resolves({});
    expect(await polled.read('critical')).toMatchObject({ maximumConcurrency: 60 });
    await polled.updateMapping('critical', { maximumConcurrency: 40, batchSize: 1, batchWindowSeconds: 0 });
    expect(lambda.commandCalls(UpdateEventSourceMappingCommand).map(({ args }) => args[0].input)).toEqual([
      {
        UUID: 'id',
        BatchSize: 1,
        MaximumBatchingWindowInSeconds: 0,
        ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 4 },
      },
    ]);
  });

  it('reads a request that AWS gave up as failed, and what it knows no name for too', async () => {
    lambda.on(GetAliasCommand).resolves({});
    lambda.on(GetEventSourceMappingCommand).resolves({});
    for (const Status of ['FAILED', 'LATER'] as const) {
      lambda.on(GetProvisionedConcurrencyConfigCommand).resolves({
        RequestedProvisionedConcurrentExecutions: 9,
        AllocatedProvisionedConcurrentExecutions: 0,
        Status: Status as 'FAILED',
      });
      expect(await capacity.read('critical')).toMatchObject({
        provisionedRequested: 9,
        provisionedAllocated: 0,
        provisionedStatus: 'failed',
      });
    }
  });

  it('reads a lane that has nothing set', async () => {
    lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(none());
    lambda.on(GetAliasCommand).resolves({});
    lambda.on(GetEventSourceMappingCommand).resolves({});
    expect(await capacity.read('critical')).toEqual({
      provisionedRequested: 0,
      provisionedAllocated: 0,
      provisionedStatus: 'none',
      maximumConcurrency: 1000,
      batchSize: 10,
      batchWindowSeconds: 0,
      deploying: false,
    });
  });

  it('passes every other error on', async () => {
    lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(new Error('throttled'));
    lambda.on(GetAliasCommand).resolves({});
    lambda.on(GetEventSourceMappingCommand).resolves({});
    await expect(capacity.read('critical')).rejects.toThrow('throttled');
    await expect(capacity.read('other')).rejects.toThrow('no runner is known for lane other');
    lambda.on(DeleteProvisionedConcurrencyConfigCommand).rejects(new Error('denied'));
    await expect(capacity.release('critical')).rejects.toThrow('denied');
  });

  it('changes one thing by one call', async () => {
    lambda.on(PutProvisionedConcurrencyConfigCommand).resolves({});
    lambda.on(DeleteProvisionedConcurrencyConfigCommand).rejects(none());
    lambda.on(UpdateEventSourceMappingCommand).resolves({});
    await capacity.provision('critical', 3);
    await capacity.release('critical');
    await capacity.updateMapping('critical', { maximumConcurrency: 8, batchSize: 4, batchWindowSeconds: 0 });
    expect(lambda).toHaveReceivedCommandWith(PutProvisionedConcurrencyConfigCommand, {
      ...target,
      ProvisionedConcurrentExecutions: 3,
    });
    expect(lambda).toHaveReceivedCommandWith(UpdateEventSourceMappingCommand, {
      UUID: 'id',
      BatchSize: 4,
      MaximumBatchingWindowInSeconds: 0,
      ScalingConfig: { MaximumConcurrency: 8 },
    });
    expect(lambda.calls()).toHaveLength(3);
  });
});
