/** One run: a system on a scenario. The same spec, system and knobs give the same summary, to the last digit. */
import { deterministic } from '../engine';
import { Platform } from '../platform/platform';
import { PLATFORM_DEFAULTS, type PlatformSetting } from '../platform/setting';
import { systemNamed } from '../systems';
import type { Knobs, Setup } from '../systems/system';
import { account, type RunSummary } from './accounting';
import { createScenario, type Scenario, type ScenarioSpec, START_MINUTE } from './scenario';

export interface RunTask {
  readonly system: string;
  readonly knobs: Knobs;
  readonly spec: ScenarioSpec;
}

const FAULTS = { interruptedShare: 0.001, slowShare: 0.02, slowFactor: 2, delayedShare: 0.005, delayedSeconds: 1 };

let last: { readonly key: string; readonly scenario: Scenario } | undefined;

/** Systems are run one after the other on the same scenario: it is kept until another one is asked for. */
function scenarioOf(spec: ScenarioSpec): Scenario {
  const key = JSON.stringify(spec);
  if (last?.key !== key) last = { key, scenario: createScenario(spec) };
  return last.scenario;
}

export function runTask({ system, knobs, spec }: RunTask): RunSummary {
  const scenario = scenarioOf(spec);
  const setup = systemNamed(system).build(scenario, knobs);
  const platform = new Platform(settingFor(scenario, setup));
  platform.run();
  return account(platform, setup.lanes, scenario);
}

/** The platform as the scenario has it, with what the system sets up on it. */
export function settingFor(scenario: Scenario, setup: Setup): PlatformSetting {
  const { spec } = scenario;
  return {
    ...PLATFORM_DEFAULTS,
    seed: spec.seed,
    lanes: setup.lanes.map((each) => each.setting),
    account: { concurrencyLimit: spec.accountConcurrency, reservedElsewhere: 0 },
    keepAliveSeconds: spec.keepAliveSeconds,
    routing: spec.routing,
    provisionedLag: deterministic(spec.lagSeconds),
    startMinute: START_MINUTE,
    measureFromSeconds: scenario.measureFromSeconds,
    untilSeconds: scenario.untilSeconds,
    ...(spec.faults === true ? { faults: FAULTS } : {}),
    ...(setup.policy === undefined ? {} : { policy: setup.policy }),
  };
}
