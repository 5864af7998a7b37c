/** The ways in: bus, streams and object announcements, through two intake queues, to the ingest function. */
import { Duration } from 'aws-cdk-lib';
import { CfnArchive, CfnEventBusPolicy, CfnRule, EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stream, StreamEncryption } from 'aws-cdk-lib/aws-kinesis';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { SourceConfiguration } from '../../core/contracts/configuration';
import { functionEntry } from '../bundling';
import { allow, PlatformFunction } from '../constructs/platform-function';
import { mapQueue, mapStream } from '../constructs/platform-mapping';
import { failureQueue, QueuePair } from '../constructs/queue-pair';
import { ingestPermissions } from '../permissions';
import { type EventPattern, laneRoutes, type Platform, PlatformStack } from '../platform-stack';

/** `Source` of the events that the publisher puts on the bus. */
const EMITTED_SOURCE = 'triage.emitted';

type Way<K extends SourceConfiguration['kind']> = Extract<SourceConfiguration, { kind: K }>;

export class IngestionStack extends PlatformStack {
  private readonly express: QueuePair;
  private readonly standard: QueuePair;
  private readonly ruleDeadLetters: Queue;
  private readonly bus: EventBus;
  /** Rules that may send to each intake queue and to the rules' dead-letter queue. */
  private readonly ruleArns = { express: [] as string[], standard: [] as string[] };

  constructor(scope: Construct, platform: Platform) {
    super(scope, platform, 'ingestion', 'Triage: bus, streams, object events, intake queues and the ingest function');
    this.express = this.intake('Express', this.names.expressIntakeQueue, this.names.expressIntakeDeadLetterQueue);
    this.standard = this.intake('Standard', this.names.standardIntakeQueue, this.names.standardIntakeDeadLetterQueue);
    this.ruleDeadLetters = failureQueue(this, 'RuleDeadLetters', {
      stack: this,
      queueName: this.names.ruleDeadLetterQueue,
    });
    this.bus = this.eventBus();
    const ingest = this.ingest();
    for (const source of this.configuration.sources) {
      if (source.kind === 'eventbridge') this.busSource(source);
      else if (source.kind === 's3') this.objectSource(source);
      else this.streamSource(source, ingest);
    }
    this.internalSource();
    this.letRulesSend();
  }

  private intake(id: string, queueName: string, deadLetterQueueName: string): QueuePair {
    return new QueuePair(this, `${id}Intake`, {
      stack: this,
      queueName,
      deadLetterQueueName,
      visibilitySeconds: 6 * this.configuration.ingestion.timeoutSeconds,
      maxReceiveCount: 6,
    });
  }

  private eventBus(): EventBus {
    const { names, configuration } = this;
    const bus = new EventBus(this, 'Bus', { eventBusName: names.bus });
    bus.applyRemovalPolicy(this.removalPolicy);
    if (this.features.has('archive')) {
      new CfnArchive(this, 'Archive', {
        archiveName: `${names.prefix}-events`,
        description: 'Every event that came by the bus, for replay',
        sourceArn: bus.eventBusArn,
        retentionDays: configuration.retention.archiveDays,
      });
    }
    return bus;
  }

  private ingest(): PlatformFunction<'ingest'> {
    const { configuration, names } = this;
    const { timeoutSeconds, memoryMegabytes, expressMaximumConcurrency, standardMaximumConcurrency } =
      configuration.ingestion;
    const ingest = new PlatformFunction(this, 'Ingest', {
      stack: this,
      kind: 'ingest',
      functionName: names.platformFunction('ingest'),
      description: 'Checks, classifies and admits events, records them as accepted and hands them to their lanes',
      code: this.bundler.code(functionEntry('ingest')),
      timeoutSeconds,
      memoryMegabytes,
      reservedConcurrency: ingestConcurrency(configuration),
      environment: {
        ENVIRONMENT: configuration.environment,
        ACCEPTANCES_TABLE: names.acceptancesTable,
        RECORDS_TABLE: names.recordsTable,
        CONTROL_TABLE: names.controlTable,
        APP_STORE_BUCKET: this.appStoreBucketName,
        QUARANTINE_BUCKET: this.quarantineBucketName,
        LANES: laneRoutes(this, configuration.lanes),
        CLASSIFICATION: JSON.stringify({
          sources: configuration.sources,
          rules: configuration.rules,
          classes: configuration.classes,
          defaultClass: configuration.defaultClass,
        }),
        SHED_ABOVE_SHARE_OF_OBJECTIVE: String(configuration.ingestion.shedAboveShareOfObjective ?? ''),
        LEDGER_RETENTION_DAYS: String(configuration.retention.ledgerDays),
        HAND_OFF_BOUND_SECONDS: String(configuration.reconciler.handOffBoundSeconds),
      },
      permissions: ingestPermissions(this),
    });
    mapQueue(this, 'ExpressMapping', ingest, {
      queueArn: this.express.queue.queueArn,
      batchSize: 10,
      maximumConcurrency: expressMaximumConcurrency,
    });
    mapQueue(this, 'StandardMapping', ingest, {
      queueArn: this.standard.queue.queueArn,
      batchSize: 10,
      maximumConcurrency: standardMaximumConcurrency,
    });
    return ingest;
  }

