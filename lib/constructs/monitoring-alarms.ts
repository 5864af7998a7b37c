/** Alarms of the second way of detection and of recovery: that it is blind or late, that it fails, that it needs a person. */
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { PlatformStack } from '../platform-stack';
import type { AlarmFactory } from './alarms';
import { functionMetric, ownMetric } from './metrics';

/** Deliveries older than that are no quick way of detection. */
const LATE_MS = 60_000;

export function addMonitoringAlarms(stack: PlatformStack, alarms: AlarmFactory): void {
  const { names, configuration } = stack;
  const figure = (metric: string) => ownMetric({ environment: configuration.environment, stage: 'monitoring' }, metric);
  const monitor = { name: 'monitor', functionName: names.platformFunction('monitor') };
  alarms.add({
    name: 'canary-missing',
    metric: figure('canaries'),
    threshold: 1,
    below: true,
    periods: 5,
    summary: "The canary's error has not reached the monitor for five minutes: nothing is diagnosed from logs.",
    runbook: 'monitor-blind',
  });
  alarms.add({
    name: 'late-monitor',
    metric: functionMetric(monitor, 'AsyncEventAge', Stats.MAXIMUM),
    threshold: LATE_MS,
    periods: 5,
    datapoints: 3,
    summary: 'The monitor reads what was logged a minute ago: there is more than it can read.',
    runbook: 'monitor-blind',
  });
  alarms.add({
    name: 'parked-incidents',
    metric: figure('parked'),
    threshold: 1,
    summary: 'Recovery has done what it may about an incident; a person must look.',
    runbook: 'incident-parked',
  });
  alarms.add({
    name: 'failed-recoveries',
    metric: figure('failedRecoveries'),
    threshold: 1,
    periods: 5,
    datapoints: 3,
    summary: "Recovery's actions fail.",
    runbook: 'recovery-fails',
  });
}
