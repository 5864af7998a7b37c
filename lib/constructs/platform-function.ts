/** One function of the platform: its bundle, its role with nothing but what is passed in, its log group, its alias `live`. */
import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  type Code,
  type IVersion,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionKind, FunctionVariables } from '../../core/contracts/functions';
import { LIVE_ALIAS } from '../../core/contracts/names';
import type { PlatformStack } from '../platform-stack';
import { acknowledge } from './acknowledge';

export interface PlatformFunctionProps<K extends FunctionKind> {
  readonly stack: PlatformStack;
  /** Which function it is; decides the variables it must be given. */
  readonly kind: K;
  readonly functionName: string;
  readonly description: string;
  readonly code: Code;
  readonly environment: FunctionVariables<K>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  /** Everything that its code may do; logs and traces are added here. */
  readonly permissions: readonly PolicyStatement[];
  /** Default: none is reserved, it shares the account's. */
  readonly reservedConcurrency?: number;
  /** For asynchronous invocations that failed for good. A function that is only polled for has none. */
  readonly deadLetterQueue?: IQueue;
}

export class PlatformFunction<K extends FunctionKind> extends Construct {
  readonly function: LambdaFunction;
  /** What every mapping and schedule invokes. */
  readonly live: Alias;

  constructor(scope: Construct, id: string, props: PlatformFunctionProps<K>) {
    super(scope, id);
    const { stack } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/aws/lambda/${props.functionName}`,
      retention: stack.configuration.retention.logDays,
      removalPolicy: stack.removalPolicy,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    for (const statement of [writeLogs(logGroup), ...props.permissions]) role.addToPolicy(statement);
    this.function = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      description: props.description,
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: props.code,
      environment: { ...(props.environment as Readonly<Record<string, string>>) },
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMegabytes,
      tracing: Tracing.ACTIVE,
      logGroup,
      role,
      // The versions before stay when a new one is published: a rollback is then a move of the alias, and what runs ends in peace.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      ...(props.deadLetterQueue === undefined ? {} : { deadLetterQueue: props.deadLetterQueue }),
    });
    this.live = new Alias(this, 'Live', { aliasName: LIVE_ALIAS, version: this.function.currentVersion as IVersion });
    acknowledgeFindings(this, stack, props.deadLetterQueue === undefined);
  }
}

function writeLogs(logGroup: LogGroup): PolicyStatement {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
}

/** One statement, in the shape all of them have. */
export function allow(
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): PolicyStatement {
  const statement = { effect: Effect.ALLOW, actions: [...actions], resources: [...resources] };
  return new PolicyStatement(conditions === undefined ? statement : { ...statement, conditions: { ...conditions } });
}

function acknowledgeFindings(scope: Construct, stack: PlatformStack, polled: boolean): void {
  const finding = (bucket: string, prefix: string) =>
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${asPrinted(bucket, stack)}/${prefix}*]`;
  acknowledge(scope, {
    [finding(stack.appStoreBucketName, 'claims/')]:
      'Claim checks lie under this prefix, at keys that producers choose; reading is all that is allowed.',
    [finding(stack.appStoreBucketName, 'in/')]:
      'Object-put events lie under this prefix, at keys that producers choose; reading is all that is allowed.',
    [finding(stack.appStoreBucketName, 'claims/sagas/')]:
      'Requests of sagas that are too large to travel lie under this prefix, at keys made from their content.',
    ...Object.fromEntries(
      stack.platform.sagas.map(({ name }) => [
        `AwsSolutions-IAM5[Resource::${executionsAsPrinted(stack.executionArns(name), stack)}]`,
        'Executions are named by what they are about; describing those of one state machine is all that is allowed.',
      ]),
    ),
    [finding(stack.quarantineBucketName, '')]:
      'Refused entries are kept at keys made from their content; nothing may be read or removed.',
    'Serverless-LambdaLatestVersion':
      'Node.js 22 is a supported long-term release; one runtime for all functions is raised on purpose, not by a rule.',
    'AwsSolutions-IAM5[Resource::*]':
      'xray:PutTraceSegments and xray:PutTelemetryRecords (and, for the publisher, dynamodb:ListStreams) know no finer resource; the house rules refuse every other star resource.',
    'AwsSolutions-L1':
      'Node.js 22 is a supported long-term release; one runtime for all functions is raised on purpose, not by a rule.',
    ...(polled
      ? {
          'Serverless-LambdaDLQ':
            "Only ever invoked synchronously, by event source mappings: a failed batch goes back to its queue and from there to the dead-letter queue, or to the mapping's failure destination.",
        }
      : {}),
  });
}

/** A name as the rule pack prints it: parameters of the deployment by name. */
export function asPrinted(name: string, stack: PlatformStack): string {
  return name
    .replaceAll(stack.partition, printed(stack.partition, 'AWS::Partition'))
    .replaceAll(stack.account, printed(stack.account, 'AWS::AccountId'))
    .replaceAll(stack.region, printed(stack.region, 'AWS::Region'));
}
const printed = (value: string, parameter: string) => (Token.isUnresolved(value) ? `<${parameter}>` : value);
const executionsAsPrinted = (arn: string, stack: PlatformStack) =>
  asPrinted(arn, stack).replaceAll(stack.partition, printed(stack.partition, 'AWS::Partition'));
