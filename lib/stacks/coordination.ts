/** Sagas: a state machine each, a function for each of their steps, the one that writes the outcomes, and the providers' doubles. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { CoordinationConfiguration } from '../../core/contracts/configuration';
import { functionEntry, ROOT, stepEntry } from '../bundling';
import { acknowledge } from '../constructs/acknowledge';
import { allow, PlatformFunction } from '../constructs/platform-function';
import { platformTable } from '../constructs/platform-table';
import { settlePermissions, stepPermissions } from '../permissions';
import { type CoordinatedSaga, type Platform, PlatformStack } from '../platform-stack';

/** What Step Functions asks for to write its logs; none of it knows a resource. */
const LOG_DELIVERY = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];
const XRAY = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

export class CoordinationStack extends PlatformStack {
  constructor(
    scope: Construct,
    platform: Platform,
    private readonly coordination: CoordinationConfiguration,
  ) {
    super(scope, platform, 'coordination', 'Triage: state machines of sagas, and the functions of their steps');
    const settle = this.settle();
    const providers = new Map(coordination.applications.map(({ name }) => [name, this.paymentFunction(name)] as const));
    for (const saga of platform.sagas) this.saga(saga, settle, providers.get(saga.application) ?? '');
  }

  private saga(saga: CoordinatedSaga, settle: string, paymentFunction: string): void {
    const steps = Object.fromEntries(
      saga.steps.map((step) => [step.name, this.step(saga, step, paymentFunction)] as const),
    );
    const functions = { ...steps, settle };
    const logs = new LogGroup(this, `Logs-${saga.name}`, {
      // AWS keeps a policy that it needs for such groups short by this prefix.
      logGroupName: `/aws/vendedlogs/states/${this.names.machine(saga.name)}`,
      retention: this.configuration.retention.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, `Role-${saga.name}`, {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
      inlinePolicies: {
        run: new PolicyDocument({
          statements: [
            allow(['lambda:InvokeFunction'], Object.values(functions)),
            allow([...LOG_DELIVERY, ...XRAY], ['*']),
          ],
        }),
      },
    });
    acknowledge(role, {
      'AwsSolutions-IAM5[Resource::*]':
        'Log deliveries and traces know no finer resource; the house rules refuse every other star resource.',
    });
    new CfnStateMachine(this, `Machine-${saga.name}`, {
      stateMachineName: this.names.machine(saga.name),
      stateMachineType: 'STANDARD',
      definitionString: readFileSync(join(ROOT, saga.definition), 'utf8'),
      definitionSubstitutions: functions,
      roleArn: role.roleArn,
      tracingConfiguration: { enabled: true },
      loggingConfiguration: {
        level: 'ALL',
        // Identities and statuses travel, and requests: what people have ordered is not for the log.
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: logs.logGroupArn } }],
      },
    });
  }

  /** Answers with the ARN that the state machine invokes. One bundle for all steps of an application; what each may do differs. */
  private step(saga: CoordinatedSaga, step: CoordinatedSaga['steps'][number], paymentFunction: string): string {
    const pays = step.uses.includes('payments');
    if (pays && paymentFunction === '')
      throw new Error(`${saga.application} takes payments: give it a provider in the configuration's coordination.`);
    const { stepTimeoutSeconds, stepMemoryMegabytes } = this.coordination;
    return new PlatformFunction(this, `Step-${saga.name}-${step.name}`, {
      stack: this,
      kind: 'step',
      functionName: this.names.stepFunction(saga.name, step.name),
      description: `Step ${step.name} of saga ${saga.name}`,
      code: this.bundler.code(stepEntry(saga.application)),
      timeoutSeconds: stepTimeoutSeconds,
      memoryMegabytes: stepMemoryMegabytes,
      environment: {
        ENVIRONMENT: this.configuration.environment,
        SAGA: saga.name,
        STEP: step.name,
        STATES_TABLE: this.names.statesTable,
        CONTROL_TABLE: this.names.controlTable,
        APP_STORE_BUCKET: this.appStoreBucketName,
        SETTINGS: JSON.stringify(saga.settings),
        PAYMENT_FUNCTION: pays ? paymentFunction : '',
      },
      permissions: stepPermissions(this, pays ? paymentFunction : undefined),
    }).live.functionArn;
  }

  private settle(): string {
    return new PlatformFunction(this, 'Settle', {
      stack: this,
      kind: 'settle',
      functionName: this.names.settleFunction,
      description: 'Writes the outcome of the event that began a saga',
      code: this.bundler.code(functionEntry('settle')),
      timeoutSeconds: this.coordination.stepTimeoutSeconds,
      memoryMegabytes: this.coordination.stepMemoryMegabytes,
      environment: {
        ENVIRONMENT: this.configuration.environment,
        RECORDS_TABLE: this.names.recordsTable,
        LEDGER_RETENTION_DAYS: String(this.configuration.retention.ledgerDays),
      },
      permissions: settlePermissions(this),
    }).live.functionArn;
  }

  /** Empty for an application without a provider. */
  private paymentFunction(application: string): string {
    const provider = this.coordination.applications.find(({ name }) => name === application)?.provider;
    if (provider === undefined) return '';
    if (provider.kind === 'function') return provider.functionArn;
    const tableName = this.names.paymentsTable(application);
    platformTable(this, `Payments-${application}`, {
      tableName,
      partitionKey: { name: 'key', type: AttributeType.STRING },
    });
    return new PlatformFunction(this, `ProviderDouble-${application}`, {
      stack: this,
      kind: 'provider-double',
      functionName: this.names.providerDoubleFunction(application),
      description: `Stands in for the payment provider of ${application}; takes no money`,
      code: this.bundler.code(functionEntry('provider-double')),
      timeoutSeconds: 2 * Math.ceil((provider.mostLatencyMilliseconds + provider.hangMilliseconds) / 1000) + 3,
      memoryMegabytes: 256,
      environment: {
        ENVIRONMENT: this.configuration.environment,
        PAYMENTS_TABLE: tableName,
        LEAST_LATENCY_MILLISECONDS: String(provider.leastLatencyMilliseconds),
        MOST_LATENCY_MILLISECONDS: String(provider.mostLatencyMilliseconds),
        LOST_ANSWERS_PERCENT: String(provider.lostAnswersPercent),
        LOST_CALLS_PERCENT: String(provider.lostCallsPercent),
        HANG_MILLISECONDS: String(provider.hangMilliseconds),
      },
      permissions: [allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [this.tableArn(tableName)])],
    }).live.functionArn;
  }
}
