/** Critical events' latency from send to outcome on the deployed stacks, with a backlog of bulk events and without, in turn. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { createRecords } from '../../adapters/aws';
import type { CloudEvent } from '../../core/contracts/event';
import { recordKey } from '../../core/contracts/identity';
import { resourceNames } from '../../core/contracts/names';
import { inBatches } from './events';
import { percentile, rounded } from './statistics';

const BACKLOG = 2_000;
const ROUNDS = 4;
const CRITICAL_PER_ROUND = 250;
const PER_SECOND = 50;
const LIMIT_MS = 60_000;
const TENANT = 'acme';
const BUS_SOURCE = 'acme.devices';

export interface CriticalFigures {
  readonly backlog: number;
  readonly criticalEventsPerArm: number;
  readonly withoutMs: { readonly p50: number; readonly p99: number };
  readonly withBacklogMs: { readonly p50: number; readonly p99: number };
  readonly criticalP99Ratio: number;
  readonly differenceMs: number;
}

export async function measureCritical(
  environment: string,
  onProgress: (line: string) => void,
): Promise<CriticalFigures> {
  const bench = createBench(environment);
  await bench.round(20, false);
  const samples = { without: [] as number[], with: [] as number[] };
  for (let round = 1; round <= ROUNDS; round++) {
    onProgress(`critical events, round ${round} of ${ROUNDS}`);
    samples.without.push(...(await bench.round(CRITICAL_PER_ROUND, false)));
    samples.with.push(...(await bench.round(CRITICAL_PER_ROUND, true)));
  }
  const figures = (values: readonly number[]) => ({ p50: percentile(values, 0.5), p99: percentile(values, 0.99) });
  const [without, withBacklog] = [figures(samples.without), figures(samples.with)];
  return {
    backlog: BACKLOG,
    criticalEventsPerArm: samples.with.length,
    withoutMs: without,
    withBacklogMs: withBacklog,
    criticalP99Ratio: rounded(withBacklog.p99 / without.p99),
    differenceMs: withBacklog.p99 - without.p99,
  };
}

interface Sent {
  readonly key: string;
  readonly sentAtMs: number;
}

function createBench(environment: string) {
  const names = resourceNames(environment);
  const eventBridge = new EventBridgeClient({});
  const records = createRecords({
    dynamo: new DynamoDBClient({}),
    table: names.recordsTable,
    contextTable: names.contextTable,
    retentionDays: 1,
  });

  async function put(events: readonly CloudEvent[]): Promise<Sent[]> {
    const sentAtMs = Date.now();
    const Entries = events.map((event) => ({
      EventBusName: names.bus,
      Source: BUS_SOURCE,
      DetailType: event.type,
      Detail: JSON.stringify(event),
    }));
    const { FailedEntryCount = 0 } = await eventBridge.send(new PutEventsCommand({ Entries }));
    if (FailedEntryCount > 0) throw new Error(`the bus refused ${FailedEntryCount} events`);
    return events.map((event) => ({ key: recordKey(TENANT, event.source, event.id), sentAtMs }));
  }

  /** Milliseconds from send to outcome, of every event; waits until all have one. */
  async function latencies(sent: readonly Sent[]): Promise<number[]> {
    const open = new Map(sent.map((each) => [each.key, each.sentAtMs]));
    const found: number[] = [];
    for (const endAtMs = Date.now() + LIMIT_MS; open.size > 0; await delay(200)) {
      if (Date.now() > endAtMs) throw new Error(`${open.size} of ${sent.length} events have no outcome`);
      const some = [...open.keys()].slice(0, 500);
      for (const { key, outcome } of await records.read(some.map((each) => ({ key: each, generation: 1 })))) {
        if (outcome === undefined) continue;
        found.push(outcome.decidedAtMs - (open.get(key) ?? 0));
        open.delete(key);
      }
    }
    return found;
  }

  return {
    round: async (count: number, backlog: boolean): Promise<number[]> => {
      const bulk = backlog ? await inTurn(inBatches(events(BACKLOG, 'bulk'), 10), put) : [];
      const critical: Sent[] = [];
      for (const event of events(count, 'critical')) {
        critical.push(...(await put([event])));
        await delay(1000 / PER_SECOND);
      }
      const found = await latencies(critical);
      // The next round begins with nothing left over from this one.
      await latencies(bulk);
      return found;
    },
  };
}

async function inTurn<T, R>(items: readonly T[], each: (item: T) => Promise<R[]>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(...(await each(item)));
  return results;
}

function events(count: number, priority: 'critical' | 'bulk'): CloudEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    specversion: '1.0',
    id: randomUUID(),
    source: priority === 'bulk' ? '/batch/bench' : `/bench/${index % 50}`,
    type: 'telemetry.reading',
    time: new Date().toISOString(),
    priority,
    data: { sensor: `${priority}-${index % 50}`, value: 20 + Math.sin(index), unit: 'C', severity: priority },
  }));
}
