/** The model's few parameters of the emulator, from one load; and the model's answer for another. Pure. */
import type { QuantilePoint } from '../../simulator/engine';
import type { LoggedBatch, Measured, MeasuredEvent } from './measured';
import { runStage, type StageLimits, type StageParameters, type StageRun } from './stage';

/** Ingestion and the lane, one after the other. */
export interface Both<T> {
  readonly ingest: T;
  readonly lane: T;
}

const LEVELS = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];
const MOST_GATHER_SECONDS = 0.5;
/** To a millisecond. */
const HALVINGS = 9;
/** What a log in milliseconds says of a shorter one is 0. */
const LEAST_SECONDS = 0.0005;
const THIRDS = 40;

export const fitBoth = (measured: Measured, limits: Both<StageLimits>): Both<StageParameters> => ({
  ingest: fitStage(measured.ingest, journeys(measured, 'sentAtMs', 'ingestEndedAtMs'), limits.ingest),
  lane: fitStage(measured.runner, journeys(measured, 'ingestEndedAtMs', 'runEndedAtMs'), limits.lane),
});

/**
 * Each parameter by one measured thing: h and s by a line through the batches, the spread by what is beside the line, how long a poller
 * gathers by the mean batch, the way there by the mean time.
 */
export function fitStage(
  batches: readonly LoggedBatch[],
  journeys: readonly Journey[],
  limits: StageLimits,
): StageParameters {
  const service = serviceOf(batches);
  const at = (gatherSeconds: number): StageParameters => ({ ...service, gatherSeconds, transitSeconds: 0 });
  const arrivals = journeys.map((each) => each.fromSeconds);
  const wanted = meanOf(batches.map((each) => each.records));
  const gatherSeconds = leastWith((seconds) => runStage(arrivals, at(seconds), limits).meanBatch >= wanted);
  // What the model does not have of the way is the same for each message, whatever the poller waits for.
  const { endedAtSeconds } = runStage(arrivals, at(gatherSeconds), limits);
  const transitSeconds = meanOf(journeys.map(({ toSeconds }, index) => toSeconds - (endedAtSeconds[index] as number)));
  return { ...service, gatherSeconds, transitSeconds };
}

/** The way of one message through a stage. */
export interface Journey {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

type Moment = keyof MeasuredEvent;
function journeys({ events }: Measured, from: Moment, to: Moment): Journey[] {
  const startMs = events[0]?.sentAtMs ?? 0;
  const seconds = (atMs: number) => (atMs - startMs) / 1000;
  return events.map((each) => ({ fromSeconds: seconds(each[from]), toSeconds: seconds(each[to]) }));
}

interface Run {
  readonly records: number;
  readonly seconds: number;
}

/** The line through (records, time), and how the batches lie about it; moved so that the mean is that of the batches. */
function serviceOf(batches: readonly LoggedBatch[]) {
  const runs = batches.map(({ records, beganAtMs, endedAtMs }): Run => {
    const seconds = Math.max(LEAST_SECONDS, (endedAtMs - beganAtMs) / 1000);
    return { records, seconds };
  });
  const { overheadSeconds, recordSeconds } = middleLine(runs);
  const factors = sorted(runs.map(({ records, seconds }) => seconds / (overheadSeconds + records * recordSeconds)));
  const mean = meanOf(factors);
  return {
    overheadSeconds: mean * overheadSeconds,
    recordSeconds: mean * recordSeconds,
    spread: LEVELS.map((level): QuantilePoint => ({ level, value: quantile(factors, level) / mean })),
  };
}

/**
 * The line of the least absolute deviations, neither part below 0. Not of the least squares: what makes the machine pause lengthens a
 * batch and fills it at the same time, and would be taken for the price of its records.
 */
function middleLine(runs: readonly Run[]) {
  const at = (recordSeconds: number) => {
    const rest = sorted(runs.map(({ records, seconds }) => seconds - records * recordSeconds));
    const overheadSeconds = Math.max(0, quantile(rest, 0.5));
    const deviation = rest.reduce((sum, each) => sum + Math.abs(each - overheadSeconds), 0);
    return { overheadSeconds, recordSeconds, deviation };
  };
  // Convex in the slope, so that thirds of the range can be left out one after the other.
  let [low, high] = [0, meanOf(runs.map(({ records, seconds }) => seconds / records))];
  for (let step = 0; step < THIRDS; step++) {
    const third = (high - low) / 3;
    if (at(low + third).deviation <= at(high - third).deviation) high -= third;
    else low += third;
  }
  return at((low + high) / 2);
}

/** The least seconds with which it holds, if any longer ones keep it so; the most where none do, 0 where all do. */
function leastWith(holds: (seconds: number) => boolean): number {
  if (holds(0)) return 0;
  let [low, high] = [0, MOST_GATHER_SECONDS];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export interface Figures {
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly meanBatch: Both<number>;
  readonly utilisation: Both<number>;
}

/** From sending to the end of the batch that decided, as it was. */
export function measuredFigures(measured: Measured, limits: Both<StageLimits>): Figures {
  const { events, ingest, runner } = measured;
  const of = (batches: readonly LoggedBatch[], from: Moment, { maximumConcurrency }: StageLimits) => {
    const firstMs = Math.min(...events.map((each) => each[from]));
    const lastMs = Math.max(...batches.map((each) => each.endedAtMs));
    const busyMs = batches.reduce((sum, each) => sum + each.endedAtMs - each.beganAtMs, 0);
    return {
      meanBatch: meanOf(batches.map((each) => each.records)),
      utilisation: busyMs / ((lastMs - firstMs) * maximumConcurrency),
    };
  };
  return figures(
    events.map((each) => each.runEndedAtMs - each.sentAtMs),
    {
      ingest: of(ingest, 'sentAtMs', limits.ingest),
      lane: of(runner, 'ingestEndedAtMs', limits.lane),
    },
  );
}

/** The model with these parameters, given nothing of the load but when its events were sent. */
export function predict(
  sentAtMs: readonly number[],
  parameters: Both<StageParameters>,
  limits: Both<StageLimits>,
): Figures {
  const startMs = sentAtMs[0] ?? 0;
  const sent = sentAtMs.map((atMs) => (atMs - startMs) / 1000);
  const ingest = runStage(sent, parameters.ingest, limits.ingest);
  const lane = runStage(ingest.endedAtSeconds, parameters.lane, limits.lane);
  return figures(
    sent.map((from, index) => 1000 * ((lane.endedAtSeconds[index] as number) - from)),
    { ingest, lane },
  );
}

function figures(latenciesMs: readonly number[], runs: Both<Pick<StageRun, 'meanBatch' | 'utilisation'>>): Figures {
  const latencies = sorted(latenciesMs);
  const both = (of: 'meanBatch' | 'utilisation') => ({ ingest: runs.ingest[of], lane: runs.lane[of] });
  return {
    meanMs: meanOf(latencies),
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    p99Ms: quantile(latencies, 0.99),
    meanBatch: both('meanBatch'),
    utilisation: both('utilisation'),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** Nearest rank, of sorted values. */
const quantile = (values: readonly number[], level: number): number =>
  values[Math.max(0, Math.ceil(level * values.length) - 1)] ?? Number.NaN;
