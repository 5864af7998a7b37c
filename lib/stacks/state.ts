/** What must outlive every function: the ledger, context, effects, states and control tables, the buckets, and the publisher. */
import { AttributeType, ProjectionType, StreamViewType, type Table, type TableProps } from 'aws-cdk-lib/aws-dynamodb';
import { FilterRule } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { DEAD_INDEX, DUE_INDEX, OPEN_INDEX } from '../../core/contracts/names';
import { functionEntry } from '../bundling';
import { acknowledge } from '../constructs/acknowledge';
import { allow, PlatformFunction } from '../constructs/platform-function';
import { mapQueue, mapStream } from '../constructs/platform-mapping';
import { platformTable } from '../constructs/platform-table';
import { failureQueue, QueuePair } from '../constructs/queue-pair';
import { secureBucket } from '../constructs/secure-bucket';
import { publisherPermissions, republisherPermissions } from '../permissions';
import { type Platform, PlatformStack } from '../platform-stack';

export class StateStack extends PlatformStack {
  constructor(scope: Construct, platform: Platform) {
    super(
      scope,
      platform,
      'state',
      'Triage: ledger, context, effects, states, control, app store, quarantine and the publisher',
    );
    this.acceptances();
    const records = this.records();
    this.table('Context', { tableName: this.names.contextTable, partitionKey: text('key') });
    this.table('Effects', { tableName: this.names.effectsTable, partitionKey: text('id') });
    // A result that becomes stale must reach what was made from it: the item is the notice, and the stream carries it.
    const states = this.table('States', {
      tableName: this.names.statesTable,
      partitionKey: text('instance'),
      sortKey: text('name'),
      stream: StreamViewType.NEW_IMAGE,
    });
    this.table('Control', { tableName: this.names.controlTable, partitionKey: text('id') });
    this.table('Decisions', {
      tableName: this.names.decisionsTable,
      partitionKey: text('lane'),
      sortKey: number('atMs'),
      timeToLiveAttribute: 'expiresAt',
    });
    this.table('Incidents', {
      tableName: this.names.incidentsTable,
      partitionKey: text('id'),
      timeToLiveAttribute: 'expiresAt',
    }).addGlobalSecondaryIndex({
      indexName: DUE_INDEX,
      partitionKey: text('due'),
      sortKey: number('dueAtMs'),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.buckets();
    this.publisher(records);
    this.staleNotifier(states);
  }

  private table(id: string, props: TableProps): Table {
    return platformTable(this, id, props);
  }

  private acceptances(): void {
    this.table('Acceptances', {
      tableName: this.names.acceptancesTable,
      partitionKey: text('key'),
      timeToLiveAttribute: 'expiresAt',
    }).addGlobalSecondaryIndex({
      indexName: OPEN_INDEX,
      partitionKey: text('openShard'),
      sortKey: number('dueAtMs'),
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  private records(): Table {
    const table = this.table('Records', {
      tableName: this.names.recordsTable,
      partitionKey: text('key'),
      sortKey: number('generation'),
      timeToLiveAttribute: 'expiresAt',
      stream: StreamViewType.NEW_IMAGE,
    });
    table.addGlobalSecondaryIndex({
      indexName: DEAD_INDEX,
      partitionKey: text('deadShard'),
      sortKey: number('decidedAtMs'),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    return table;
  }

  private buckets(): void {
    const { names, configuration } = this;
    const accessLogs = secureBucket(this, 'AccessLogs', {
      stack: this,
      bucketName: names.accessLogBucket(this.account, this.region),
      expireDays: configuration.retention.logDays,
    });
    acknowledge(accessLogs, {
      'AwsSolutions-S1': 'This is the bucket that access logs are written to; logging its own access would never end.',
    });
    const appStore = secureBucket(this, 'AppStore', {
      stack: this,
      bucketName: this.appStoreBucketName,
      expireDays: configuration.retention.ledgerDays,
      accessLogs,
    });
    announceObjects(appStore);
    secureBucket(this, 'Quarantine', {
      stack: this,
      bucketName: this.quarantineBucketName,
      expireDays: configuration.retention.quarantineDays,
      accessLogs,
    });
  }

  private publisher(records: Table): void {
    const streamArn = records.tableStreamArn ?? '';
    const { queue: failures } = new QueuePair(this, 'PublisherFailures', {
      stack: this,
      queueName: this.names.publisherFailureQueue,
      deadLetterQueueName: this.names.publisherFailureDeadLetterQueue,
      visibilitySeconds: 6 * REPUBLISHER_TIMEOUT_SECONDS,
      maxReceiveCount: REPUBLISHER_RECEIVES,
    });
    const publisher = new PlatformFunction(this, 'Publisher', {
      stack: this,
      kind: 'publisher',
      functionName: this.names.platformFunction('publisher'),
      description: 'Applies the keyed writes of outcomes, then publishes the events they emit',
      code: this.bundler.code(functionEntry('publisher')),
      timeoutSeconds: 30,
      memoryMegabytes: 512,
      environment: {
        ...this.publisherEnvironment(),
        PARALLEL_OUTCOMES: String(this.configuration.publisher.parallelOutcomes),
      },
      permissions: [
        ...publisherPermissions(this),
        allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn]),
        // Knows no finer resource than "*"; see lib/house-rules.ts.
        allow(['dynamodb:ListStreams'], ['*']),
      ],
    });
    mapStream(this, 'PublisherMapping', publisher, {
      streamArn,
      onFailure: new SqsDlq(failures),
      batchSize: 100,
      parallelizationFactor: 10,
      filter: HOLDS_OUTCOME,
    });
    this.republisher(streamArn, failures.queueArn);
  }

  private republisher(streamArn: string, queueArn: string): void {
    const republisher = new PlatformFunction(this, 'Republisher', {
      stack: this,
      kind: 'republisher',
      functionName: this.names.platformFunction('republisher'),
      description: 'Publishes what the publisher gave up, read from the stream again',
      code: this.bundler.code(functionEntry('republisher')),
      timeoutSeconds: REPUBLISHER_TIMEOUT_SECONDS,
      memoryMegabytes: 512,
      environment: this.publisherEnvironment(),
      permissions: republisherPermissions(this, streamArn),
    });
    mapQueue(this, 'RepublisherMapping', republisher, { queueArn, batchSize: 1, maximumConcurrency: 2 });
  }

  /** What becomes stale reaches whoever listens. A notice that is lost costs time only: no commit takes a stale result. */
  private staleNotifier(states: Table): void {
    const streamArn = states.tableStreamArn ?? '';
    const failures = failureQueue(this, 'StaleFailures', { stack: this, queueName: this.names.staleFailureQueue });
    const notifier = new PlatformFunction(this, 'StaleNotifier', {
      stack: this,
      kind: 'stale-notifier',
      functionName: this.names.platformFunction('stale-notifier'),
      description: 'Publishes an event for each stored result that was found to be wrong',
      code: this.bundler.code(functionEntry('stale-notifier')),
      timeoutSeconds: 30,
      memoryMegabytes: 256,
      environment: { ENVIRONMENT: this.configuration.environment, BUS: this.names.bus },
      permissions: [
        allow(['events:PutEvents'], [this.busArn()]),
        allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [streamArn]),
        // Knows no finer resource than "*"; see lib/house-rules.ts.
        allow(['dynamodb:ListStreams'], ['*']),
      ],
    });
    mapStream(this, 'StaleMapping', notifier, {
      streamArn,
      onFailure: new SqsDlq(failures),
      batchSize: 100,
      parallelizationFactor: 1,
      filter: IS_STALE,
    });
  }

  private publisherEnvironment() {
    return {
      ENVIRONMENT: this.configuration.environment,
      EFFECTS_TABLE: this.names.effectsTable,
      BUS: this.names.bus,
    };
  }
}

/** A batch's range of the stream may hold some thousand records. */
const REPUBLISHER_TIMEOUT_SECONDS = 60;
/** Two hours at six minutes each: the mapping gives up after twelve, so the stream, which forgets after 24, still has the records. */
const REPUBLISHER_RECEIVES = 20;

/**
 * Progress, error notes and expiry are writes too, and none of them is the publisher's. `kind` is written with the outcome and only
 * then; the outcome itself may be text or bytes, and a filter can ask only of a leaf whether it is there.
 */
const HOLDS_OUTCOME = { dynamodb: { NewImage: { kind: { S: FilterRule.exists() } } } };

const IS_STALE = { dynamodb: { NewImage: { freshness: { S: ['stale'] } } } };

const text = (name: string) => ({ name, type: AttributeType.STRING });
const number = (name: string) => ({ name, type: AttributeType.NUMBER });

/**
 * Object-created events to EventBridge, by the resource's own property: the construct's switch for it deploys a custom resource with
 * a role and a function, for what is one line here.
 */
function announceObjects(bucket: Bucket): void {
  (bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
}
