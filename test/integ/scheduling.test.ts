/**
 * Proves each lane's controller on the deployed stacks: load that rises and falls shows in its decisions and in the lane's real
 * configuration, a replay decides the same, and what disturbs a step does no harm. The past is written as metrics, since nobody waits
 * for minutes of load; everything from the reading of metrics on is the deployed function's own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  GetAliasCommand,
  GetEventSourceMappingCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  ListEventSourceMappingsCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { type Connection, connect } from '../../cli/connection';
import { LIVE_ALIAS } from '../../core/contracts/names';
import type { StepDecision } from '../../lambdas/scheduling/controller/core';
import { settledAudit, triage, until } from './platform';

const MINUTE_MS = 60_000;
let connection: Connection;
const runner = (lane: string) => ({ FunctionName: connection.names.runnerFunction(lane), Qualifier: LIVE_ALIAS });

/** One step, as the schedule would run it. */
async function step(lane: string): Promise<string> {
  const { Payload, FunctionError } = await connection.clients.lambda.send(
    new InvokeCommand({ FunctionName: connection.names.controllerFunction(lane), Qualifier: LIVE_ALIAS }),
  );
  const answer = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(answer);
  return JSON.parse(answer) as string;
}

async function decisions(lane: string): Promise<readonly (StepDecision & { readonly replay: string })[]> {
  return JSON.parse(await triage('decisions', lane, '--replay', '--json', '--limit', '100'));
}

async function latest(lane: string) {
  const [first] = await decisions(lane);
  if (first === undefined) throw new Error(`no decision of ${lane}`);
  return first;
}

/** What the functions would have measured: events per minute, oldest first, the last one in the minute that has just ended. */
async function writePast(lane: string, eventsPerMinute: readonly number[]): Promise<void> {
  const { endpoint = '', region, clients } = connection;
  const cloudWatch = new CloudWatchClient({ endpoint, region, credentials: clients.lambda.config.credentials });
  const nowMinute = Math.floor(Date.now() / MINUTE_MS);
  const put = (stage: string, MetricName: string, Value: number, minute: number) => ({
    MetricName,
    Value,
    Timestamp: new Date(minute * MINUTE_MS),
    Dimensions: [
      { Name: 'environment', Value: 'local' },
      { Name: 'stage', Value: stage },
      { Name: 'lane', Value: lane },
    ],
  });
  const data = eventsPerMinute.flatMap((count, index) => {
    const minute = nowMinute - eventsPerMinute.length + index;
    // A tenth of a second per record, one record per invocation.
    return [
      put('ingestion', 'accepted', count, minute),
      put('execution', 'records', 1, minute),
      put('execution', 'recordsSquared', 1, minute),
      put('execution', 'busy', 100, minute),
      put('execution', 'busySquared', 10_000, minute),
      put('execution', 'recordBusy', 100, minute),
    ];
  });
  for (let from = 0; from < data.length; from += 500)
    await cloudWatch.send(new PutMetricDataCommand({ Namespace: 'Triage', MetricData: data.slice(from, from + 500) }));
}

async function provisioned(lane: string): Promise<number> {
  try {
    const config = await connection.clients.lambda.send(new GetProvisionedConcurrencyConfigCommand(runner(lane)));
    return config.RequestedProvisionedConcurrentExecutions ?? 0;
  } catch (error) {
    if ((error as Error).name === 'ProvisionedConcurrencyConfigNotFoundException') return 0;
    throw error;
  }
}

async function mapping(lane: string) {
  const { clients, names } = connection;
  const { EventSourceMappings = [] } = await clients.lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: `${names.runnerFunction(lane)}:${LIVE_ALIAS}` }),
  );
  return clients.lambda.send(new GetEventSourceMappingCommand({ UUID: EventSourceMappings[0]?.UUID }));
}

const codes = ({ reasons }: StepDecision) => reasons.map(({ code }) => code);

