import { addQueue, createMemoryPorts, createMemoryWorld, type Hook } from '../../../adapters/memory';
import type { LaneMessage } from '../../../core/contracts/event';
import { createIngest } from '../../../lambdas/ingestion/ingest/core';
import type { IntakeRecord } from '../../../lambdas/ingestion/ingest/intake';
import type { IngestSettings } from '../../../lambdas/ingestion/ingest/settings';

export const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
export const lane = (name: string, priorityClass: string, ordered = false, admissionBound = 1_000) => ({
  name,
  pool: 'main',
  priorityClass,
  ordered,
  admissionBound,
  weight: 1,
  objectiveSeconds: 10,
  queueUrlName: name,
});
export const SETTINGS: IngestSettings = {
  classes: [
    { name: 'critical', express: true },
    { name: 'normal', express: false },
  ],
  defaultClass: 'normal',
  rules: [{ name: 'alarm', when: { type: { equals: ['alarm'] } }, priorityClass: 'critical' }],
  sources: [
    { kind: 'eventbridge', name: 'devices', tenant: 'acme', trustedPriority: true, pool: 'main' },
    { kind: 'kinesis', name: 'readings', tenant: 'acme', trustedPriority: false, pool: 'main' },
    { kind: 's3', name: 'uploads', tenant: 'other', trustedPriority: false, pool: 'main' },
  ],
  lanes: [lane('critical', 'critical'), lane('normal', 'normal'), lane('ordered', 'normal', true)],
  handOffBoundMs: 5_000,
  shedAboveShareOfObjective: 0.5,
  streamOf: (source) => `triage-test-${source}`,
};

export function setUp(
  options: { hook?: Hook; settings?: Partial<IngestSettings>; objects?: Record<string, string> } = {},
) {
  const world = createMemoryWorld({ nowMs: NOW_MS, ...(options.hook ? { hook: options.hook } : {}) });
  for (const each of SETTINGS.lanes) addQueue(world, each.name, { fifo: each.ordered });
  Object.assign(world.state.objects, options.objects);
  const ports = createMemoryPorts({ world });
  const clock = { now: () => world.state.nowMs, random: () => 0.5 };
  return { world, ingest: createIngest(ports, { ...SETTINGS, ...options.settings }, clock) };
}

export const event = (id: string, more: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id,
  source: '/device/1',
  type: 'reading',
  data: { value: 1 },
  ...more,
});
export const onQueue = (ref: string, body: unknown, way = 'devices'): IntakeRecord => ({
  ref,
  body: JSON.stringify({ way, id: ref, event: body }),
});
export const onStream = (ref: string, body: unknown): IntakeRecord => ({
  ref,
  body: new TextEncoder().encode(JSON.stringify(body)),
  stream: 'triage-test-readings',
});
export const ofObject = (key: string, size = 100): IntakeRecord => ({
  ref: 'object',
  body: JSON.stringify({ way: 'uploads', object: { bucket: 'b', key, size } }),
});
export type World = ReturnType<typeof createMemoryWorld>;
export const sent = (world: World, name: string) =>
  (world.state.queues[name]?.messages ?? []).map((each) => each.body as LaneMessage);
export const sentIds = (world: World, name: string) => sent(world, name).map((each) => each.envelope.event.id);
export const acceptances = (world: World) => Object.values(world.state.acceptances).map((each) => each.acceptance);
export const reasons = (world: World) =>
  Object.values(world.state.quarantined).map((entries) => entries.map((each) => each.reason.split(':')[0]));
