/** Event source mappings, always on the alias, always reporting failures item by item. */
import { Duration } from 'aws-cdk-lib';
import {
  EventSourceMapping,
  FilterCriteria,
  type IEventSourceDlq,
  type IFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionKind } from '../../core/contracts/functions';
import { CONCURRENCY_PER_POLLER } from '../../core/contracts/scheduling';
import { acknowledge } from './acknowledge';
import type { PlatformFunction } from './platform-function';

export interface QueueMappingProps {
  readonly queueArn: string;
  readonly batchSize: number;
  readonly batchWindowSeconds?: number;
  /** Cap on concurrent invocations, 2-1,000. */
  readonly maximumConcurrency: number;
  /** Provisioned pollers that always stand; the cap is then their greatest number. */
  readonly leastPollers?: number | undefined;
}

export function mapQueue<K extends FunctionKind>(
  scope: Construct,
  id: string,
  target: PlatformFunction<K>,
  props: QueueMappingProps,
): EventSourceMapping {
  const mapping = new EventSourceMapping(scope, id, {
    target: target.live as IFunction,
    eventSourceArn: props.queueArn,
    batchSize: props.batchSize,
    ...(props.batchWindowSeconds ? { maxBatchingWindow: Duration.seconds(props.batchWindowSeconds) } : {}),
    ...capOf(props),
    reportBatchItemFailures: true,
  });
  acknowledge(mapping, {
    'Serverless-LambdaEventSourceMappingDestination':
      'A mapping on an SQS queue knows no failure destination: what fails goes back to the queue, and after maxReceiveCount to its dead-letter queue.',
  });
  return mapping;
}

/** Lambda takes one or the other. */
function capOf({ maximumConcurrency, leastPollers }: QueueMappingProps) {
  if (leastPollers === undefined) return { maxConcurrency: maximumConcurrency };
  const maximumPollers = maximumConcurrency / CONCURRENCY_PER_POLLER;
  return { provisionedPollerConfig: { minimumPollers: leastPollers, maximumPollers } };
}

export interface StreamMappingProps {
  readonly streamArn: string;
  readonly onFailure: IEventSourceDlq;
  readonly batchSize: number;
  readonly batchWindowSeconds?: number;
  readonly parallelizationFactor: number;
  /** What a record must match to be worth an invocation. Default: every record is. */
  readonly filter?: Readonly<Record<string, unknown>>;
}

/** A stream's handler throws only for what a retry can mend, so a batch is halved and repeated before it is given up. */
export function mapStream<K extends FunctionKind>(
  scope: Construct,
  id: string,
  target: PlatformFunction<K>,
  props: StreamMappingProps,
): EventSourceMapping {
  return new EventSourceMapping(scope, id, {
    target: target.live as IFunction,
    eventSourceArn: props.streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: props.batchSize,
    ...(props.batchWindowSeconds ? { maxBatchingWindow: Duration.seconds(props.batchWindowSeconds) } : {}),
    parallelizationFactor: props.parallelizationFactor,
    ...(props.filter === undefined ? {} : { filters: [FilterCriteria.filter({ ...props.filter })] }),
    bisectBatchOnError: true,
    retryAttempts: 100,
    maxRecordAge: Duration.hours(12),
    onFailure: props.onFailure,
    reportBatchItemFailures: true,
  });
}
