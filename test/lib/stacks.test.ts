/** Proves what matters in the templates: references by name, the environment contract, dead-letter queues, encryption, aliases. */
import { loadConfiguration } from '../../config';
import { FUNCTION_ENVIRONMENTS, type FunctionKind } from '../../core/contracts/functions';
import { PLATFORM_FUNCTIONS } from '../../core/contracts/names';
import { resourcesOf, synthesized, type Templates } from './synthesized';

const configuration = loadConfiguration('dev');
let templates: Templates;
beforeAll(async () => {
  templates = await synthesized(configuration);
}, 120_000);
const all = (type: string) => Object.values(templates).flatMap((template) => resourcesOf(template, type));

function kindOf(functionName: string): FunctionKind {
  if (functionName.startsWith('triage-dev-controller-')) return 'controller';
  if (functionName === 'triage-dev-runner-sagas') return 'coordinator';
  if (functionName === 'triage-dev-settle') return 'settle';
  if (functionName.startsWith('triage-dev-provider-double-')) return 'provider-double';
  if (/^triage-dev-(booking|layers)-/.test(functionName)) return 'step';
  return PLATFORM_FUNCTIONS.find((kind) => functionName === `triage-dev-${kind}`) ?? 'runner';
}

describe('references between stacks', () => {
  it('are names only: no stack exports or imports a value', () => {
    for (const template of Object.values(templates)) expect(template.text).not.toMatch(/Fn::ImportValue|"Export"/);
  });

  it('leave the other lanes as they are when a lane is removed', async () => {
    const without = await synthesized({
      ...configuration,
      lanes: configuration.lanes.filter((lane) => lane.name !== 'ordered'),
    });
    const names = resourcesOf(without.lanes, 'AWS::SQS::Queue').map((queue) => queue.QueueName);
    expect(names).not.toContain('triage-dev-lane-ordered.fifo');
    expect(names).toContain('triage-dev-lane-critical');
    for (const template of Object.values(without)) expect(template.text).not.toContain('lane-ordered');
  }, 120_000);
});

describe('functions', () => {
  it('are given exactly the variables that they read', () => {
    for (const properties of all('AWS::Lambda::Function')) {
      const expected = Object.keys(FUNCTION_ENVIRONMENTS[kindOf(properties.FunctionName)].entries).sort();
      expect([properties.FunctionName, Object.keys(properties.Environment.Variables).sort()]).toEqual([
        properties.FunctionName,
        expected,
      ]);
    }
  });

  it('run on arm64 with tracing and a log group of their own with retention', () => {
    const groups = all('AWS::Logs::LogGroup');
    const functions = all('AWS::Lambda::Function');
    expect(functions).toHaveLength(36);
    const machines = all('AWS::StepFunctions::StateMachine');
    expect(groups).toHaveLength(functions.length + machines.length);
    for (const group of groups) expect(group.RetentionInDays).toBe(14);
    for (const each of functions) {
      expect([each.Architectures, each.Runtime, each.TracingConfig]).toEqual([
        ['arm64'],
        'nodejs22.x',
        { Mode: 'Active' },
      ]);
    }
  });

  it('keep their published versions, so that an alias can be moved back', () => {
    const versions = Object.values(templates).flatMap((template) =>
      Object.values(template.resources).filter(({ Type }) => Type === 'AWS::Lambda::Version'),
    );
    expect(versions).toHaveLength(all('AWS::Lambda::Function').length);
    for (const version of versions) expect(version).toMatchObject({ DeletionPolicy: 'Retain' });
  });

  it('are reserved concurrency at least as high as the sum of their mappings', () => {
    const byName = new Map(all('AWS::Lambda::Function').map((each) => [each.FunctionName, each]));
    expect(byName.get('triage-dev-runner-critical')?.ReservedConcurrentExecutions).toBe(20);
    expect(byName.get('triage-dev-ingest')?.ReservedConcurrentExecutions).toBe(21);
  });
});

