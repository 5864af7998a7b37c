/** Proves that the monitor reads every function's log but its own and recovery's, and what it and recovery may do. */
import { loadConfiguration } from '../../config';
import { type Properties, resourcesOf, synthesized, type Templates } from './synthesized';

const dev = loadConfiguration('dev');
let templates: Templates;
beforeAll(async () => {
  templates = await synthesized(dev);
}, 240_000);
const all = (type: string, from: Templates = templates) =>
  Object.values(from).flatMap((template) => resourcesOf(template, type));
const groupsOf = (from: Templates) =>
  all('AWS::Logs::SubscriptionFilter', from).map((each) => each.LogGroupName as string);
const DEAF = ['/aws/lambda/triage-dev-monitor', '/aws/lambda/triage-dev-recovery'];

/** Statements of the role that belongs to a function. What is too long for one policy the CDK puts into a managed one beside it. */
function statements(role: string): Properties[] {
  return [...all('AWS::IAM::Policy'), ...all('AWS::IAM::ManagedPolicy')]
    .filter((each) => JSON.stringify(each.Roles).includes(`"${role}Role`))
    .flatMap((each) => each.PolicyDocument.Statement as Properties[]);
}
const actionsOf = (role: string): string[] =>
  statements(role)
    .flatMap(({ Action }) => Action as string | string[])
    .filter((action) => !/^(logs|xray):/.test(action));

describe('the subscriptions', () => {
  it("are one for each function's log, but for the monitor's own and recovery's: nothing feeds itself", () => {
    const groups = all('AWS::Logs::LogGroup')
      .map((each) => each.LogGroupName as string)
      .filter((each) => !each.startsWith('/aws/vendedlogs/'));
    const watched = groupsOf(templates);
    expect(DEAF.every((each) => groups.includes(each))).toBe(true);
    expect([...watched].sort()).toEqual(groups.filter((each) => !DEAF.includes(each)).sort());
    expect(watched.filter((each) => DEAF.includes(each))).toEqual([]);
  });

  it('go to the alias, for what could be a fault, after the permission that names the environment', () => {
    const filters = Object.values(templates.monitoring.resources).filter(
      ({ Type }) => Type === 'AWS::Logs::SubscriptionFilter',
    ) as (Properties & { DependsOn?: string[] })[];
    for (const { Properties: properties, DependsOn } of filters) {
      expect(properties.FilterPattern).toContain('?"ERROR"');
      expect(JSON.stringify(properties.DestinationArn)).toContain('Live');
      expect(DependsOn?.some((each) => each.includes('Permission'))).toBe(true);
    }
    const permission = all('AWS::Lambda::Permission').find(({ Principal }) => Principal === 'logs.amazonaws.com');
    expect(JSON.stringify(permission?.SourceArn)).toContain(':/aws/lambda/triage-dev-*:*');
    expect(permission?.SourceAccount).toBeDefined();
  });

  it('ask for one word where an endpoint knows no alternatives', async () => {
    const local = await synthesized(loadConfiguration('local'));
    const patterns = all('AWS::Logs::SubscriptionFilter', local).map((each) => each.FilterPattern as string);
    expect(new Set(patterns)).toEqual(new Set(['ERROR']));
  }, 240_000);
});

it('executions that did not end well reach the monitor, of this environment and of AWS only', () => {
  const rule = all('AWS::Events::Rule').find(({ Name }) => Name === 'triage-dev-executions');
  expect(rule?.EventPattern).toMatchObject({ source: ['aws.states'], detail: { status: ['FAILED', 'TIMED_OUT'] } });
  expect(JSON.stringify(rule?.EventPattern.detail.stateMachineArn)).toContain('stateMachine:triage-dev-booking');
  expect(rule).not.toHaveProperty('EventBusName');
});