  /** Two rules per source, each the other's complement: what only its attributes show to be urgent never waits behind a flood. */
  private busSource(source: Way<'eventbridge'>): void {
    const patterns = this.platform.intakePatterns[source.name];
    if (patterns === undefined) throw new Error(`There is no intake pattern for source ${source.name}.`);
    const transformer = {
      inputPathsMap: { id: '$.id', event: '$.detail' },
      inputTemplate: `{"way":"${source.name}","id":"<id>","event":<event>}`,
    };
    if (patterns.express !== undefined) this.rule(`${source.name}-express`, 'express', patterns.express, transformer);
    this.rule(`${source.name}-standard`, 'standard', patterns.standard, transformer);
    if (this.features.has('bus-policy') && source.producerPrincipals.length > 0) this.letProducersPut(source);
  }

  private letProducersPut(source: Way<'eventbridge'>): void {
    new CfnEventBusPolicy(this, `BusPolicy-${source.name}`, {
      eventBusName: this.bus.eventBusName,
      statementId: `producers-${source.name}`,
      statement: {
        Effect: 'Allow',
        Principal: { AWS: [...source.producerPrincipals] },
        Action: 'events:PutEvents',
        Resource: this.bus.eventBusArn,
        Condition: { StringEquals: { 'events:source': source.eventBridgeSource } },
      },
    });
  }

  private objectSource(source: Way<'s3'>): void {
    const pattern = {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [this.appStoreBucketName] }, object: { key: [{ prefix: `in/${source.name}/` }] } },
    };
    this.rule(
      `${source.name}-objects`,
      'standard',
      pattern,
      {
        inputPathsMap: { bucket: '$.detail.bucket.name', key: '$.detail.object.key', size: '$.detail.object.size' },
        inputTemplate: `{"way":"${source.name}","object":{"bucket":"<bucket>","key":"<key>","size":<size>}}`,
      },
      'default-bus',
    );
  }

  private streamSource(source: Way<'kinesis'>, ingest: PlatformFunction<'ingest'>): void {
    const stream = new Stream(this, `Stream-${source.name}`, {
      streamName: this.names.stream(source.name),
      shardCount: source.shards,
      encryption: StreamEncryption.MANAGED,
      retentionPeriod: Duration.hours(this.configuration.retention.streamHours),
      removalPolicy: this.removalPolicy,
    });
    const failures = failureQueue(this, `StreamFailures-${source.name}`, {
      stack: this,
      queueName: this.names.streamFailureQueue(source.name),
    });
    ingest.function.addToRolePolicy(
      allow(
        [
          'kinesis:DescribeStream',
          'kinesis:DescribeStreamSummary',
          'kinesis:GetRecords',
          'kinesis:GetShardIterator',
          'kinesis:ListShards',
        ],
        [stream.streamArn],
      ),
    );
    mapStream(this, `StreamMapping-${source.name}`, ingest, {
      streamArn: stream.streamArn,
      onFailure: new SqsDlq(failures),
      batchSize: 100,
      parallelizationFactor: 1,
    });
  }

  /** What applications emit comes back in where an application reacts to its type; everything else is for outside listeners. */
  private internalSource(): void {
    if (this.platform.reactedTypes.length === 0) return;
    this.rule(
      'internal',
      'standard',
      {
        source: [EMITTED_SOURCE],
        'detail-type': this.platform.reactedTypes.map((type) =>
          type.endsWith('*') ? { prefix: type.slice(0, -1) } : type,
        ),
      },
      { inputPathsMap: { event: '$.detail' }, inputTemplate: '{"way":"internal","event":<event>}' },
    );
  }

  private rule(
    id: string,
    intake: 'express' | 'standard',
    eventPattern: EventPattern,
    inputTransformer: CfnRule.InputTransformerProperty,
    bus: 'own-bus' | 'default-bus' = 'own-bus',
  ): void {
    const name = `${this.names.prefix}-${id}`;
    const queue = intake === 'express' ? this.express.queue : this.standard.queue;
    new CfnRule(this, `Rule-${id}`, {
      name,
      ...(bus === 'own-bus' ? { eventBusName: this.bus.eventBusName } : {}),
      description: `To the ${intake} intake`,
      eventPattern,
      state: 'ENABLED',
      targets: [
        {
          id: 'intake',
          arn: queue.queueArn,
          inputTransformer,
          deadLetterConfig: { arn: this.ruleDeadLetters.queueArn },
          retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        },
      ],
    });
    this.ruleArns[intake].push(this.ruleArn(bus === 'own-bus' ? this.names.bus : undefined, name));
  }

  private letRulesSend(): void {
    const { express, standard } = this.ruleArns;
    const grant = (queue: Queue, rules: readonly string[]) => {
      if (rules.length === 0) return;
      queue.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions: {
            ArnEquals: { 'aws:SourceArn': rules },
            StringEquals: { 'aws:SourceAccount': this.account },
          },
        }),
      );
    };
    grant(this.express.queue, express);
    grant(this.standard.queue, standard);
    grant(this.ruleDeadLetters, [...express, ...standard]);
  }
}

/** Enough for every mapping of the function at its cap, so that none starves another: queues by their caps, a stream by its shards. */
export function ingestConcurrency(configuration: Platform['configuration']): number {
  const shards = configuration.sources.reduce(
    (sum, source) => sum + (source.kind === 'kinesis' ? source.shards : 0),
    0,
  );
  return (
    configuration.ingestion.expressMaximumConcurrency + configuration.ingestion.standardMaximumConcurrency + shards
  );
}
