/** What looks for failures and repairs them: the reconciler, the monitor with its canary, and recovery. */
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functionEntry, watchEntry } from '../bundling';
import { acknowledge } from '../constructs/acknowledge';
import { LogWatch } from '../constructs/log-watch';
import { asPrinted, PlatformFunction } from '../constructs/platform-function';
import { failureQueue } from '../constructs/queue-pair';
import { scheduleEvery } from '../constructs/schedule';
import { monitorPermissions, reconcilerPermissions, recoveryPermissions } from '../permissions';
import {
  lanePatienceSeconds,
  laneRoutes,
  MONITOR_CONCURRENCY,
  type Platform,
  PlatformStack,
  paymentFunctions,
  sagaAskAfterSeconds,
} from '../platform-stack';
import { watchedFunctions } from '../watched-functions';

/** As long as a lease on an incident: a recovery never outlives its own. */
const RECOVERY_TIMEOUT_SECONDS = 60;

export class MonitoringStack extends PlatformStack {
  constructor(scope: Construct, platform: Platform) {
    super(scope, platform, 'monitoring', 'Triage: the reconciler, the monitor, the canary and recovery');
    this.reconciler();
    const monitorDeadLetters = this.deadLetters('MonitorDeadLetters', this.names.monitorDeadLetterQueue);
    const recoveryDeadLetters = this.deadLetters('RecoveryDeadLetters', this.names.recoveryDeadLetterQueue);
    this.recovery(recoveryDeadLetters);
    const canary = this.canary(recoveryDeadLetters);
    const monitor = this.monitor(monitorDeadLetters);
    const watch = new LogWatch(this, 'Watch', { stack: this, reader: monitor, functionNames: watchedFunctions(this) });
    // Their log groups are made in this stack.
    watch.node.addDependency(canary, this.node.findChild('Reconciler'));
    this.watchExecutions(monitor, monitorDeadLetters);
    this.watchAlarms(monitor, monitorDeadLetters);
  }

  private deadLetters(id: string, queueName: string): Queue {
    return failureQueue(this, id, { stack: this, queueName });
  }

  private reconciler(): void {
    const { configuration, names } = this;
    const deadLetterQueue = this.deadLetters('ReconcilerDeadLetters', names.reconcilerDeadLetterQueue);
    const reconciler = new PlatformFunction(this, 'Reconciler', {
      stack: this,
      kind: 'reconciler',
      functionName: names.platformFunction('reconciler'),
      description:
        'Closes acceptances, sends again what was lost, ends what is out of budget, and compares sagas with their outcomes',
      code: this.bundler.code(watchEntry('reconciler', this.platform.sagas)),
      timeoutSeconds: 50,
      memoryMegabytes: 512,
      deadLetterQueue,
      environment: {
        ENVIRONMENT: configuration.environment,
        ACCEPTANCES_TABLE: names.acceptancesTable,
        RECORDS_TABLE: names.recordsTable,
        CONTROL_TABLE: names.controlTable,
        STATES_TABLE: names.statesTable,
        INCIDENTS_TABLE: names.incidentsTable,
        PAYMENT_FUNCTIONS: this.toJsonString(paymentFunctions(this)),
        LANES: laneRoutes(this, configuration.lanes),
        LANE_PATIENCE_SECONDS: JSON.stringify(
          Object.fromEntries(
            configuration.lanes.map((lane) => [lane.name, lanePatienceSeconds(lane, this.lanesOf(lane.pool))]),
          ),
        ),
        POOL_BY_WAY: JSON.stringify(Object.fromEntries(configuration.sources.map(({ name, pool }) => [name, pool]))),
        DEFAULT_CLASS: configuration.defaultClass,
        HAND_OFF_BOUND_SECONDS: String(configuration.reconciler.handOffBoundSeconds),
        PARALLEL_ACCEPTANCES: String(configuration.reconciler.parallelAcceptances),
        MACHINE_PREFIX: this.machinePrefix,
        SAGA_ASK_AFTER_SECONDS: String(sagaAskAfterSeconds(configuration)),
        RESEND_BUDGET: String(configuration.reconciler.resendBudget),
        LEDGER_RETENTION_DAYS: String(configuration.retention.ledgerDays),
      },
      permissions: reconcilerPermissions(this),
    });
    scheduleEvery(this, {
      stack: this,
      scheduleName: `${names.prefix}-reconciler`,
      description: 'Sweeps the open acceptances',
      // Where a sweep is wanted more often than each minute, something else drives it besides.
      everyMinutes: Math.max(1, Math.round(configuration.reconciler.everySeconds / 60)),
      targetArn: reconciler.live.functionArn,
      deadLetterQueueArn: deadLetterQueue.queueArn,
      retries: 2,
      maximumAgeSeconds: 120,
    });
  }

