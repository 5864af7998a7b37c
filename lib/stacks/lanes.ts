/** The lanes with their runners, the suspects of each pool, and the function that ends what a lane gave up. */
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { coordinatorEntry, functionEntry, runnerEntry } from '../bundling';
import { LaneController } from '../constructs/lane-controller';
import { PlatformFunction } from '../constructs/platform-function';
import { mapQueue } from '../constructs/platform-mapping';
import { PriorityLane, SuspectLane } from '../constructs/priority-lane';
import { failureQueue } from '../constructs/queue-pair';
import { deadLetterPermissions } from '../permissions';
import { laneRoutes, type Platform, PlatformStack } from '../platform-stack';

const DEAD_LETTER_TIMEOUT_SECONDS = 5;
const DEAD_LETTER_VISIBILITY_SECONDS = 6 * DEAD_LETTER_TIMEOUT_SECONDS;

export class LanesStack extends PlatformStack {
  constructor(scope: Construct, platform: Platform) {
    super(scope, platform, 'lanes', 'Triage: one queue, runner and dead-letter queue per lane');
    const deadLetterVisibilitySeconds = DEAD_LETTER_VISIBILITY_SECONDS;
    const lanes = this.configuration.lanes.map((lane) => {
      const code = this.laneCode(lane.pool, lane.runs);
      return new PriorityLane(this, `Lane-${lane.name}`, { stack: this, lane, code, deadLetterVisibilitySeconds });
    });
    this.controllers(lanes);
    for (const pool of this.pools) {
      const code = this.laneCode(pool, 'units');
      new SuspectLane(this, `Suspects-${pool}`, { stack: this, pool, code, deadLetterVisibilitySeconds });
    }
    this.deadLetter();
  }

  private controllers(lanes: readonly PriorityLane[]): void {
    const controlled = lanes.map((lane) => lane.controlled);
    const code = this.bundler.code(functionEntry('controller'));
    const deadLetterQueue = failureQueue(this, 'ControllerDeadLetters', {
      stack: this,
      queueName: this.names.controllerDeadLetterQueue,
    });
    for (const lane of lanes) {
      const own = lane.controlled;
      new LaneController(lane, 'Controller', { stack: this, own, lanes: controlled, code, deadLetterQueue });
    }
  }

  private laneCode(pool: string, runs: 'units' | 'sagas') {
    const applications = this.configuration.applications.filter((each) => each.pool === pool).map((each) => each.name);
    return this.bundler.code(runs === 'units' ? runnerEntry(applications) : coordinatorEntry(applications));
  }

  private deadLetter(): void {
    const queues = this.deadLetterQueues();
    const deadLetter = new PlatformFunction(this, 'DeadLetter', {
      stack: this,
      kind: 'dead-letter',
      functionName: this.names.platformFunction('dead-letter'),
      description: 'Writes the outcome DEAD for what a lane gave up',
      code: this.bundler.code(functionEntry('dead-letter')),
      timeoutSeconds: DEAD_LETTER_TIMEOUT_SECONDS,
      memoryMegabytes: 256,
      environment: {
        ENVIRONMENT: this.configuration.environment,
        RECORDS_TABLE: this.names.recordsTable,
        QUARANTINE_BUCKET: this.quarantineBucketName,
        LANES: laneRoutes(this, this.configuration.lanes),
        LEDGER_RETENTION_DAYS: String(this.configuration.retention.ledgerDays),
      },
      permissions: deadLetterPermissions(
        this,
        queues.map((queue) => queue.name),
      ),
    });
    for (const { id, name } of queues) {
      const mapping = mapQueue(this, `DeadLetterMapping-${id}`, deadLetter, {
        queueArn: this.queueArn(name),
        batchSize: 10,
        maximumConcurrency: 2,
      });
      mapping.node.addDependency(...this.queuesNamed(name));
    }
  }

  private deadLetterQueues(): readonly { readonly id: string; readonly name: string }[] {
    return [
      ...this.configuration.lanes.map((lane) => ({
        id: lane.name,
        name: this.names.laneDeadLetterQueue(lane.name, lane.ordered),
      })),
      ...this.pools.map((pool) => ({ id: `suspects-${pool}`, name: this.names.suspectDeadLetterQueue(pool) })),
    ];
  }

  private queuesNamed(name: string): Queue[] {
    return this.node
      .findAll()
      .filter(
        (each): each is Queue =>
          each instanceof Queue && (each.node.defaultChild as { queueName?: string } | undefined)?.queueName === name,
      );
  }
}
