/** Critical events' latency from send to outcome on the deployed stacks, with a backlog of bulk events and without, in turn. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { createRecords } from '../../adapters/aws';
import { type Connection, connect } from '../../cli/connection';
import { switchLane } from '../../cli/lane';
import { readDepths, total } from '../../cli/readers/depths';
import type { CloudEvent } from '../../core/contracts/event';
import { recordKey } from '../../core/contracts/identity';
import type { OutcomeKind } from '../../core/contracts/ledger';
import { inBatches } from './events';
import { percentile, rounded } from './statistics';

const BACKLOG = 2_000;
/** Many short rounds: a slow second then falls on both arms alike, and no backlog is worked off before its round ends. */
const ROUNDS = 5;
const CRITICAL_PER_ROUND = 200;
const WARM_UP = 50;
const BULK_LANE = 'bulk';
const PER_SECOND = 50;
/** A machine that is shared with other work drains the backlog slowly. */
const LIMIT_MS = 300_000;
/** Of the backlog, so that the round is not over before the lane's mapping has started. */
const DRAINED_FIRST = 50;
const POLL_MS = 500;
/** Between two requests of the probe. */
const PROBE_EVERY_MS = 50;
const TENANT = 'acme';
const BUS_SOURCE = 'acme.devices';

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}
/** Of all critical events of an arm, in milliseconds. */
export interface CriticalArm {
  readonly sendToOutcomeMs: Percentiles;
  /** Events that ended otherwise than DONE; their time counts as well. */
  readonly notDone: number;
  /** To the acceptance: bus, intake queue, ingestion. */
  readonly sendToAcceptanceMs: Percentiles;
  /** From there: lane queue, runner, commit. */
  readonly acceptanceToOutcomeMs: Percentiles;
  /** One small read of the table store by a bystander: what the endpoint alone makes everybody wait at that time. */
  readonly endpointReadMs: Percentiles;
}
export interface CriticalFigures {
  readonly backlog: number;
  readonly criticalEventsPerArm: number;
  readonly without: CriticalArm;
  readonly withBacklog: CriticalArm;
  /** Bulk events without an outcome when the last critical event of a round had one. Above 0: a backlog was there all the time. */
  readonly bulkLeftAtTheEnd: readonly number[];
  readonly criticalP99Ratio: number;
  readonly differenceMs: number;
  /** The goal: a ratio of at most 2, or at most 50 ms more. */
  readonly goalMet: boolean;
}

export async function measureCritical(
  environment: string,
  onProgress: (line: string) => void,
): Promise<CriticalFigures> {
  const connection = await connect(environment);
  const bench = createBench(connection);
  await bench.round(WARM_UP, false);
  const without: Round[] = [];
  const withBacklog: Round[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    onProgress(`critical events, round ${round} of ${ROUNDS}`);
    // In turn, and the second first every other time: drift favours neither, and fewer backlogs have to drain between.
    for (const backlog of round % 2 === 1 ? [false, true] : [true, false])
      (backlog ? withBacklog : without).push(await bench.round(CRITICAL_PER_ROUND, backlog));
  }
  return figuresOf(without, withBacklog);
}

function figuresOf(without: readonly Round[], withBacklog: readonly Round[]): CriticalFigures {
  const arms = { without: armOf(without), withBacklog: armOf(withBacklog) };
  const [quiet, busy] = [arms.without.sendToOutcomeMs.p99, arms.withBacklog.sendToOutcomeMs.p99];
  return {
    backlog: BACKLOG,
    criticalEventsPerArm: withBacklog.reduce((sum, each) => sum + each.events.length, 0),
    ...arms,
    bulkLeftAtTheEnd: withBacklog.map((each) => each.bulkLeft),
    criticalP99Ratio: rounded(busy / quiet),
    differenceMs: busy - quiet,
    goalMet: busy <= Math.max(2 * quiet, quiet + 50),
  };
}

function armOf(rounds: readonly Round[]): CriticalArm {
  const events = rounds.flatMap((each) => each.events);
  const of = (values: readonly number[]): Percentiles => ({
    p50: rounded(percentile(values, 0.5), 1),
    p99: rounded(percentile(values, 0.99), 1),
  });
  return {
    notDone: events.filter((each) => each.kind !== 'DONE').length,
    sendToOutcomeMs: of(events.map((each) => each.decidedAtMs - each.sentAtMs)),
    sendToAcceptanceMs: of(events.map((each) => each.acceptedAtMs - each.sentAtMs)),
    acceptanceToOutcomeMs: of(events.map((each) => each.decidedAtMs - each.acceptedAtMs)),
    endpointReadMs: of(rounds.flatMap((each) => each.probeMs)),
  };
}

