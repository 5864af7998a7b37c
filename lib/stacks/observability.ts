/** One dashboard and the obvious alarms. Everything is found by name, so that a lane can go without asking this stack first. */
import { Duration } from 'aws-cdk-lib';
import { type IMetric, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { PLATFORM_FUNCTIONS } from '../../core/contracts/names';
import { AlarmFactory } from '../constructs/alarms';
import { depth, type FunctionTarget, functionMetric, oldestAge, percent } from '../constructs/metrics';
import { addMonitoringAlarms } from '../constructs/monitoring-alarms';
import { addDashboard } from '../constructs/platform-dashboard';
import { addSagaAlarms } from '../constructs/saga-alarms';
import { addSchedulingAlarms } from '../constructs/scheduling-alarms';
import { type Platform, PlatformStack } from '../platform-stack';

/** The publisher and the stream's consumer may lag this long; the DynamoDB stream forgets after 24 h. */
const STREAM_LAG_MINUTES = 15;
const ERROR_PERCENT = 5;

export class ObservabilityStack extends PlatformStack {
  constructor(scope: Construct, platform: Platform) {
    super(scope, platform, 'observability', 'Triage: dashboard and alarms');
    const alarms = new AlarmFactory(this, new SnsAction(this.topic() as ITopic));
    this.lateLanes(alarms);
    this.deadLetters(alarms);
    this.streams(alarms);
    this.functions(alarms);
    addSchedulingAlarms(this, alarms, this.lanes());
    addSagaAlarms(this, alarms);
    addMonitoringAlarms(this, alarms);
    if (this.features.has('composite-alarms')) {
      alarms.addComposite('losing', 'Events are ending in failure queues.', 'dead-letters', this.failureAlarms(alarms));
    }
    this.dashboard();
  }

  private topic(): Topic {
    const key = new Key(this, 'AlarmKey', {
      description: 'Alarm notifications; an AWS managed key would not let CloudWatch publish',
      enableKeyRotation: true,
      removalPolicy: this.removalPolicy,
    });
    const alarmArns = this.formatArn({
      service: 'cloudwatch',
      resource: `alarm:${this.names.prefix}-*`,
    });
    const conditions = {
      StringEquals: { 'aws:SourceAccount': this.account },
      ArnLike: { 'aws:SourceArn': alarmArns },
    };
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions,
      }),
    );
    const topic = new Topic(this, 'Alarms', {
      topicName: `${this.names.prefix}-alarms`,
      masterKey: key,
      enforceSSL: true,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions,
      }),
    );
    for (const email of this.configuration.alarmEmails) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }

  private lateLanes(alarms: AlarmFactory): void {
    for (const lane of this.configuration.lanes) {
      alarms.add({
        name: `late-${lane.name}`,
        metric: oldestAge(this.laneQueueName(lane)),
        threshold: lane.objectiveSeconds,
        periods: 5,
        datapoints: 3,
        summary: `Lane ${lane.name}: its oldest message has waited longer than the objective of ${lane.objectiveSeconds} s.`,
        runbook: 'lane-late',
      });
    }
    for (const [intake, queue] of this.intakes()) {
      alarms.add({
        name: `late-intake-${intake}`,
        metric: oldestAge(queue),
        threshold: 60,
        periods: 5,
        datapoints: 3,
        summary: `The ${intake} intake's oldest event has waited for a minute.`,
        runbook: 'lane-late',
      });
    }
    alarms.add({
      name: 'late-republisher',
      metric: oldestAge(this.names.publisherFailureQueue),
      threshold: Duration.hours(1).toSeconds(),
      summary: 'A batch that the publisher gave up has waited for an hour to be published again.',
      runbook: 'stream-failures',
    });
  }

  private deadLetters(alarms: AlarmFactory): void {
    for (const { name, queue, summary, runbook } of this.failureQueues()) {
      alarms.add({ name: `${FAILURE_ALARM}${name}`, metric: depth(queue), threshold: 1, summary, runbook });
    }
  }

  private failureAlarms(alarms: AlarmFactory) {
    const prefix = `Alarm-${FAILURE_ALARM}`;
    return alarms.alarms.filter((alarm) => alarm.node.id.startsWith(prefix));
  }

  private failureQueues() {
    const { names, configuration } = this;
    return [
      ...configuration.lanes.map((lane) => ({
        name: lane.name,
        queue: names.laneDeadLetterQueue(lane.name, lane.ordered),
        summary: `Lane ${lane.name} has given up messages that have no outcome yet.`,
        runbook: 'dead-letters',
      })),
      ...this.pools.map((pool) => ({
        name: `suspects-${pool}`,
        queue: names.suspectDeadLetterQueue(pool),
        summary: `Suspects of pool ${pool} failed even alone.`,
        runbook: 'dead-letters',
      })),
      ...[
        ['intake-express', names.expressIntakeDeadLetterQueue],
        ['intake-standard', names.standardIntakeDeadLetterQueue],
        ['rules', names.ruleDeadLetterQueue],
      ].map(([name = '', queue = '']) => ({
        name,
        queue,
        summary: 'Events that AWS has told their producers it has were not accepted by Triage.',
        runbook: 'intake-dead-letters',
      })),
      ...this.streamSources().map((source) => ({
        name: `stream-${source}`,
        queue: names.streamFailureQueue(source),
        summary: `Batches of stream ${source} were given up by its mapping.`,
        runbook: 'stream-failures',
      })),
      {
        name: 'publisher',
        queue: names.publisherFailureDeadLetterQueue,
        summary: 'Outcomes are committed whose effects neither publisher nor republisher could apply.',
        runbook: 'stream-failures',
      },
      {
        name: 'reconciler',
        queue: names.reconcilerDeadLetterQueue,
        summary: 'Sweeps of the reconciler failed.',
        runbook: 'function-errors',
      },
      {
        name: 'stale-notices',
        queue: names.staleFailureQueue,
        summary: 'Notices of stale results were given up: dependents learn of them at their commits only.',
        runbook: 'stream-failures',
      },
      {
        name: 'monitor',
        queue: names.monitorDeadLetterQueue,
        summary: 'The monitor failed on deliveries of logs or of status events.',
        runbook: 'monitor-blind',
      },
      {
        name: 'recovery',
        queue: names.recoveryDeadLetterQueue,
        summary: 'Invocations of recovery or of the canary failed.',
        runbook: 'recovery-fails',
      },
    ];
  }

  private streams(alarms: AlarmFactory): void {
    for (const [name, metric] of this.iteratorAges()) {
      alarms.add({
        name: `behind-${name}`,
        metric,
        threshold: Duration.minutes(STREAM_LAG_MINUTES).toMilliseconds(),
        periods: 5,
        datapoints: 3,
        summary: `The ${name} is more than ${STREAM_LAG_MINUTES} minutes behind its stream.`,
        runbook: 'stream-behind',
      });
    }
  }

  private functions(alarms: AlarmFactory): void {
    const controllers = new Set(this.controllers());
    for (const target of [...this.workers(), ...controllers]) {
      alarms.add({
        name: `errors-${target.name}`,
        ...this.errors(target),
        periods: 5,
        datapoints: 3,
        summary: `Invocations of ${target.functionName} fail.`,
        runbook: controllers.has(target) ? 'controller-not-deciding' : 'function-errors',
      });
      // One at a time is how the monitor works: deliveries that meet wait, and `late-monitor` tells when for too long.
      if (target.name === 'monitor') continue;
      alarms.add({
        name: `throttles-${target.name}`,
        metric: functionMetric(target, 'Throttles'),
        threshold: 1,
        periods: 5,
        datapoints: 3,
        summary: `${target.functionName} is refused concurrency that its mappings count on.`,
        runbook: 'throttles',
      });
    }
  }

  /** Failures as a share of invocations, since a lane of a thousand a second always has one; a plain count where no math is to be had. */
  private errors(target: FunctionTarget): { readonly metric: IMetric; readonly threshold: number } {
    const errors = functionMetric(target, 'Errors');
    if (!this.features.has('metric-math')) return { metric: errors, threshold: 1 };
    const metric = percent(`${target.name} errors, %`, errors, [functionMetric(target, 'Invocations')]);
    return { metric, threshold: ERROR_PERCENT };
  }

  private lanes() {
    return this.configuration.lanes.map((lane) => ({
      name: lane.name,
      queue: this.laneQueueName(lane),
      runner: { name: lane.name, functionName: this.names.runnerFunction(lane.name) },
    }));
  }

  private controllers(): readonly FunctionTarget[] {
    return this.configuration.lanes.map(({ name }) => ({
      name: `controller-${name}`,
      functionName: this.names.controllerFunction(name),
    }));
  }

  private workers(): readonly FunctionTarget[] {
    const { names } = this;
    return [
      ...this.lanes().map(({ runner }) => runner),
      ...this.pools.map((pool) => ({ name: `suspects-${pool}`, functionName: names.suspectRunnerFunction(pool) })),
      ...PLATFORM_FUNCTIONS.map((name) => ({
        name,
        functionName: names.platformFunction(name),
      })),
    ];
  }

  private intakes(): readonly (readonly [string, string])[] {
    return [
      ['express', this.names.expressIntakeQueue],
      ['standard', this.names.standardIntakeQueue],
    ];
  }

  private streamSources(): readonly string[] {
    return this.configuration.sources.filter((source) => source.kind === 'kinesis').map((source) => source.name);
  }

  private iteratorAges(): readonly (readonly [string, Metric])[] {
    const age = (name: 'publisher' | 'ingest') =>
      functionMetric({ name, functionName: this.names.platformFunction(name) }, 'IteratorAge', Stats.MAXIMUM);
    return [
      ['publisher', age('publisher')],
      ...(this.streamSources().length > 0 ? [['ingest', age('ingest')] as const] : []),
    ];
  }

  private dashboard(): void {
    const workers = this.workers();
    addDashboard(this, {
      lanes: this.lanes(),
      intakes: this.intakes().map(([name, queue]) => ({ name, queue })),
      failureQueues: [...this.failureQueues(), { name: 'controllers', queue: this.names.controllerDeadLetterQueue }],
      functions: [...workers, ...this.controllers()],
      workers,
      iteratorAges: this.iteratorAges().map(([, metric]) => metric),
    });
  }
}

const FAILURE_ALARM = 'failed-';