describe('the controllers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'triage-scheduling-'));

  beforeAll(async () => {
    await triage('up', '--json');
    connection = await connect('local');
    // The minute's own schedule would run between the test's steps.
    await triage('scheduling', 'off');
  }, 300_000);
  afterAll(async () => {
    await triage('down');
    rmSync(folder, { recursive: true });
  }, 60_000);

  it('do nothing while they are switched off, and change nothing in a dry run', async () => {
    await writePast(
      'critical',
      Array.from({ length: 60 }, () => 6_000),
    );
    expect(await step('critical')).toBe('off');
    await triage('scheduling', 'on');
    await triage('scheduling', 'dry-run', 'critical');
    expect(await step('critical')).toBe('decided');
    expect((await latest('critical')).outcome.map(({ result }) => result)).toContain('dry-run');
    expect(await provisioned('critical')).toBe(0);
    await triage('scheduling', 'on', 'critical');
  }, 60_000);

  it('raise warm capacity when load has risen: the decision says why, the alias has it, a replay agrees', async () => {
    expect(await step('critical')).toBe('decided');
    const decision = await latest('critical');
    expect(decision.replay).toBe('same');
    expect(codes(decision)).toContain('raise');
    expect(decision.outcome).toContainEqual({ action: 'provision', result: 'done' });
    expect(decision.plan?.provisioned).toBeGreaterThan(0);
    expect(await provisioned('critical')).toBe(decision.plan?.provisioned);
    const { BatchSize, ScalingConfig } = await mapping('critical');
    expect(BatchSize).toBe(decision.plan?.batchSize);
    expect(ScalingConfig?.MaximumConcurrency).toBe(decision.plan?.maximumConcurrency);
  }, 60_000);

  it('act on their own lane only', async () => {
    expect(await provisioned('bulk')).toBe(0);
    expect(await provisioned('high')).toBe(0);
  });

  it('go back to the floor when load has fallen and five steps agree, the cap a step before the warm capacity', async () => {
    await connection.clients.lambda.send(
      new PutProvisionedConcurrencyConfigCommand({ ...runner('high'), ProvisionedConcurrentExecutions: 4 }),
    );
    await writePast('high', [...Array.from({ length: 40 }, () => 6_000), ...Array.from({ length: 100 }, () => 0)]);
    const seen: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      expect(await step('high')).toBe('decided');
      seen.push(await provisioned('high'));
      if (count === 4) expect(codes(await latest('high'))).toContain('lower-cap-first');
    }
    expect(seen).toEqual([4, 4, 4, 4, 4, 0]);
    expect(codes(await latest('high'))).toContain('lower');
  }, 60_000);

  it('split chains while a backlog waits that free environments could take, and lose none of it', async () => {
    const journal = join(folder, 'journal.ndjson');
    await triage('lane', 'pause', 'normal');
    await triage('load', '--count', '300', '--mix', 'normal=1', '--seed', '3', '--journal', journal);
    await writePast('normal', [60, 60, 60]);
    await until(
      'the controller sees the backlog and begins to split',
      async () => {
        await step('normal');
        return (await latest('normal')).plan?.form;
      },
      (form) => form === 'split',
      60_000,
    );
    await triage('lane', 'resume', 'normal');
    const report = await settledAudit(journal, 120_000);
    expect(report).toMatchObject({ balanced: true, findings: [], inFlight: 0 });
    expect(report.outcomes.DONE).toBe(report.accepted);
  }, 240_000);

  it('run one at a time for a lane, however many are invoked at once', async () => {
    const before = (await decisions('critical')).length;
    const results = await Promise.all([step('critical'), step('critical'), step('critical')]);
    expect(results.filter((each) => each === 'decided').length).toBe((await decisions('critical')).length - before);
    expect(results).toContain('held-by-another');
  }, 60_000);

  it('start anew from a state that is garbage', async () => {
    await connection.clients.dynamo.send(
      new UpdateItemCommand({
        TableName: connection.names.controlTable,
        Key: { id: { S: 'controller#critical' } },
        UpdateExpression: 'SET #state = :garbage',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':garbage': { B: Buffer.from('no gzip') } },
      }),
    );
    expect(await step('critical')).toBe('decided');
    expect((await latest('critical')).stateBefore).toMatchObject({ forecasts: {} });
  }, 60_000);

  it('keep their hands off warm capacity while a deploy moves the alias', async () => {
    const { lambda } = connection.clients;
    const alias = { FunctionName: connection.names.runnerFunction('critical'), Name: LIVE_ALIAS };
    const { FunctionVersion = '1' } = await lambda.send(new GetAliasCommand(alias));
    await writePast(
      'critical',
      Array.from({ length: 3 }, () => 60_000),
    );
    const before = await provisioned('critical');
    await lambda.send(
      new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights: { [FunctionVersion]: 0.1 } } }),
    );
    expect(await step('critical')).toBe('decided');
    expect(codes(await latest('critical'))).toContain('deploying');
    expect(await provisioned('critical')).toBe(before);
    await lambda.send(new UpdateAliasCommand({ ...alias, RoutingConfig: { AdditionalVersionWeights: {} } }));
  }, 60_000);
});
