/** A new generation of events whose last one ended otherwise than DONE, in the environment that is connected to. */
import { createAcceptances, createLaneQueue } from '../adapters/aws';
import type { Envelope } from '../core/contracts/event';
import { laneRoute } from '../core/contracts/lane-route';
import type { LedgerRecord } from '../core/contracts/ledger';
import { type Redriven, redriveEvents } from '../lambdas/monitoring/recovery/redrive';
import type { Connection } from './connection';
import { readAcceptances, recordsOf } from './readers/ledger';

export async function redrive(
  connection: Connection,
  dead: readonly LedgerRecord[],
  nowMs: number,
): Promise<Redriven[]> {
  const { clients, names, configuration } = connection;
  const envelopes = await envelopesOf(connection, dead);
  const lanes = configuration.lanes.map((lane) => laneRoute(names, lane));
  return redriveEvents(
    {
      records: recordsOf(connection),
      acceptances: createAcceptances({ dynamo: clients.dynamo, table: names.acceptancesTable }),
      lanes: createLaneQueue({ sqs: clients.sqs, lanes }),
    },
    dead.map((record) => {
      const envelope = envelopes.get(`${record.key}#${record.generation}`);
      return { record, ...(envelope ? { envelope } : {}) };
    }),
    {
      lanes: lanes.map(({ name }) => name),
      handOffBoundMs: configuration.reconciler.handOffBoundSeconds * 1000,
    },
    nowMs,
  );
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