interface Sent {
  readonly key: string;
  readonly sentAtMs: number;
}
interface Done extends Sent {
  readonly kind: OutcomeKind;
  readonly acceptedAtMs: number;
  readonly decidedAtMs: number;
}
interface Round {
  readonly events: readonly Done[];
  readonly probeMs: readonly number[];
  readonly bulkLeft: number;
}

function createBench(connection: Connection) {
  const { names } = connection;
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

  /** Those of these events that have an outcome. */
  async function look(sent: readonly Sent[]): Promise<Done[]> {
    const byKey = new Map(sent.map((each) => [each.key, each]));
    const found: Done[] = [];
    for (const batch of inBatches(sent, 500))
      for (const { key, outcome } of await records.read(batch.map((each) => ({ key: each.key, generation: 1 })))) {
        const event = byKey.get(key);
        if (outcome === undefined || event === undefined) continue;
        const { kind, acceptedAtMs, decidedAtMs } = outcome;
        found.push({ ...event, kind, acceptedAtMs, decidedAtMs });
      }
    return found;
  }

  /** Waits until all have an outcome. */
  async function outcomesOf(sent: readonly Sent[]): Promise<Done[]> {
    const found = new Map<string, Done>();
    for (const endAtMs = Date.now() + LIMIT_MS; found.size < sent.length; await delay(POLL_MS)) {
      if (Date.now() > endAtMs) throw new Error(`${sent.length - found.size} of ${sent.length} events have no outcome`);
      for (const each of await look(sent.filter(({ key }) => !found.has(key)).slice(0, 500))) found.set(each.key, each);
    }
    return [...found.values()];
  }

  /** Reads one record that is not there, again and again, until it is told to stop. */
  function probe(): () => Promise<number[]> {
    const times: number[] = [];
    let going = true;
    const loop = (async () => {
      while (going) {
        const from = performance.now();
        await records.read([{ key: 'probe', generation: 1 }]);
        times.push(performance.now() - from);
        await delay(PROBE_EVERY_MS);
      }
    })();
    return async () => {
      going = false;
      await loop;
      return times;
    };
  }

  let bulk: readonly Sent[] = [];
  /** Those bulk events that have no outcome yet. */
  const openBulk = async (): Promise<readonly Sent[]> => {
    const done = new Set((await look(bulk)).map((each) => each.key));
    return bulk.filter(({ key }) => !done.has(key));
  };

  const waiting = async (): Promise<number> => {
    const depth = (await readDepths(connection)).lanes[BULK_LANE];
    return depth === undefined ? 0 : total(depth.queue);
  };

  /** All of it stands in the paused lane before it may drain, so that each round meets the same backlog; and it drains when the round begins. */
  async function fillBacklog(): Promise<void> {
    await switchLane(connection, BULK_LANE, true);
    const left = await openBulk();
    bulk = [...left, ...(await inTurn(inBatches(events(BACKLOG - left.length, 'bulk'), 10), put))];
    const open = (await openBulk()).length;
    await reached(`a backlog of ${BACKLOG} in the lane ${BULK_LANE}`, async () => (await waiting()) >= open);
    await switchLane(connection, BULK_LANE, false);
    await reached(`the lane ${BULK_LANE} draining`, async () => (await waiting()) < open - DRAINED_FIRST);
  }

  return {
    round: async (count: number, backlog: boolean): Promise<Round> => {
      if (backlog) await fillBacklog();
      else await outcomesOf(bulk);
      const stopProbe = probe();
      const critical: Sent[] = [];
      for (const event of events(count, 'critical')) {
        critical.push(...(await put([event])));
        await delay(1000 / PER_SECOND);
      }
      const probeMs = await stopProbe();
      const found = await outcomesOf(critical);
      return { events: found, probeMs, bulkLeft: backlog ? (await openBulk()).length : 0 };
    },
  };
}

async function reached(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const endAtMs = Date.now() + LIMIT_MS; !(await holds()); await delay(POLL_MS))
    if (Date.now() > endAtMs) throw new Error(`not seen within ${LIMIT_MS} ms: ${what}`);
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
