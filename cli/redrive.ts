/** A new generation of events whose last one ended otherwise than DONE: a new acceptance, handed to the lane like any other. */
import { createAcceptances, createLaneQueue } from '../adapters/aws';
import type { Envelope } from '../core/contracts/event';
import { acceptanceKey } from '../core/contracts/identity';
import type { Acceptance, LedgerRecord } from '../core/contracts/ledger';
import type { Connection } from './connection';
import { readAcceptances, recordsOf } from './readers/ledger';

export interface Redriven {
  readonly key: string;
  readonly id: string;
  readonly generation: number;
  readonly result:
    | 'accepted'
    | 'accepted before'
    | 'not found'
    | 'later generation'
    | 'lane is gone'
    | 'accepted, not handed over';
}

const PER_ACCEPTANCE = 25;

export async function redrive(
  connection: Connection,
  dead: readonly LedgerRecord[],
  nowMs: number,
): Promise<Redriven[]> {
  const ledger = recordsOf(connection);
  const envelopes = await envelopesOf(connection, dead);
  const results: Redriven[] = [];
  const next: Envelope[] = [];
  for (const record of dead) {
    const latest = await ledger.latest(record.key);
    const envelope = envelopes.get(`${record.key}#${record.generation}`);
    const common = { key: record.key, id: record.outcome?.id ?? record.key, generation: record.generation + 1 };
    const lane = connection.configuration.lanes.find(({ name }) => name === envelope?.lane);
    if (latest?.generation !== record.generation || !latest.outcome || latest.outcome.kind === 'DONE')
      results.push({ ...common, result: 'later generation' });
    else if (!envelope) results.push({ ...common, result: 'not found' });
    else if (!lane) results.push({ ...common, result: 'lane is gone' });
    else next.push({ ...envelope, generation: record.generation + 1, acceptedAtMs: nowMs });
  }
  for (const group of groups(next)) {
    const result = await accept(connection, group, nowMs);
    results.push(...group.map(({ key, event, generation }) => ({ key, id: event.id, generation, result })));
  }
  return results;
}

/** Where the events lie: their acceptances, which are found by the time that the outcome repeats. */
async function envelopesOf(connection: Connection, dead: readonly LedgerRecord[]): Promise<Map<string, Envelope>> {
  const since = Math.min(...dead.map(({ outcome }) => outcome?.acceptedAtMs ?? 0));
  const found = new Map<string, Envelope>();
  for (const { envelopes } of await readAcceptances(connection, since))
    for (const each of envelopes) found.set(`${each.key}#${each.generation}#${each.bodyDigest}`, each);
  return new Map(
    dead.flatMap(({ key, generation, outcome }) => {
      // The body that has the outcome, where one identity came with two.
      const envelope = found.get(`${key}#${generation}#${outcome?.bodyDigest}`);
      return envelope ? [[`${key}#${generation}`, envelope] as const] : [];
    }),
  );
}

function groups(envelopes: readonly Envelope[]): Envelope[][] {
  const byLane = new Map<string, Envelope[][]>();
  for (const envelope of envelopes) {
    const mine = byLane.get(envelope.lane) ?? [[]];
    if ((mine.at(-1)?.length ?? 0) >= PER_ACCEPTANCE) mine.push([]);
    mine.at(-1)?.push(envelope);
    byLane.set(envelope.lane, mine);
  }
  return [...byLane.values()].flat();
}

/** The acceptance's key comes from its content: two redrives at the same moment write the same one, and one of them finds it there. */
async function accept(connection: Connection, group: readonly Envelope[], nowMs: number): Promise<Redriven['result']> {
  const { clients, names, configuration } = connection;
  const lane = configuration.lanes.find(({ name }) => name === group[0]?.lane);
  if (!lane) return 'lane is gone';
  const acceptances = createAcceptances({ dynamo: clients.dynamo, table: names.acceptancesTable });
  const key = acceptanceKey(group);
  const envelopes = group.map((each) => ({ ...each, acceptanceKey: key }));
  const acceptance: Acceptance = {
    key,
    lane: lane.name,
    envelopes,
    acceptedAtMs: nowMs,
    dueAtMs: nowMs + configuration.reconciler.handOffBoundSeconds * 1000,
    handedOver: false,
    resends: 0,
  };
  const accepted = await acceptances.accept(acceptance);
  if (accepted.status === 'exists') return 'accepted before';
  const { name, pool, priorityClass, ordered, admissionBound } = lane;
  const route = { name, pool, priorityClass, ordered, admissionBound, queueUrlName: names.laneQueue(name, ordered) };
  const queue = createLaneQueue({ sqs: clients.sqs, lanes: [route] });
  const messages = envelopes.map((envelope) => ({ v: 1 as const, envelope, sendAttempt: 1 }));
  // What is not sent now the reconciler sends: it is accepted.
  const failed = await queue.send(lane.name, messages).catch(() => envelopes.map((_, index) => index));
  if (failed.length > 0) return 'accepted, not handed over';
  await acceptances.markHandedOver(key);
  return 'accepted';
}
