/** All stacks of an environment, in the order in which they must be deployed: steps before whoever begins them, execution before ingestion. */
import type { App } from 'aws-cdk-lib';
import type { Platform } from '../platform-stack';
import { CoordinationStack } from './coordination';
import { IngestionStack } from './ingestion';
import { LanesStack } from './lanes';
import { MonitoringStack } from './monitoring';
import { ObservabilityStack } from './observability';
import { StateStack } from './state';

export function addStacks(app: App, platform: Platform): void {
  const { coordination } = platform.configuration;
  const stacks = [
    new StateStack(app, platform),
    ...(coordination === null ? [] : [new CoordinationStack(app, platform, coordination)]),
    new LanesStack(app, platform),
    new IngestionStack(app, platform),
    new MonitoringStack(app, platform),
    new ObservabilityStack(app, platform),
  ];
  stacks.forEach((stack, index) => {
    const before = stacks[index - 1];
    if (before !== undefined)
      stack.addStackDependency(before, 'Deployed in order; they refer to one another by name only');
  });
}