describe('mappings', () => {
  it('report failures item by item, capped, on the alias', () => {
    const mappings = all('AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(20);
    for (const mapping of mappings) {
      expect(mapping.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
      expect(JSON.stringify(mapping.FunctionName)).toContain(':live');
    }
  });

  it('of lanes are capped by the configuration: by provisioned pollers of ten each, or by a maximum concurrency, never both', async () => {
    const lanes = configuration.lanes.map((lane) => (lane.name === 'critical' ? { ...lane, leastPollers: 2 } : lane));
    const polled = await synthesized({ ...configuration, lanes });
    const capsOf = (lane: string) =>
      resourcesOf(polled.lanes, 'AWS::Lambda::EventSourceMapping')
        .filter((each) => JSON.stringify(each.FunctionName).includes(`Lane${lane}RunnerLive`))
        .map((each) => ({ scaling: each.ScalingConfig, pollers: each.ProvisionedPollerConfig }));
    expect(capsOf('critical')).toEqual([{ scaling: undefined, pollers: { MinimumPollers: 2, MaximumPollers: 2 } }]);
    expect(capsOf('high')).toEqual([{ scaling: { MaximumConcurrency: 20 }, pollers: undefined }]);
  }, 120_000);

  it('of streams have a failure destination and try for less than the stream remembers', () => {
    const streams = all('AWS::Lambda::EventSourceMapping').filter((each) => each.StartingPosition !== undefined);
    expect(streams).toHaveLength(3);
    for (const mapping of streams) {
      expect(mapping.DestinationConfig.OnFailure.Destination).toBeDefined();
      expect(mapping.MaximumRecordAgeInSeconds).toBeLessThan(24 * 3600);
    }
  });
});

it('the publisher is invoked for images that hold an outcome, and for no other write', () => {
  const [mapping] = resourcesOf(templates.state, 'AWS::Lambda::EventSourceMapping').filter(
    (each) => each.StartingPosition !== undefined,
  );
  expect(mapping?.FilterCriteria.Filters.map((each: { Pattern: string }) => JSON.parse(each.Pattern))).toEqual([
    { dynamodb: { NewImage: { kind: { S: [{ exists: true }] } } } },
  ]);
});

it('what the publisher gives up goes to the republisher, which may read the stream and the queue and write what the publisher writes', () => {
  const queue = resourcesOf(templates.state, 'AWS::SQS::Queue').find(
    (each) => each.QueueName === 'triage-dev-publisher-failures',
  );
  // The mapping tries for twelve hours and the stream forgets after 24.
  expect(queue?.RedrivePolicy.maxReceiveCount * queue?.VisibilityTimeout).toBeLessThan(12 * 3600);
  const [policy] = resourcesOf(templates.state, 'AWS::IAM::Policy').filter((each) =>
    each.PolicyName.startsWith('RepublisherRole'),
  );
  const actions = policy?.PolicyDocument.Statement.flatMap((each: { Action: string | string[] }) => each.Action);
  expect(actions.filter((each: string) => /^(dynamodb|events|s3):/.test(each)).sort()).toEqual([
    'dynamodb:GetItem',
    'dynamodb:GetRecords',
    'dynamodb:GetShardIterator',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'events:PutEvents',
  ]);
});

describe('queues', () => {
  it('are encrypted, and have a dead-letter queue where they are not one', () => {
    for (const queue of all('AWS::SQS::Queue')) {
      expect(queue.SqsManagedSseEnabled).toBe(true);
      const isEnd = /-dlq(\.fifo)?$|-stream-failures-/.test(queue.QueueName);
      expect([queue.QueueName, queue.RedrivePolicy !== undefined]).toEqual([queue.QueueName, !isEnd]);
    }
  });

  it('of ordered lanes are FIFO, with a FIFO dead-letter queue', () => {
    const fifo = all('AWS::SQS::Queue').filter((queue) => queue.FifoQueue === true);
    expect(fifo.map((queue) => queue.QueueName).sort()).toEqual([
      'triage-dev-lane-ordered-dlq.fifo',
      'triage-dev-lane-ordered.fifo',
    ]);
  });
});

describe('rules', () => {
  it('each have a dead-letter queue, and those to ingestion wrap the event with its way in', () => {
    const toMonitor = ['triage-dev-executions', 'triage-dev-function-alarms'];
    const rules = all('AWS::Events::Rule');
    expect(rules.map((rule) => rule.Name).sort()).toEqual([
      'triage-dev-devices-express',
      'triage-dev-devices-standard',
      'triage-dev-executions',
      'triage-dev-function-alarms',
      'triage-dev-internal',
      'triage-dev-uploads-objects',
    ]);
    for (const rule of rules) {
      expect(rule.Targets[0].DeadLetterConfig.Arn).toBeDefined();
      if (toMonitor.includes(rule.Name as string)) continue;
      expect(rule.Targets[0].InputTransformer.InputTemplate).toMatch(/^\{"way":"(devices|uploads|internal)"/);
    }
  });
});

describe('tables and buckets', () => {
  it('recover to a point in time, on demand', () => {
    const tables = all('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(9);
    for (const table of tables) {
      expect(table.BillingMode).toBe('PAY_PER_REQUEST');
      expect(table.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
    }
  });

  it('keep the results of an instance together, with a stream of what becomes of them', () => {
    const states = all('AWS::DynamoDB::Table').find((table) => table.TableName === 'triage-dev-states');
    expect(states).toMatchObject({
      KeySchema: [
        { AttributeName: 'instance', KeyType: 'HASH' },
        { AttributeName: 'name', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
  });

  it('are encrypted and private, and announce objects without a helper function', () => {
    for (const bucket of all('AWS::S3::Bucket')) {
      expect(bucket.BucketEncryption).toBeDefined();
      expect(Object.values(bucket.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
    expect(all('Custom::S3BucketNotifications')).toEqual([]);
  });
});

describe('alarms', () => {
  it('all say what to do and tell somebody', () => {
    const alarms = all('AWS::CloudWatch::Alarm');
    expect(alarms.length).toBeGreaterThan(30);
    for (const alarm of alarms) {
      expect(alarm.AlarmDescription).toMatch(/\. Runbook: docs\/runbooks\/[a-z-]+\.md$/);
      expect(alarm.AlarmActions).toHaveLength(1);
    }
  });
});

it('the lanes stack has not changed unnoticed', () => {
  const counts: Record<string, number> = {};
  for (const { Type } of Object.values(templates.lanes.resources)) counts[Type] = (counts[Type] ?? 0) + 1;
  expect(counts).toMatchSnapshot();
});