it('alarms on errors and throttles of any function of this environment reach the monitor', () => {
  const rule = all('AWS::Events::Rule').find(({ Name }) => Name === 'triage-dev-function-alarms');
  expect(rule?.EventPattern).toMatchObject({ source: ['aws.cloudwatch'], detail: { state: { value: ['ALARM'] } } });
  const prefixes = (rule?.EventPattern.detail.alarmName ?? []) as readonly { readonly prefix: string }[];
  const ofFunctions = all('AWS::CloudWatch::Alarm').filter((each) => /"(Errors|Throttles)"/.test(JSON.stringify(each)));
  expect(ofFunctions.length).toBeGreaterThan(20);
  for (const { AlarmName } of ofFunctions)
    expect(prefixes.some(({ prefix }) => String(AlarmName).startsWith(prefix))).toBe(true);
});

it('the monitor may write what it finds and wake recovery, and repair nothing', () => {
  expect(actionsOf('Monitor').sort()).toEqual([
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'lambda:InvokeFunction',
    'sqs:SendMessage',
    'states:DescribeExecution',
  ]);
});

it('the reconciler compares: it may read results and ask providers, change none of them, and wake recovery', () => {
  const onStates = (role: string) =>
    statements(role)
      .filter(({ Resource }) => JSON.stringify(Resource).includes('table/triage-dev-states'))
      .flatMap(({ Action }) => Action as string | string[]);
  expect(onStates('Reconciler')).toEqual(['dynamodb:Query']);
  expect(onStates('Recovery').sort()).toEqual(['dynamodb:Query', 'dynamodb:UpdateItem']);
  const invoked = statements('Reconciler')
    .filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction'))
    .map(({ Resource }) => JSON.stringify(Resource));
  expect(invoked).toHaveLength(1);
  for (const name of ['recovery', 'provider-double-booking']) expect(invoked[0]).toContain(`triage-dev-${name}:live`);
  expect(invoked[0]?.match(/:live/g)).toHaveLength(2);
});

it('the canary may do nothing but sing', () => {
  expect(actionsOf('Canary')).toEqual(['sqs:SendMessage']);
});

it('recovery may delete nothing, change no code, and switch the mappings of runners only', () => {
  const actions = actionsOf('Recovery');
  expect(actions.filter((each) => /Delete|UpdateFunction|Publish|Create|iam:|s3:|kms:/.test(each))).toEqual([]);
  const switches = statements('Recovery').find(({ Action }) =>
    (Action as string | string[]).includes('lambda:UpdateEventSourceMapping'),
  );
  const allowed = JSON.stringify(switches?.Condition.ArnEquals['lambda:FunctionArn']);
  for (const { name } of dev.lanes) expect(allowed).toContain(`triage-dev-runner-${name}:live`);
  expect(allowed).not.toContain('triage-dev-ingest');
});

it('the absence of the canary is an alarm, and so is no figure at all', () => {
  const alarm = all('AWS::CloudWatch::Alarm').find(({ AlarmName }) => AlarmName === 'triage-dev-canary-missing');
  expect(alarm).toMatchObject({
    MetricName: 'canaries',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    EvaluationPeriods: 5,
    TreatMissingData: 'breaching',
  });
});

it('a recovery cannot outlive its lease, and the monitor works one delivery at a time', () => {
  const functions = new Map(all('AWS::Lambda::Function').map((each) => [each.FunctionName as string, each]));
  expect(functions.get('triage-dev-recovery')?.Timeout).toBeLessThanOrEqual(60);
  expect(functions.get('triage-dev-monitor')?.ReservedConcurrentExecutions).toBe(1);
});

it('only results that became stale reach the notifier', () => {
  const mapping = resourcesOf(templates.state, 'AWS::Lambda::EventSourceMapping').find((each) =>
    JSON.stringify(each.EventSourceArn).includes('States'),
  );
  expect(mapping?.FilterCriteria.Filters.map((each: { Pattern: string }) => JSON.parse(each.Pattern))).toEqual([
    { dynamodb: { NewImage: { freshness: { S: ['stale'] } } } },
  ]);
});
