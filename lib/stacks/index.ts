/** All stacks of an environment, in the order in which they must be deployed: execution before ingestion. */
import type { App } from 'aws-cdk-lib';
import type { Platform } from '../platform-stack';
import { IngestionStack } from './ingestion';
import { LanesStack } from './lanes';
import { MonitoringStack } from './monitoring';
import { ObservabilityStack } from './observability';
import { StateStack } from './state';

export function addStacks(app: App, platform: Platform): void {
  const stacks = [
    new StateStack(app, platform),
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
