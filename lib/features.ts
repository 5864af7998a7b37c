/**
 * What an environment's endpoint cannot take, in one visible place. An environment lists a feature under `without` in its
 * configuration; stacks ask `features.has(...)` and never which endpoint they are deployed to.
 */
import type { Configuration } from '../core/contracts/configuration';

export type Feature = Configuration['without'][number];

/** Why an environment may have to do without. What is lost there is told in docs/local-fidelity.md. */
export const FEATURE_REASONS: Readonly<Record<Feature, string>> = {
  archive: 'The embedded emulator refuses AWS::Events::Archive; events on the bus are then not kept for replay.',
  'bus-policy':
    'The embedded emulator refuses AWS::Events::EventBusPolicy; any local producer may then put on the bus.',
  'composite-alarms': 'The embedded emulator refuses AWS::CloudWatch::CompositeAlarm; the single alarms still exist.',
  'delivery-retries':
    'The embedded emulator drops a log delivery whose function is at its reserved concurrency; the monitor then has none reserved, and several of it may run at once.',
  'log-patterns':
    "The embedded emulator delivers a log event only where all words of the subscription's pattern are in it; only lines with ERROR are then delivered.",
  'metric-math':
    'The embedded emulator refuses alarms on metric math; errors are then counted, not related to invocations, and spill-over is not watched.',
};

export interface Features {
  has(feature: Feature): boolean;
}

export function featuresOf(configuration: Pick<Configuration, 'without'>): Features {
  return { has: (feature) => !configuration.without.includes(feature) };
}
