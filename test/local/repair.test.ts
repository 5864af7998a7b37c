/** Proves that what the emulator's CloudFormation drops is read out of a template in full, and nothing else. */
import { plannedRepairs } from '../../local/repair';

const target = { region: 'eu-west-1', account: '123456789012' };
const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'triage-local-failures' } };

describe('plannedRepairs', () => {
  it('finds reserved concurrency, dead-letter targets and TTL', () => {
    const template = {
      Resources: {
        Failures: queue,
        Ingest: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            FunctionName: 'ingest',
            ReservedConcurrentExecutions: 5,
            DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Failures', 'Arn'] } },
          },
        },
        Records: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            TableName: 'records',
            TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
          },
        },
      },
    };
    expect(plannedRepairs(template, target)).toEqual([
      { kind: 'reserved-concurrency', functionName: 'ingest', executions: 5 },
      {
        kind: 'dead-letter',
        functionName: 'ingest',
        targetArn: 'arn:aws:sqs:eu-west-1:123456789012:triage-local-failures',
      },
      { kind: 'ttl', tableName: 'records', attribute: 'expiresAt' },
    ]);
  });

  it('resolves an ARN that is joined from names', () => {
    const TargetArn = {
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sqs:', { Ref: 'AWS::Region' }, ':1:failures']],
    };
    const template = {
      Resources: {
        Ingest: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'i', DeadLetterConfig: { TargetArn } } },
      },
    };
    expect(plannedRepairs(template, target)).toEqual([
      { kind: 'dead-letter', functionName: 'i', targetArn: 'arn:aws:sqs:eu-west-1:1:failures' },
    ]);
  });

  it('leaves alone what has no name of its own, no TTL, or one that is off', () => {
    const template = {
      Resources: {
        Unnamed: { Type: 'AWS::Lambda::Function', Properties: { ReservedConcurrentExecutions: 5 } },
        Plain: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'plain' } },
        Off: {
          Type: 'AWS::DynamoDB::Table',
          Properties: { TableName: 'off', TimeToLiveSpecification: { AttributeName: 'x', Enabled: false } },
        },
      },
    };
    expect(plannedRepairs(template, target)).toEqual([]);
    expect(plannedRepairs({}, target)).toEqual([]);
  });
});
