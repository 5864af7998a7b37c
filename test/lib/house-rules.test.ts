/** Proves that each rule of the house finds what it is there to find, on the smallest template that breaks it. */
import { loadConfiguration } from '../../config';
import { findFaults, type Template } from '../../lib/house-rules';

const configuration = loadConfiguration('dev');

function template(resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>): Template {
  return { path: 'planted', resources, text: JSON.stringify(resources) };
}
const rulesBroken = (...resources: Parameters<typeof template>) =>
  findFaults([template(...resources)], configuration).map((finding) => finding.rule);

const lane = (timeout: number, target: unknown = { Ref: 'Live' }) => ({
  Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 30 } },
  Function: { Type: 'AWS::Lambda::Function', Properties: { Timeout: timeout } },
  Live: { Type: 'AWS::Lambda::Alias', Properties: { Name: 'live', FunctionName: { Ref: 'Function' } } },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, FunctionName: target },
  },
});
const policy = (statement: Record<string, unknown>) => ({
  Policy: {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', ...statement }] } },
  },
});

describe('the house rules', () => {
  it('pass a lane that keeps them', () => {
    expect(rulesBroken(lane(5))).toEqual([]);
  });

  it('fails if visibility is less than six time-outs', () => {
    expect(rulesBroken(lane(6))).toEqual(['visibility-six-timeouts']);
  });

  it('fails if a mapping targets the bare function', () => {
    expect(rulesBroken(lane(5, { Ref: 'Function' }))).toEqual(['mapping-targets-alias']);
  });

  it('fails if a service principal is not bound to a source', () => {
    const statement = { Action: 'sqs:SendMessage', Principal: { Service: 'events.amazonaws.com' }, Resource: 'q' };
    expect(rulesBroken(policy(statement))).toEqual(['service-principal-source']);
    const bound = { ...statement, Condition: { ArnEquals: { 'aws:SourceArn': 'r' } } };
    expect(rulesBroken(policy(bound))).toEqual([]);
  });

  it('fails if an action has a star', () => {
    expect(rulesBroken(policy({ Action: ['s3:Get*'], Resource: 'b' }))).toEqual(['no-star-action']);
  });

  it('fails if a star resource has no reason', () => {
    expect(rulesBroken(policy({ Action: ['s3:GetObject', 'xray:PutTraceSegments'], Resource: '*' }))).toEqual([
      'star-resource-reason',
    ]);
  });

  it('fails if a stack imports a value', () => {
    const imported = { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::ImportValue': 'x' } } } };
    expect(rulesBroken(imported)).toEqual(['weak-references']);
  });

  it('fails if more is reserved than the account has, less 100', () => {
    const greedy = { F: { Type: 'AWS::Lambda::Function', Properties: { ReservedConcurrentExecutions: 901 } } };
    expect(rulesBroken(greedy)).toEqual(['concurrency-within-account']);
  });

  it.each([
    { ScalingConfig: { MaximumConcurrency: 901 } },
    { ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 91 } },
  ])('fails if mappings may take more than the account has, less 100: %j', (cap) => {
    const { Mapping, ...rest } = lane(5);
    const greedy = { ...rest, Mapping: { ...Mapping, Properties: { ...Mapping.Properties, ...cap } } };
    expect(rulesBroken(greedy)).toEqual(['concurrency-within-account']);
  });

  it('fails if a lane promises more than its visibility allows', () => {
    const lanes = configuration.lanes.map((each) => ({ ...each, objectiveSeconds: 3600 }));
    const rules = findFaults([template({})], { ...configuration, lanes }).map((finding) => finding.rule);
    expect(new Set(rules)).toEqual(new Set(['objective-below-visibility']));
  });
});
