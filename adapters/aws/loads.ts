/**
 * Lanes' loads from the metrics that ingestion and runners write in embedded format, and from the queues. Metrics come late by a
 * minute or so: a young minute without a figure is not yet known, an older one is a zero.
 */
import { type CloudWatchClient, type MetricDataQuery, paginateGetMetricData } from '@aws-sdk/client-cloudwatch';
import type { InvocationSums, MinuteCount } from '../../core/contracts/scheduling';
import type { Control, Loads } from '../../core/ports';

export interface LoadsOptions {
  readonly cloudWatch: CloudWatchClient;
  readonly control: Pick<Control, 'watermark'>;
  readonly environment: string;
  readonly namespace: string;
}

const MINUTE_MS = 60_000;
/** A younger minute without a figure may still get one. */
const LATE_MINUTES = 3;
/** Service times are taken over so many of the last minutes. */
const SERVICE_MINUTES = 15;

const SERVICE_METRICS = {
  invocations: { name: 'busy', stat: 'SampleCount' },
  records: { name: 'records', stat: 'Sum' },
  recordsSquared: { name: 'recordsSquared', stat: 'Sum' },
  busy: { name: 'busy', stat: 'Sum' },
  busySquared: { name: 'busySquared', stat: 'Sum' },
  recordBusy: { name: 'recordBusy', stat: 'Sum' },
  init: { name: 'init', stat: 'Average' },
} as const;
type ServiceMetric = keyof typeof SERVICE_METRICS;

export function createLoads({ cloudWatch, control, environment, namespace }: LoadsOptions): Loads {
  const metric = (id: string, stage: string, lane: string, name: string, stat: string): MetricDataQuery => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: [
          { Name: 'environment', Value: environment },
          { Name: 'stage', Value: stage },
          { Name: 'lane', Value: lane },
        ],
      },
      Period: 60,
      Stat: stat,
    },
    ReturnData: true,
  });
  return {
    read: async (lanes, nowMs) => {
      const nowMinute = Math.floor(nowMs / MINUTE_MS);
      const fromMinute = Math.min(nowMinute - SERVICE_MINUTES, ...lanes.map((each) => each.fromMinute));
      const queries = lanes.flatMap(({ lane }, index) => [
        metric(`accepted${index}`, 'ingestion', lane, 'accepted', 'Sum'),
        ...Object.entries(SERVICE_METRICS).map(([id, { name, stat }]) =>
          metric(`${id}${index}`, 'execution', lane, name, stat),
        ),
      ]);
      const [series, watermarks] = await Promise.all([
        readSeries(cloudWatch, queries, fromMinute, nowMinute),
        Promise.all(lanes.map(({ lane }) => control.watermark(lane))),
      ]);
      // Figures come through in order: a minute without one is known to be empty once a later minute of any lane has one.
      const reportedUntil = Math.max(
        nowMinute - LATE_MINUTES,
        ...lanes.flatMap((_, index) => [...(series.get(`accepted${index}`)?.keys() ?? [])]),
      );
      const loads = lanes.map(({ lane, fromMinute: from }, index) => {
        const of = (id: string) => series.get(`${id}${index}`) ?? new Map<number, number>();
        const watermark = watermarks[index];
        const reportedUntilMs = (Math.max(-1, ...of('busy').keys()) + 1) * MINUTE_MS;
        // The runner was at work after the last figure that came through: the figures are behind, not the lane idle.
        const isBehind = (watermark?.seenAtMs ?? 0) > reportedUntilMs + LATE_MINUTES * MINUTE_MS;
        const isWaiting = (watermark?.backlog ?? 0) > 0 && (watermark?.oldestSentAtMs ?? 0) > 0;
        return [
          lane,
          {
            arrivals: arrivalsOf(of('accepted'), from, nowMinute, reportedUntil),
            invocations: sumsOf(of, nowMinute),
            backlog: watermark?.backlog ?? 0,
            oldestAgeSeconds: isWaiting ? Math.max(0, (nowMs - (watermark?.oldestSentAtMs ?? nowMs)) / 1000) : 0,
            observedAtMs: isBehind ? Math.min(nowMs, reportedUntilMs) : nowMs,
          },
        ] as const;
      });
      return new Map(loads);
    },
  };
}

function arrivalsOf(
  series: ReadonlyMap<number, number>,
  fromMinute: number,
  nowMinute: number,
  reportedUntil: number,
): MinuteCount[] {
  const arrivals: MinuteCount[] = [];
  for (let minute = fromMinute; minute < nowMinute; minute++) {
    const count = series.get(minute);
    if (count !== undefined) arrivals.push({ minute, count });
    else if (minute < reportedUntil) arrivals.push({ minute, count: 0 });
    // Minutes are learnt in order: what comes after an unknown one waits for it.
    else break;
  }
  return arrivals;
}

function sumsOf(seriesOf: (id: ServiceMetric) => ReadonlyMap<number, number>, nowMinute: number): InvocationSums {
  const values = (id: ServiceMetric) =>
    [...seriesOf(id)].flatMap(([minute, value]) => (minute >= nowMinute - SERVICE_MINUTES ? [value] : []));
  const sum = (id: ServiceMetric) => values(id).reduce((total, each) => total + each, 0);
  const inits = values('init');
  return {
    invocations: sum('invocations'),
    records: sum('records'),
    recordsSquared: sum('recordsSquared'),
    busySeconds: sum('busy') / 1000,
    busySecondsSquared: sum('busySquared') / 1_000_000,
    recordBusySeconds: sum('recordBusy') / 1000,
    initSeconds: inits.length === 0 ? undefined : inits.reduce((total, each) => total + each, 0) / inits.length / 1000,
  };
}

/** By query, values by epoch minute. The running minute is not asked for, since it is not complete. */
async function readSeries(
  cloudWatch: CloudWatchClient,
  queries: readonly MetricDataQuery[],
  fromMinute: number,
  nowMinute: number,
): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
  const series = new Map<string, Map<number, number>>();
  const pages = paginateGetMetricData(
    { client: cloudWatch },
    {
      MetricDataQueries: [...queries],
      StartTime: new Date(fromMinute * MINUTE_MS),
      EndTime: new Date(nowMinute * MINUTE_MS),
      ScanBy: 'TimestampAscending',
    },
  );
  for await (const page of pages) {
    for (const { Id, Timestamps, Values } of page.MetricDataResults ?? []) {
      const points = series.get(Id ?? '') ?? new Map<number, number>();
      for (const [index, at] of (Timestamps ?? []).entries())
        points.set(Math.floor(at.getTime() / MINUTE_MS), Values?.[index] ?? 0);
      series.set(Id ?? '', points);
    }
  }
  return series;
}
