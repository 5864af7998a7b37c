/** EventBridge Scheduler invokes a function every so many minutes; it fires to the minute. */
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { PlatformStack } from '../platform-stack';
import { allow } from './platform-function';

export interface ScheduleProps {
  readonly stack: PlatformStack;
  readonly scheduleName: string;
  readonly description: string;
  /** Whole, 1 or more. */
  readonly everyMinutes: number;
  readonly targetArn: string;
  /** For invocations that failed for good. */
  readonly deadLetterQueueArn: string;
  /** Invocations after the first that failed, and how old one may get, in seconds (60 or more). */
  readonly retries: number;
  readonly maximumAgeSeconds: number;
}

/** The schedule and its role, which may invoke the target and fill the dead-letter queue, and nothing else. */
export function scheduleEvery(scope: Construct, props: ScheduleProps): void {
  const { stack, everyMinutes, targetArn, deadLetterQueueArn } = props;
  const group = stack.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' });
  const role = new Role(scope, 'ScheduleRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnEquals: { 'aws:SourceArn': group } },
    }),
    inlinePolicies: {
      invoke: new PolicyDocument({
        statements: [allow(['lambda:InvokeFunction'], [targetArn]), allow(['sqs:SendMessage'], [deadLetterQueueArn])],
      }),
    },
  });
  new CfnSchedule(scope, 'Schedule', {
    name: props.scheduleName,
    description: props.description,
    scheduleExpression: `rate(${everyMinutes} minute${everyMinutes === 1 ? '' : 's'})`,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: targetArn,
      roleArn: role.roleArn,
      deadLetterConfig: { arn: deadLetterQueueArn },
      retryPolicy: { maximumRetryAttempts: props.retries, maximumEventAgeInSeconds: props.maximumAgeSeconds },
    },
  });
}
