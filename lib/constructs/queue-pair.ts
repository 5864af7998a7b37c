/** A queue and its dead-letter queue: encrypted, TLS only, visible six times as long as its consumer may run. */
import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { PlatformStack } from '../platform-stack';
import { acknowledge } from './acknowledge';

export interface QueuePairProps {
  readonly stack: PlatformStack;
  readonly queueName: string;
  readonly deadLetterQueueName: string;
  readonly ordered?: boolean;
  /** At least six times the consumer's time-out. */
  readonly visibilitySeconds: number;
  /** Of the dead-letter queue's own consumer, where it has one. Default: 30 s, the service's own. */
  readonly deadLetterVisibilitySeconds?: number;
  /** Receives before a message is moved to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

export class QueuePair extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: QueuePairProps) {
    super(scope, id);
    this.deadLetterQueue = failureQueue(this, 'DeadLetters', {
      stack: props.stack,
      queueName: props.deadLetterQueueName,
      ordered: props.ordered ?? false,
      visibilitySeconds: props.deadLetterVisibilitySeconds ?? 30,
    });
    this.queue = new Queue(this, 'Queue', {
      queueName: props.queueName,
      ...(props.ordered === true ? { fifo: true } : {}),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(props.visibilitySeconds),
      retentionPeriod: Duration.days(props.stack.configuration.retention.queueDays),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceiveCount },
      removalPolicy: props.stack.removalPolicy,
    });
  }
}

export interface FailureQueueProps {
  readonly stack: PlatformStack;
  readonly queueName: string;
  readonly ordered?: boolean;
  readonly visibilitySeconds?: number;
}

/** The end of an asynchronous edge: kept as long as SQS keeps anything, with an alarm on its depth. */
export function failureQueue(scope: Construct, id: string, props: FailureQueueProps): Queue {
  const queue = new Queue(scope, id, {
    queueName: props.queueName,
    ...(props.ordered === true ? { fifo: true } : {}),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: Duration.seconds(props.visibilitySeconds ?? 30),
    retentionPeriod: Duration.days(14),
    removalPolicy: props.stack.removalPolicy,
  });
  const reason =
    'This queue is itself the end of an asynchronous edge: what its consumer cannot take stays in it for 14 days, with an alarm on its depth. A dead-letter queue behind it would only hide the message from that alarm.';
  acknowledge(queue, { 'AwsSolutions-SQS3': reason, 'Serverless-SQSRedrivePolicy': reason });
  return queue;
}
