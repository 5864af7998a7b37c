/** The functions whose logs the monitor reads: all but itself and recovery, which works because of what the monitor finds. */
import { PLATFORM_FUNCTIONS } from '../core/contracts/names';
import type { PlatformStack } from './platform-stack';

const DEAF: readonly string[] = ['monitor', 'recovery'];

export function watchedFunctions(
  stack: Pick<PlatformStack, 'names' | 'configuration' | 'pools' | 'platform'>,
): readonly string[] {
  const { names, configuration, pools, platform } = stack;
  return [
    ...PLATFORM_FUNCTIONS.filter((name) => !DEAF.includes(name)).map((name) => names.platformFunction(name)),
    ...configuration.lanes.flatMap(({ name }) => [names.runnerFunction(name), names.controllerFunction(name)]),
    ...pools.map((pool) => names.suspectRunnerFunction(pool)),
    ...platform.sagas.flatMap((saga) => saga.steps.map((step) => names.stepFunction(saga.name, step.name))),
    ...(configuration.coordination === null ? [] : [names.settleFunction]),
    ...(configuration.coordination?.applications ?? []).flatMap(({ name, provider }) =>
      provider?.kind === 'double' ? [names.providerDoubleFunction(name)] : [],
    ),
  ];
}
