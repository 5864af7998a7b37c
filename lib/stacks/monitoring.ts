/** The reconciler: once a minute it compares what was accepted with what has an outcome. */
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { functionEntry } from '../bundling';
import { allow, PlatformFunction } from '../constructs/platform-function';
import { failureQueue } from '../constructs/queue-pair';
import { reconcilerPermissions } from '../permissions';
import { lanePatienceSeconds, laneRoutes, type Platform, PlatformStack } from '../platform-stack';

export class MonitoringStack extends PlatformStack {
  constructor(scope: Construct, platform: Platform) {
    super(scope, platform, 'monitoring', 'Triage: the reconciler and its schedule');
    const deadLetterQueue = failureQueue(this, 'ReconcilerDeadLetters', {
      stack: this,
      queueName: this.names.reconcilerDeadLetterQueue,
    });
    const { configuration, names } = this;
    const reconciler = new PlatformFunction(this, 'Reconciler', {
      stack: this,
      kind: 'reconciler',
      functionName: names.platformFunction('reconciler'),
      description: 'Closes acceptances, sends again what was lost, and ends what is out of budget',
      code: this.bundler.code(functionEntry('reconciler')),
      timeoutSeconds: 50,
      memoryMegabytes: 512,
      deadLetterQueue,
      environment: {
        ENVIRONMENT: configuration.environment,
        ACCEPTANCES_TABLE: names.acceptancesTable,
        RECORDS_TABLE: names.recordsTable,
        CONTROL_TABLE: names.controlTable,
        LANES: laneRoutes(names, configuration.lanes),
        LANE_PATIENCE_SECONDS: JSON.stringify(
          Object.fromEntries(
            configuration.lanes.map((lane) => [lane.name, lanePatienceSeconds(lane, this.lanesOf(lane.pool))]),
          ),
        ),
        POOL_BY_WAY: JSON.stringify(Object.fromEntries(configuration.sources.map(({ name, pool }) => [name, pool]))),
        DEFAULT_CLASS: configuration.defaultClass,
        HAND_OFF_BOUND_SECONDS: String(configuration.reconciler.handOffBoundSeconds),
        RESEND_BUDGET: String(configuration.reconciler.resendBudget),
        LEDGER_RETENTION_DAYS: String(configuration.retention.ledgerDays),
      },
      permissions: reconcilerPermissions(this),
    });
    this.schedule(reconciler.live.functionArn, deadLetterQueue.queueArn);
  }

  /** EventBridge Scheduler fires to the minute; where a sweep is wanted more often, something else drives it besides. */
  private schedule(target: string, deadLetterQueue: string): void {
    const minutes = Math.max(1, Math.round(this.configuration.reconciler.everySeconds / 60));
    const group = this.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' });
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account }, ArnEquals: { 'aws:SourceArn': group } },
      }),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [allow(['lambda:InvokeFunction'], [target]), allow(['sqs:SendMessage'], [deadLetterQueue])],
        }),
      },
    });
    new CfnSchedule(this, 'Schedule', {
      name: `${this.names.prefix}-reconciler`,
      description: 'Sweeps the open acceptances',
      scheduleExpression: `rate(${minutes} minute${minutes === 1 ? '' : 's'})`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: target,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: deadLetterQueue },
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 120 },
      },
    });
  }
}
