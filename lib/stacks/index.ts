/** All stacks of an environment, in the order in which they must be deployed: execution before ingestion. */
import type { App, Stack } from 'aws-cdk-lib';
import type { Platform } from '../platform-stack';
import { CoordinationStack } from './coordination';
import { IngestionStack } from './ingestion';
import { LanesStack } from './lanes';
import { MonitoringStack } from './monitoring';
import { ObservabilityStack } from './observability';
import { StateStack } from './state';

export function addStacks(app: App, platform: Platform): void {
  const { coordination } = platform.configuration;
  const state = new StateStack(app, platform);
  const sagas = coordination === null ? [] : [new CoordinationStack(app, platform, coordination)];
  const lanes = new LanesStack(app, platform);
  const ingestion = new IngestionStack(app, platform);
  const monitoring = new MonitoringStack(app, platform);
  // Sagas and lanes side by side: nothing is sent to either before ingestion is there.
  const rounds: readonly (readonly Stack[])[] = [
    [state],
    [...sagas, lanes],
    [ingestion],
    [monitoring],
    [new ObservabilityStack(app, platform)],
  ];
  rounds.forEach((round, index) => {
    for (const stack of round)
      for (const before of rounds[index - 1] ?? [])
        stack.addStackDependency(before, 'Deployed in order; they refer to one another by name only');
  });
}
