/**
 * How long a lane's work takes, from sums over its invocations: the least-squares line through (records, time), whose intercept is
 * the fixed part of an invocation and whose slope is the time of a record. Sums can be added up over environments and minutes, which
 * samples cannot.
 */
import type { InvocationSums, ServiceObservation } from '../../contracts/scheduling';

/** Of a Node.js function of a few hundred kilobytes on arm64: a median of AWS Lambda inits as published by maxday/lambda-perf. */
export const ASSUMED_INIT_SECONDS = 0.15;
/** Where all invocations carried as many records, nothing tells the two parts apart: this share of the time counts as fixed. */
const ASSUMED_FIXED_SHARE = 0.2;
/** Of the number of records per invocation; below it a slope would be made of noise. */
const LEAST_VARIANCE = 0.05;

/** `undefined` for no invocation. */
export function serviceFrom(sums: InvocationSums): ServiceObservation | undefined {
  const { invocations, records, busySeconds } = sums;
  if (invocations === 0 || records === 0) return undefined;
  const meanRecords = records / invocations;
  const meanBusy = busySeconds / invocations;
  const variance = sums.recordsSquared / invocations - meanRecords ** 2;
  const covariance = sums.recordBusySeconds / invocations - meanRecords * meanBusy;
  const isSplitAssumed = variance < LEAST_VARIANCE;
  const fitted = isSplitAssumed ? ((1 - ASSUMED_FIXED_SHARE) * meanBusy) / meanRecords : covariance / variance;
  // Neither part can be negative, whatever noise says.
  const recordSeconds = Math.min(meanBusy / meanRecords, Math.max(0, fitted));
  return {
    overheadSeconds: Math.max(0, meanBusy - recordSeconds * meanRecords),
    recordSeconds,
    ...(isSplitAssumed ? { isSplitAssumed } : {}),
    scv: meanBusy === 0 ? 0 : Math.max(0, sums.busySecondsSquared / invocations / meanBusy ** 2 - 1),
    initSeconds: sums.initSeconds ?? ASSUMED_INIT_SECONDS,
  };
}
