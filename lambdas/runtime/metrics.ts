/** Metrics in CloudWatch's embedded metric format: one line, which Lambda's log delivery turns into metrics without a call. */

export type MetricUnit = 'Count' | 'Milliseconds' | 'Bytes' | 'Percent' | 'None';
export interface Metric {
  readonly name: string;
  readonly unit: MetricUnit;
  /** One value, or all values of a distribution (100 at most are kept by CloudWatch). */
  readonly value: number | readonly number[];
}

export const METRIC_NAMESPACE = 'Triage';
const VALUES_PER_METRIC = 100;
const METRICS_PER_LINE = 100;

/** One EMF document. Dimensions are few and bounded (environment, stage, lane): each combination is a paid metric. */
export function metricLine(
  dimensions: Readonly<Record<string, string>>,
  metrics: readonly Metric[],
  nowMs: number,
  properties: Readonly<Record<string, unknown>> = {},
): string {
  const kept = metrics.slice(0, METRICS_PER_LINE);
  return JSON.stringify({
    ...properties,
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [Object.keys(dimensions)],
          Metrics: kept.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(
      kept.map(({ name, value }) => [name, typeof value === 'number' ? value : value.slice(0, VALUES_PER_METRIC)]),
    ),
  });
}

/** Writes one metric line to standard output. Nothing is written for no metrics. */
export function emitMetrics(
  dimensions: Readonly<Record<string, string>>,
  metrics: readonly Metric[],
  nowMs: number,
  properties?: Readonly<Record<string, unknown>>,
): void {
  if (metrics.length > 0) process.stdout.write(`${metricLine(dimensions, metrics, nowMs, properties)}\n`);
}
