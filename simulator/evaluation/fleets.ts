/**
 * Serverless against fleets of virtual machines and of containers that autoscale to a utilisation, by formula: M/M/c for the fleet's
 * waits, prices per virtual processor. A table of what-ifs, not of runs.
 */
import { erlangC } from '../../core/queueing/erlang-c';
import { PLATFORM_PRICES } from '../platform/prices';

/** List prices of us-east-1, Linux, arm64, dollars an hour; a virtual processor with 2 GB. Read 2026-11-21 from public copies. */
const FLEETS = [
  { name: 'containers', dollarsPerCpuHour: 0.03238 + 2 * 0.00356 },
  { name: 'virtual machines', dollarsPerCpuHour: 0.0385 },
] as const;
/** Memory at which Lambda gives one virtual processor. */
const GIGABYTES_PER_CPU = 1769 / 1024;
const INIT_SECONDS = 0.132;

export interface FleetCase {
  readonly fleet: string;
  readonly utilisation: number;
  readonly eventSeconds: number;
  readonly erlangs: number;
  readonly batch: number;
  readonly coldShare: number;
  /** Lambda against the fleet, in %: cost and latency below 0 are better, utilisation above 0. */
  readonly cost: number;
  readonly latency: number;
  readonly utilisationGain: number;
}

const UTILISATIONS = Array.from({ length: 18 }, (_, index) => 0.05 * (index + 1));

/** 2 fleets × 18 utilisations × 4 event times × 5 demands × 3 batches × 2 cold shares: 4,320. */
export function fleetCases(): FleetCase[] {
  const cases: FleetCase[] = [];
  for (const { name, dollarsPerCpuHour } of FLEETS)
    for (const utilisation of UTILISATIONS)
      for (const eventSeconds of [0.05, 0.25, 1, 5])
        for (const erlangs of [1, 5, 20, 100, 400])
          for (const batch of [1, 4, 10])
            for (const coldShare of [0.0001, 0.01]) {
              const servers = Math.max(1, Math.ceil(erlangs / utilisation));
              const reached = erlangs / servers;
              const fleetSeconds = eventSeconds + meanWait(servers, erlangs, eventSeconds);
              // Half of an event is overhead, which a batch pays once.
              const perEvent = eventSeconds * (0.5 / batch + 0.5);
              const fleetDollars = (servers * dollarsPerCpuHour) / 3600;
              const billed = (erlangs / eventSeconds) * (perEvent + coldShare * INIT_SECONDS);
              const lambdaDollars =
                billed * GIGABYTES_PER_CPU * PLATFORM_PRICES.onDemandGigabyteSecond +
                (erlangs / eventSeconds / batch) * PLATFORM_PRICES.lambdaRequest;
              const lambdaSeconds = eventSeconds * (0.5 + 0.5 * batch) + coldShare * INIT_SECONDS;
              cases.push({
                fleet: name,
                utilisation,
                eventSeconds,
                erlangs,
                batch,
                coldShare,
                cost: 100 * (lambdaDollars / fleetDollars - 1),
                latency: 100 * (lambdaSeconds / fleetSeconds - 1),
                utilisationGain: 100 * (1 / reached - 1),
              });
            }
  return cases;
}

const meanWait = (servers: number, erlangs: number, serviceSeconds: number) =>
  erlangs >= servers
    ? Number.POSITIVE_INFINITY
    : (erlangC({ offeredErlangs: erlangs, servers }) * serviceSeconds) / (servers - erlangs);
