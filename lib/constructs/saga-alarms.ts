/** What only a state machine's own metrics tell: executions that ended without writing an outcome. */
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { PlatformStack } from '../platform-stack';
import { type AlarmFactory, MINUTE } from './alarms';

export function addSagaAlarms(stack: PlatformStack, alarms: AlarmFactory): void {
  for (const { name } of stack.platform.sagas) {
    const of = (metricName: string) =>
      new Metric({
        namespace: 'AWS/States',
        metricName,
        dimensionsMap: { StateMachineArn: `${stack.machinePrefix}${name}` },
        statistic: Stats.SUM,
        period: MINUTE,
      });
    alarms.add({
      name: `failed-saga-${name}`,
      metric: of('ExecutionsFailed'),
      threshold: 1,
      summary: `Executions of saga ${name} fail; the reconciler runs them again, four times in all.`,
      runbook: 'saga-failed',
    });
    alarms.add({
      name: `timed-out-saga-${name}`,
      metric: of('ExecutionsTimedOut'),
      threshold: 1,
      summary: `Executions of saga ${name} take longer than they may.`,
      runbook: 'saga-failed',
    });
  }
}
