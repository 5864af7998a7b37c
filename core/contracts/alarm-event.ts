/** What EventBridge tells of an alarm on a function's metrics. AWS alone can send events of this source. */
import * as v from 'valibot';

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));
const METRICS = ['Errors', 'Throttles'] as const;

const lambdaMetric = v.object({
  namespace: v.literal('AWS/Lambda'),
  name: v.picklist(METRICS),
  dimensions: v.object({ FunctionName: text(140) }),
});
const alarmEvent = v.object({
  source: v.literal('aws.cloudwatch'),
  'detail-type': v.literal('CloudWatch Alarm State Change'),
  detail: v.object({
    alarmName: text(255),
    state: v.object({ value: v.literal('ALARM'), timestamp: text(40) }),
    /** One for each metric, and for an alarm on an expression one more, which has no `metricStat`. */
    configuration: v.object({
      metrics: v.array(v.object({ metricStat: v.optional(v.object({ metric: v.unknown() })) })),
    }),
  }),
});

export interface FunctionAlarm {
  readonly alarmName: string;
  readonly metric: (typeof METRICS)[number];
  readonly functionName: string;
  /** As CloudWatch wrote it; one for each time that it began. */
  readonly since: string;
}

/** `undefined`: it is something else, an alarm that has ended or one on another metric. */
export function parseAlarmEvent(value: unknown): FunctionAlarm | undefined {
  const parsed = v.safeParse(alarmEvent, value);
  if (!parsed.success) return undefined;
  const { alarmName, state, configuration } = parsed.output.detail;
  for (const { metricStat } of configuration.metrics) {
    const metric = v.safeParse(lambdaMetric, metricStat?.metric);
    if (!metric.success) continue;
    const { name, dimensions } = metric.output;
    return { alarmName, metric: name, functionName: dimensions.FunctionName, since: state.timestamp };
  }
  return undefined;
}