  private monitor(deadLetterQueue: Queue): PlatformFunction<'monitor'> {
    const { configuration, names } = this;
    return new PlatformFunction(this, 'Monitor', {
      stack: this,
      kind: 'monitor',
      functionName: names.platformFunction('monitor'),
      description: 'Diagnoses from logs and from the ends of executions what is wrong, and writes it into incidents',
      code: this.bundler.code(functionEntry('monitor')),
      timeoutSeconds: 30,
      memoryMegabytes: 512,
      ...(this.features.has('delivery-retries') ? { reservedConcurrency: MONITOR_CONCURRENCY } : {}),
      deadLetterQueue,
      environment: {
        ENVIRONMENT: configuration.environment,
        CONTROL_TABLE: names.controlTable,
        INCIDENTS_TABLE: names.incidentsTable,
        LEDGER_RETENTION_DAYS: String(configuration.retention.ledgerDays),
        MACHINE_PREFIX: this.machinePrefix,
        LANE_NAMES: JSON.stringify(configuration.lanes.map(({ name }) => name)),
      },
      permissions: monitorPermissions(this),
    });
  }

  private recovery(deadLetterQueue: Queue): void {
    const { configuration, names } = this;
    const recovery = new PlatformFunction(this, 'Recovery', {
      stack: this,
      kind: 'recovery',
      functionName: names.platformFunction('recovery'),
      description: 'Does what the policy allows about incidents, and writes down each action',
      code: this.bundler.code(watchEntry('recovery', this.platform.sagas)),
      timeoutSeconds: RECOVERY_TIMEOUT_SECONDS,
      memoryMegabytes: 512,
      deadLetterQueue,
      environment: {
        ENVIRONMENT: configuration.environment,
        ACCEPTANCES_TABLE: names.acceptancesTable,
        RECORDS_TABLE: names.recordsTable,
        STATES_TABLE: names.statesTable,
        CONTROL_TABLE: names.controlTable,
        INCIDENTS_TABLE: names.incidentsTable,
        LEDGER_RETENTION_DAYS: String(configuration.retention.ledgerDays),
        MACHINE_PREFIX: this.machinePrefix,
        PAYMENT_FUNCTIONS: this.toJsonString(paymentFunctions(this)),
        SAGA_ASK_AFTER_SECONDS: String(sagaAskAfterSeconds(configuration)),
        LANES: laneRoutes(this, configuration.lanes),
        HAND_OFF_BOUND_SECONDS: String(configuration.reconciler.handOffBoundSeconds),
        SPLIT_TIMEOUT_SECONDS: JSON.stringify(
          Object.fromEntries(
            configuration.lanes
              .filter(({ ordered, runs }) => !ordered && runs === 'units')
              .map(({ name, timeoutSeconds }) => [name, timeoutSeconds]),
          ),
        ),
      },
      permissions: recoveryPermissions(this),
    });
    acknowledge(recovery, {
      [`AwsSolutions-IAM5[Resource::${asPrinted(this.mappingsArn(), this)}]`]:
        "Lambda draws a mapping's name; the statement's condition names the runners whose mappings it is about.",
      'AwsSolutions-IAM5[Resource::*]':
        'lambda:ListEventSourceMappings and the X-Ray actions know no finer resource; the house rules refuse every other star resource.',
    });
    scheduleEvery(recovery, {
      stack: this,
      scheduleName: names.platformFunction('recovery'),
      description: 'Looks at the incidents that are due',
      everyMinutes: 1,
      targetArn: recovery.live.functionArn,
      deadLetterQueueArn: deadLetterQueue.queueArn,
      // The next round is at hand.
      retries: 0,
      maximumAgeSeconds: 60,
    });
  }

