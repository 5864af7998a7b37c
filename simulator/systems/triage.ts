/** Triage itself: the deployed controller's step and admission, run on the model. */
import type { DemandForecast } from '../../core/contracts/scheduling';
import {
  DEFAULT_PLANNING,
  DEFAULT_SCHEDULING,
  type SchedulingParameters,
} from '../../core/policies/scheduling/parameters';
import { FIRST_STATE, type ScheduleState, schedule } from '../../core/policies/scheduling/schedule';
import type { Scenario } from '../evaluation/scenario';
import { LAMBDA_FACTS } from '../platform/facts';
import type { ScalingPolicy } from '../platform/policy';
import { type DemandSource, ensembleSource, lastValueSource, trueFutureSource } from './demand-source';
import { type Knob, type Knobs, lanePerClass, type Setup, type System } from './system';
import { triageAdmission } from './triage-admission';

/** What can be taken away from Triage, one by one, or chosen: its forecast, and pollers, without which it is tuned and judged. */
export interface Mechanisms {
  readonly forecast: 'ensemble' | 'last-value' | 'true-future';
  readonly lending: boolean;
  readonly batching: boolean;
  readonly hysteresis: boolean;
  readonly admission: boolean;
  readonly provisioning: boolean;
  readonly weights: boolean;
  readonly pollers: boolean;
}

export const ALL_MECHANISMS: Mechanisms = {
  forecast: 'ensemble',
  lending: true,
  batching: true,
  hysteresis: true,
  admission: true,
  provisioning: true,
  weights: true,
  pollers: false,
};

export const TRIAGE_KNOBS: readonly Knob[] = [
  { name: 'utilisationBound', least: 0.6, most: 0.95, scale: 'linear', usual: DEFAULT_PLANNING.utilisationBound },
  { name: 'planLevel', least: 0.5, most: 0.99, scale: 'linear', usual: DEFAULT_PLANNING.planLevel },
  { name: 'busyShareAtLeast', least: 0.02, most: 0.8, scale: 'log', usual: DEFAULT_PLANNING.busyShareAtLeast },
  { name: 'lowerAfterSteps', least: 1, most: 15, scale: 'whole', usual: DEFAULT_PLANNING.lowerAfterSteps },
  {
    name: 'batchShareOfObjective',
    least: 0.1,
    most: 0.6,
    scale: 'linear',
    usual: DEFAULT_PLANNING.batchShareOfObjective,
  },
];

/** Triage's defaults, with the knobs in their place. */
export function parametersWith(knobs: Knobs, has: Mechanisms = ALL_MECHANISMS): SchedulingParameters {
  const { planning } = DEFAULT_SCHEDULING;
  const known = Object.fromEntries(Object.entries(knobs).filter(([name]) => name in planning));
  return {
    ...DEFAULT_SCHEDULING,
    planning: {
      ...planning,
      ...known,
      lend: has.lending,
      ...(has.hysteresis ? {} : { changeAtLeast: 0, lowerAfterSteps: 1 }),
      ...(has.provisioning ? {} : { busyShareAtLeast: 1.01, busyShareAtLeastSensitive: 1.01 }),
    },
  };
}

export function triage(name: string, about: string, without: Partial<Mechanisms> = {}): System {
  const has = { ...ALL_MECHANISMS, ...without };
  return {
    name,
    about,
    knobs: TRIAGE_KNOBS,
    build: (scenario, knobs) => buildTriage(scenario, parametersWith(knobs, has), has),
  };
}

export function buildTriage(scenario: Scenario, parameters: SchedulingParameters, has: Mechanisms): Setup {
  const pollersOf = (index: number) => (has.pollers ? scenario.classes[index]?.leastPollers : undefined);
  const lanes = lanePerClass(scenario, (index) => ({
    batchSize: has.batching ? 10 : 1,
    provisioned: 0,
    ...pollersFor(pollersOf(index)),
  }));
  const setups = lanes.map(({ setting, classOf }, index) => ({
    classOf,
    setting: {
      ...setting,
      terms: {
        ...setting.terms,
        leastPollers: pollersOf(index),
        ...(has.batching ? {} : { mostBatchSize: 1 }),
        ...(has.weights ? {} : { weight: 1 }),
      },
    },
  }));
  const admission = triageAdmission(scenario);
  return {
    lanes: setups,
    policy: {
      ...triagePolicy(sourceFor(scenario, parameters, has), parameters),
      ...(has.admission ? { admit: admission } : {}),
    },
  };
}

const MOST_POLLERS = LAMBDA_FACTS.pollersMost / LAMBDA_FACTS.concurrencyPerPoller;

const pollersFor = (least: number | undefined) =>
  least === undefined ? {} : { pollers: { mode: 'provisioned', least, most: MOST_POLLERS } as const };

function sourceFor(scenario: Scenario, parameters: SchedulingParameters, { forecast }: Mechanisms): DemandSource {
  if (forecast === 'last-value') return lastValueSource(parameters);
  return forecast === 'true-future' ? trueFutureSource(scenario, parameters) : ensembleSource(scenario, parameters);
}

/** One for each class. */
const LANES = 4;

/** Every lane's controller computes the same forecasts from the same observations: here they are computed once a minute. */
export function triagePolicy(source: DemandSource, { planning }: SchedulingParameters): ScalingPolicy {
  const states = new Map<string, ScheduleState>();
  let atMs = Number.NaN;
  let forecasts: readonly DemandForecast[] = [];
  return {
    name: 'triage',
    dollarsPerStep: controllerDollars(LANES),
    decide: ({ terms }, lanes, account, nowMs) => {
      if (nowMs !== atMs) {
        atMs = nowMs;
        forecasts = source(lanes, Math.floor(nowMs / 60_000));
      }
      const input = { lane: terms.lane, lanes, forecasts, account, parameters: planning };
      const { decision, state } = schedule(states.get(terms.lane) ?? FIRST_STATE, input, { nowMs });
      states.set(terms.lane, state);
      return decision.actions;
    },
  };
}

/**
 * One step: an invocation of half a second at 512 MB, a GetMetricData call for eight metrics of each lane, and two writes and three reads of a
 * DynamoDB record of some 60 KB. List prices of us-east-1.
 */
export const controllerDollars = (lanes: number): number =>
  0.2e-6 + 0.25 * 0.0000133334 + 8 * lanes * 0.01e-3 + 2 * 60 * 0.625e-6 + 3 * 8 * 0.125e-6;
