/** Metrics by the names that the platform's parts have. */
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { LIVE_ALIAS } from '../../core/contracts/names';
import { MINUTE } from './alarms';

export interface FunctionTarget {
  /** Short name, for alarms and widgets. */
  readonly name: string;
  readonly functionName: string;
}

function queueMetric(queue: string, metricName: string, label?: string): Metric {
  return new Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName: queue },
    statistic: Stats.MAXIMUM,
    period: MINUTE,
    // A label makes an alarm's metric a list of metrics in the template, which not every endpoint takes.
    ...(label === undefined ? {} : { label }),
  });
}
export const depth = (queue: string, label?: string) => queueMetric(queue, 'ApproximateNumberOfMessagesVisible', label);
export const oldestAge = (queue: string, label?: string) => queueMetric(queue, 'ApproximateAgeOfOldestMessage', label);

/** Of the alias, since nothing else is ever invoked. */
export function functionMetric(
  { functionName }: FunctionTarget,
  metricName: string,
  statistic: string = Stats.SUM,
): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: functionName, Resource: `${functionName}:${LIVE_ALIAS}` },
    statistic,
    period: MINUTE,
  });
}

/** Of those that functions write in embedded format; their sum. */
export function ownMetric(dimensionsMap: Readonly<Record<string, string>>, metricName: string, label?: string): Metric {
  return new Metric({
    namespace: 'Triage',
    metricName,
    dimensionsMap,
    statistic: Stats.SUM,
    period: MINUTE,
    ...(label === undefined ? {} : { label }),
  });
}

/** `part` in 100 of the sum of `of`; no figure where that is 0. */
export function percent(label: string, part: Metric, of: readonly Metric[]): IMetric {
  const names = of.map((_, index) => `whole${index}`);
  return new MathExpression({
    expression: `100 * part / (${names.join(' + ')})`,
    usingMetrics: { part, ...Object.fromEntries(of.map((metric, index) => [`whole${index}`, metric])) },
    label,
    period: MINUTE,
  });
}