  private canary(deadLetterQueue: Queue): PlatformFunction<'canary'> {
    const { configuration, names } = this;
    const canary = new PlatformFunction(this, 'Canary', {
      stack: this,
      kind: 'canary',
      functionName: names.platformFunction('canary'),
      description: 'Logs one known error each minute: the monitor has to see it',
      code: this.bundler.code(functionEntry('canary')),
      timeoutSeconds: 5,
      memoryMegabytes: 128,
      deadLetterQueue,
      environment: { ENVIRONMENT: configuration.environment },
      permissions: [],
    });
    scheduleEvery(canary, {
      stack: this,
      scheduleName: names.platformFunction('canary'),
      description: 'Makes the canary sing',
      everyMinutes: 1,
      targetArn: canary.live.functionArn,
      deadLetterQueueArn: deadLetterQueue.queueArn,
      retries: 0,
      maximumAgeSeconds: 60,
    });
    return canary;
  }

  /** How executions end that did not end well: AWS tells it as well as it can, and the reconciler finds what it does not tell. */
  private watchExecutions(monitor: PlatformFunction<'monitor'>, deadLetterQueue: Queue): void {
    const machines = this.platform.sagas.map(({ name }) => `${this.machinePrefix}${name}`);
    if (machines.length === 0) return;
    this.tell(monitor, deadLetterQueue, {
      id: 'Executions',
      name: `${this.names.prefix}-executions`,
      description: 'Executions that did not end well, to the monitor',
      eventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { status: ['FAILED', 'TIMED_OUT'], stateMachineArn: machines },
      },
    });
  }

  /** A second way to find that a function fails, which needs none of its logs. */
  private watchAlarms(monitor: PlatformFunction<'monitor'>, deadLetterQueue: Queue): void {
    const { prefix } = this.names;
    this.tell(monitor, deadLetterQueue, {
      id: 'FunctionAlarms',
      name: `${prefix}-function-alarms`,
      description: 'Alarms on errors and throttles of functions, to the monitor',
      eventPattern: {
        source: ['aws.cloudwatch'],
        'detail-type': ['CloudWatch Alarm State Change'],
        detail: {
          alarmName: [{ prefix: `${prefix}-errors-` }, { prefix: `${prefix}-throttles-` }],
          state: { value: ['ALARM'] },
        },
      },
    });
  }

  /** AWS's own events on the default bus, which take the monitor's dead-letter queue where it cannot be invoked. */
  private tell(
    monitor: PlatformFunction<'monitor'>,
    deadLetterQueue: Queue,
    { id, ...rule }: { id: string; name: string; description: string; eventPattern: unknown },
  ): void {
    const ruleArn = this.ruleArn(undefined, rule.name);
    new CfnRule(this, id, {
      ...rule,
      state: 'ENABLED',
      targets: [
        {
          id: 'monitor',
          arn: monitor.live.functionArn,
          deadLetterConfig: { arn: deadLetterQueue.queueArn },
          retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
        },
      ],
    });
    new CfnPermission(this, `${id}Permission`, {
      action: 'lambda:InvokeFunction',
      functionName: monitor.live.functionArn,
      principal: 'events.amazonaws.com',
      sourceAccount: this.account,
      sourceArn: ruleArn,
    });
    deadLetterQueue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [deadLetterQueue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': ruleArn }, StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
  }
}
