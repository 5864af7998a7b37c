/** One queue with its function as the platform model has it: what it takes from the emulator, and a run of the model with it. Pure. */
import { deterministic, type QuantilePoint, quantileTable } from '../../simulator/engine';
import { LANE_DEFAULTS, PLATFORM_DEFAULTS, Platform } from '../../simulator/platform';

/** What the model takes from measured batches. Times in seconds. */
export interface StageParameters {
  /** h and s: a batch of n takes h + n s, times its own factor. */
  readonly overheadSeconds: number;
  readonly recordSeconds: number;
  /** The measured factors of the batches, of mean 1. */
  readonly spread: readonly QuantilePoint[];
  /** How long a poller lets messages gather. */
  readonly gatherSeconds: number;
  /** From the event before until a poller could take the message; below 0 where a function hands over before its batch ends. */
  readonly transitSeconds: number;
}

/** What the configuration says of the queue's mapping and function. */
export interface StageLimits {
  readonly batchSize: number;
  readonly maximumConcurrency: number;
  readonly timeoutSeconds: number;
  readonly visibilitySeconds: number;
}

export interface StageRun {
  /** When each arrival's batch ended, in the order of the arrivals. */
  readonly endedAtSeconds: Float64Array;
  readonly meanBatch: number;
  /** Busy share of the mapping's concurrency, from the first arrival to the last end. */
  readonly utilisation: number;
}

const SEED = 1;
/** The messages' own time is over long before. */
const AFTERWARDS_SECONDS = 3600;
/** The model has no times below 0: the whole run is moved by this and back. */
const HEAD_START_SECONDS = 60;

/** The platform model with this one lane. The functions are warm, as the emulator's are once they were warmed up. */
export function runStage(
  arrivals: readonly number[] | Float64Array,
  { transitSeconds, ...parameters }: StageParameters,
  limits: StageLimits,
): StageRun {
  const order = Int32Array.from(arrivals, (_, index) => index).sort(
    (a, b) => (arrivals[a] as number) - (arrivals[b] as number) || a - b,
  );
  const shift = HEAD_START_SECONDS + transitSeconds;
  const sorted = Float64Array.from(order, (index) => (arrivals[index] as number) + shift);
  const first = (sorted[0] ?? 0) - shift;
  const platform = new Platform({
    ...PLATFORM_DEFAULTS,
    seed: SEED,
    lanes: [
      {
        ...LANE_DEFAULTS,
        ...limits,
        terms: {
          lane: 'stage',
          weight: 1,
          objectiveSeconds: 1,
          ordered: false,
          floor: 0,
          ceiling: 0,
          leastConcurrency: limits.maximumConcurrency,
          mostConcurrency: limits.maximumConcurrency,
          mostBatchSize: limits.batchSize,
          memoryMegabytes: 256,
        },
        arrivals: sorted,
        identities: order,
        ingest: deterministic(0),
        overheadSeconds: parameters.overheadSeconds,
        record: deterministic(parameters.recordSeconds),
        spread: spreadOf(parameters.spread),
        init: deterministic(0),
        batchWindowSeconds: parameters.gatherSeconds,
      },
    ],
    provisionedLag: deterministic(0),
    untilSeconds: (sorted.at(-1) ?? 0) + AFTERWARDS_SECONDS,
  });
  platform.run();
  const [lane] = platform.lanes;
  if (lane === undefined) throw new RangeError('a platform without a lane');
  const endedAtSeconds = new Float64Array(sorted.length);
  order.forEach((index, place) => {
    endedAtSeconds[index] = (platform.events.settledAt[place] as number) - HEAD_START_SECONDS;
  });
  if (endedAtSeconds.some(Number.isNaN)) throw new RangeError('the model has not worked off what arrived');
  const { invocations, busySeconds } = lane.usage;
  const lastEnd = endedAtSeconds.reduce((last, each) => Math.max(last, each), first);
  return {
    endedAtSeconds,
    meanBatch: sorted.length / invocations,
    utilisation: busySeconds / ((lastEnd - first) * limits.maximumConcurrency),
  };
}

/** Through the points, moved so that its mean is exactly 1: the line through two of them is not what was measured between. */
function spreadOf(points: readonly QuantilePoint[]) {
  return quantileTable(points, 1 / quantileTable(points).mean);
}
