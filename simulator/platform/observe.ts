/** What a controller would read of a lane at the end of a minute. */
import type { LaneObservation, ServiceObservation } from '../../core/contracts/scheduling';
import { type Lane, noService } from './lane';
import type { PlatformSetting } from './setting';

/** Completed minutes over which the service is measured. */
const SERVICE_MINUTES = 5;

/** Closes the minute: what it counted is handed out once. */
export function observe(setting: PlatformSetting, lane: Lane, now: number): LaneObservation {
  const minute = setting.startMinute + Math.round(now / 60) - 1;
  const arrivals = [{ minute, count: lane.minuteArrivals }];
  lane.minuteArrivals = 0;
  const service = serviceOf(lane);
  lane.minutes = [...lane.minutes.slice(-(SERVICE_MINUTES - 1)), noService()];
  return {
    terms: lane.setting.terms,
    arrivals,
    service,
    backlog: lane.queued,
    oldestAgeSeconds: lane.queued === 0 ? 0 : now - lane.oldestSinceSeconds,
    capacity: {
      provisionedRequested: lane.provisionedRequested,
      provisionedAllocated: lane.provisionedAllocated,
      provisionedStatus: lane.provisionedStatus,
      maximumConcurrency: lane.maximumConcurrency,
      batchSize: lane.batchSize,
      batchWindowSeconds: lane.batchWindowSeconds,
      form: lane.form,
      deploying: false,
    },
    paused: false,
    observedAtMs: setting.startMinute * 60_000 + now * 1000,
  };
}

function serviceOf(lane: Lane): ServiceObservation | undefined {
  const sums = noService();
  for (const minute of lane.minutes) {
    sums.invocations += minute.invocations;
    sums.records += minute.records;
    sums.seconds += minute.seconds;
    sums.squares += minute.squares;
    sums.recordSeconds += minute.recordSeconds;
  }
  if (sums.invocations === 0) return undefined;
  const mean = sums.seconds / sums.invocations;
  return {
    overheadSeconds: Math.max(0, (sums.seconds - sums.recordSeconds) / sums.invocations),
    recordSeconds: sums.recordSeconds / sums.records,
    scv: Math.max(0, sums.squares / sums.invocations / mean ** 2 - 1),
    initSeconds: lane.initTimes.count === 0 ? lane.setting.init.mean : lane.initTimes.quantile(0.5),
  };
}
