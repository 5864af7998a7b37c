/** A lane: its queue, its dead-letter queue, its runner or coordinator behind the alias `live`, and the mapping between them. */
import type { Code } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type LaneConfiguration, visibilityTimeoutSeconds } from '../../core/contracts/configuration';
import { startEveryMs } from '../../core/contracts/coordination-faults';
import { coordinatorPermissions, runnerPermissions } from '../permissions';
import { laneRoutes, type PlatformStack, SUSPECT_RECEIVES, suspectLimits } from '../platform-stack';
import type { ControlledLane } from './lane-controller';
import { PlatformFunction } from './platform-function';
import { mapQueue } from './platform-mapping';
import { QueuePair } from './queue-pair';

export interface PriorityLaneProps {
  readonly stack: PlatformStack;
  readonly lane: LaneConfiguration;
  readonly code: Code;
  /** Of the function that consumes the dead-letter queue. */
  readonly deadLetterVisibilitySeconds: number;
}

export class PriorityLane extends Construct {
  /** What controllers must know of it. */
  readonly controlled: ControlledLane;

  constructor(scope: Construct, id: string, { stack, lane, code, deadLetterVisibilitySeconds }: PriorityLaneProps) {
    super(scope, id);
    const { names } = stack;
    const queues = new QueuePair(this, 'Queues', {
      stack,
      queueName: stack.laneQueueName(lane),
      deadLetterQueueName: names.laneDeadLetterQueue(lane.name, lane.ordered),
      ordered: lane.ordered,
      visibilitySeconds: visibilityTimeoutSeconds(lane),
      deadLetterVisibilitySeconds,
      maxReceiveCount: lane.maxReceiveCount,
    });
    const runner = lane.runs === 'units' ? this.runner(stack, lane, code) : this.coordinator(stack, lane, code);
    const mapping = mapQueue(this, 'Mapping', runner, {
      queueArn: queues.queue.queueArn,
      batchSize: lane.batchSize,
      ...(lane.ordered ? {} : { batchWindowSeconds: lane.batchWindowSeconds }),
      maximumConcurrency: lane.maximumConcurrency,
      leastPollers: lane.leastPollers,
    });
    this.controlled = {
      lane,
      mappingId: mapping.eventSourceMappingId,
      mappingArn: mapping.eventSourceMappingArn,
    };
  }

  private runner(stack: PlatformStack, lane: LaneConfiguration, code: Code): PlatformFunction<'runner'> {
    const suspectQueue = stack.names.suspectQueue(lane.pool);
    return new PlatformFunction(this, 'Runner', {
      ...laneFunction(stack, lane, code),
      kind: 'runner',
      description: `Runs the chains of pool ${lane.pool} for lane ${lane.name}`,
      environment: {
        ...runnerEnvironment(stack, lane.pool),
        LANE: lane.name,
        ORDERED: lane.ordered ? 'true' : 'false',
        SUSPECTS: 'false',
        PARALLEL_RECORDS: String(lane.parallelRecords),
        LANES: laneRoutes(stack, [lane]),
      },
      permissions: runnerPermissions(stack, stack.laneQueueName(lane), [lane], suspectQueue),
    });
  }

  private coordinator(stack: PlatformStack, lane: LaneConfiguration, code: Code): PlatformFunction<'coordinator'> {
    const { names, configuration } = stack;
    const { coordination } = configuration;
    if (coordination === null) throw new Error(`Lane ${lane.name} runs sagas, and nothing is said of coordination.`);
    return new PlatformFunction(this, 'Runner', {
      ...laneFunction(stack, lane, code),
      kind: 'coordinator',
      description: `Begins the sagas of pool ${lane.pool}`,
      environment: {
        ENVIRONMENT: configuration.environment,
        LANE: lane.name,
        RECORDS_TABLE: names.recordsTable,
        CONTROL_TABLE: names.controlTable,
        APP_STORE_BUCKET: stack.appStoreBucketName,
        QUARANTINE_BUCKET: stack.quarantineBucketName,
        LANES: laneRoutes(stack, [lane]),
        PARALLEL_RECORDS: String(lane.parallelRecords),
        MACHINE_PREFIX: stack.machinePrefix,
        SAGA_ASK_AFTER_SECONDS: String(coordination.askAfterSeconds),
        START_EVERY_MILLISECONDS: String(startEveryMs(lane, coordination)),
        LEDGER_RETENTION_DAYS: String(configuration.retention.ledgerDays),
      },
      permissions: coordinatorPermissions(stack, lane),
    });
  }
}

function laneFunction(stack: PlatformStack, lane: LaneConfiguration, code: Code) {
  return {
    stack,
    functionName: stack.names.runnerFunction(lane.name),
    code,
    timeoutSeconds: lane.timeoutSeconds,
    memoryMegabytes: lane.memoryMegabytes,
    ...(lane.reserved ? { reservedConcurrency: lane.maximumConcurrency } : {}),
  };
}

export interface SuspectLaneProps {
  readonly stack: PlatformStack;
  readonly pool: string;
  readonly code: Code;
  readonly deadLetterVisibilitySeconds: number;
}

/** Where a pool's suspects run alone, so that a message that takes its worker with it takes nobody else. */
export class SuspectLane extends Construct {
  constructor(scope: Construct, id: string, { stack, pool, code, deadLetterVisibilitySeconds }: SuspectLaneProps) {
    super(scope, id);
    const { names } = stack;
    const lanes = stack.lanesOf(pool);
    const limits = suspectLimits(lanes);
    const queueName = names.suspectQueue(pool);
    const queues = new QueuePair(this, 'Queues', {
      stack,
      queueName,
      deadLetterQueueName: names.suspectDeadLetterQueue(pool),
      visibilitySeconds: 6 * limits.timeoutSeconds,
      deadLetterVisibilitySeconds,
      maxReceiveCount: SUSPECT_RECEIVES,
    });
    const runner = new PlatformFunction(this, 'Runner', {
      stack,
      kind: 'runner',
      functionName: names.suspectRunnerFunction(pool),
      description: `Runs the suspects of pool ${pool}, one at a time`,
      code,
      ...limits,
      environment: {
        ...runnerEnvironment(stack, pool),
        LANE: `suspects-${pool}`,
        ORDERED: 'false',
        SUSPECTS: 'true',
        PARALLEL_RECORDS: '1',
        LANES: laneRoutes(stack, lanes),
      },
      permissions: runnerPermissions(stack, queueName, lanes, queueName),
    });
    mapQueue(this, 'Mapping', runner, { queueArn: queues.queue.queueArn, batchSize: 1, maximumConcurrency: 2 });
  }
}

function runnerEnvironment(stack: PlatformStack, pool: string) {
  const { names, configuration } = stack;
  return {
    ENVIRONMENT: configuration.environment,
    POOL: pool,
    RECORDS_TABLE: names.recordsTable,
    CONTEXT_TABLE: names.contextTable,
    CONTROL_TABLE: names.controlTable,
    APP_STORE_BUCKET: stack.appStoreBucketName,
    QUARANTINE_BUCKET: stack.quarantineBucketName,
    SUSPECT_QUEUE: names.suspectQueue(pool),
    LEDGER_RETENTION_DAYS: String(configuration.retention.ledgerDays),
  };
}
