/** Values that are the same in every environment. An environment that wants another spreads these and writes its own after them. */
import type { Configuration } from '../core/contracts/configuration';

export const classes: Configuration['classes'] = [
  { name: 'critical', express: true },
  { name: 'high', express: true },
  { name: 'normal', express: false },
  { name: 'bulk', express: false },
];

/** First match wins, so the most urgent come first. The rule's name is what the console shows as the reason. */
export const rules: Configuration['rules'] = [
  { name: 'alarm', when: { type: { equals: ['telemetry.alarm'] } }, priorityClass: 'critical' },
  { name: 'severity-critical', when: { 'data.severity': { equals: ['critical'] } }, priorityClass: 'critical' },
  { name: 'severity-high', when: { 'data.severity': { equals: ['high'] } }, priorityClass: 'high' },
  { name: 'warning', when: { type: { prefix: ['telemetry.warning'] } }, priorityClass: 'high' },
  {
    name: 'backfill',
    when: { type: { prefix: ['telemetry.bulk', 'telemetry.backfill', 'telemetry.archive'] } },
    priorityClass: 'bulk',
  },
  { name: 'batch-producer', when: { source: { prefix: ['/batch/'] } }, priorityClass: 'bulk' },
];

export const applications: Configuration['applications'] = [{ name: 'telemetry', pool: 'main' }];

/** One way in of each kind. Only devices, which authenticate one by one, may ask for a class of their own. */
export const sources: Configuration['sources'] = [
  {
    kind: 'eventbridge',
    name: 'devices',
    tenant: 'acme',
    trustedPriority: true,
    pool: 'main',
    eventBridgeSource: 'acme.devices',
    producerPrincipals: [],
  },
  { kind: 'kinesis', name: 'readings', tenant: 'acme', trustedPriority: false, pool: 'main', shards: 1 },
  { kind: 's3', name: 'uploads', tenant: 'acme', trustedPriority: false, pool: 'main' },
];
