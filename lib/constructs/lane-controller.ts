/**
 * A lane's controller: a function of its own on a schedule of its own, so that no lane waits for another's and nothing central can
 * fail for all. It may look at every lane, and change its own lane only.
 */
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LaneConfiguration } from '../../core/contracts/configuration';
import type { LaneTerms } from '../../core/contracts/scheduling';
import { controllerPermissions } from '../permissions';
import { laneRoutes, MONITOR_CONCURRENCY, type PlatformStack } from '../platform-stack';
import { acknowledge } from './acknowledge';
import { PlatformFunction } from './platform-function';
import { scheduleEvery } from './schedule';

/** A lane as its controllers see it. */
export interface ControlledLane {
  readonly lane: LaneConfiguration;
  readonly mappingId: string;
  readonly mappingArn: string;
}

export interface LaneControllerProps {
  readonly stack: PlatformStack;
  /** The lane that it acts on; one of `lanes`. */
  readonly own: ControlledLane;
  readonly lanes: readonly ControlledLane[];
  readonly code: Code;
  /** Of invocations that failed for good; shared by all controllers. */
  readonly deadLetterQueue: Queue;
}

const TIMEOUT_SECONDS = 30;

export class LaneController extends Construct {
  constructor(scope: Construct, id: string, { stack, own, lanes, code, deadLetterQueue }: LaneControllerProps) {
    super(scope, id);
    const { names, configuration } = stack;
    const laneName = own.lane.name;
    const controller = new PlatformFunction(this, 'Function', {
      stack,
      kind: 'controller',
      functionName: names.controllerFunction(laneName),
      description: `Plans the capacity of lane ${laneName}`,
      code,
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMegabytes: 512,
      deadLetterQueue,
      environment: {
        ENVIRONMENT: configuration.environment,
        LANE: laneName,
        CONTROL_TABLE: names.controlTable,
        DECISIONS_TABLE: names.decisionsTable,
        LANES: laneRoutes(stack, configuration.lanes),
        LANE_TERMS: JSON.stringify(configuration.lanes.map(laneTerms)),
        MAPPINGS: stack.toJsonString(Object.fromEntries(lanes.map((each) => [each.lane.name, each.mappingId]))),
        ACCOUNT_CONCURRENCY: String(configuration.accountConcurrency),
        RESERVED_ELSEWHERE: String(
          configuration.ingestion.expressMaximumConcurrency +
            configuration.ingestion.standardMaximumConcurrency +
            MONITOR_CONCURRENCY,
        ),
        COST_CEILING_DOLLARS_PER_HOUR: String(configuration.scheduling.costCeilingDollarsPerHour ?? ''),
        DECISION_RETENTION_DAYS: String(configuration.retention.decisionDays),
      },
      permissions: controllerPermissions(stack, own, lanes),
    });
    acknowledge(this, {
      'AwsSolutions-IAM5[Resource::*]':
        'cloudwatch:GetMetricData and the X-Ray actions know no finer resource; the house rules refuse every other star resource.',
    });
    scheduleEvery(this, {
      stack,
      scheduleName: names.controllerFunction(laneName),
      description: `Runs the controller of lane ${laneName}`,
      everyMinutes: 1,
      targetArn: controller.live.functionArn,
      deadLetterQueueArn: deadLetterQueue.queueArn,
      // A step that comes late plans for a minute that has passed; the next one is at hand.
      retries: 0,
      maximumAgeSeconds: 60,
    });
  }
}

/** The mapping takes 2 at the least. What the configuration says of batch and cap are the bounds that the controller plans within. */
export function laneTerms(lane: LaneConfiguration): LaneTerms {
  return {
    lane: lane.name,
    weight: lane.weight,
    objectiveSeconds: lane.objectiveSeconds,
    // Sagas have one form as well.
    ordered: lane.ordered || lane.runs === 'sagas',
    floor: lane.warmFloor,
    ceiling: lane.warmCeiling,
    leastConcurrency: 2,
    mostConcurrency: lane.maximumConcurrency,
    ...(lane.leastPollers === undefined ? {} : { leastPollers: lane.leastPollers }),
    mostBatchSize: lane.batchSize,
    memoryMegabytes: lane.memoryMegabytes,
  };
}
