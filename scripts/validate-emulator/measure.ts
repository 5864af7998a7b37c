/**
 * One load on the local environment, and what became of it: the journal says when each event was sent, the ledger when it was accepted
 * and decided, the functions' logs when each batch began and ended and how many records it had.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import type { Connection } from '../../cli/connection';
import { load } from '../../cli/load';
import { readAcceptances, readRecords } from '../../cli/readers/ledger';
import type { JournalEntry } from '../../core/contracts/journal';
import { attribute, type LoggedBatch, type LoggedLine, loggedBatches, type Measured } from './measured';

/** One source and one lane, so that each event takes the same two queues. */
const SOURCE = 'devices';
export const LANE = 'normal';
/** The same number in each load: records of a batch that share a sensor share a commit. */
const SENSORS = 500;
const LIMIT_MS = 60_000;
const POLL_MS = 500;

export interface Load {
  readonly perSecond: number;
  readonly seconds: number;
  readonly seed: number;
}

/** Sends the load, waits until each event has its outcome, and reads what the environment wrote meanwhile. */
export async function measure(connection: Connection, { perSecond, seconds, seed }: Load): Promise<Measured> {
  const fromMs = Date.now();
  const sent = await load(
    connection,
    {
      env: connection.environment,
      rate: perSecond,
      seconds,
      seed,
      sources: [SOURCE],
      mix: { [LANE]: 1 },
      ...ALL_SOUND,
    },
    {},
  );
  const outcomes = await outcomesOf(connection, sent);
  const acceptances = await readAcceptances(connection, fromMs);
  const [ingest, runner] = await Promise.all(
    [connection.names.platformFunction('ingest'), connection.names.runnerFunction(LANE)].map((name) =>
      batchesOf(connection, name, fromMs),
    ),
  );
  return attribute({ sent, outcomes, acceptances, ingest: ingest ?? [], runner: runner ?? [] });
}

const ALL_SOUND = { poison: 0, duplicate: 0, late: 0, ordered: 0, sensors: SENSORS };

async function outcomesOf(connection: Connection, sent: readonly JournalEntry[]) {
  const keys = new Set(sent.map(({ key }) => key));
  for (const endAtMs = Date.now() + LIMIT_MS; ; await delay(POLL_MS)) {
    const records = (await readRecords(connection)).filter(({ key }) => keys.has(key));
    const outcomes = records.flatMap(({ key, outcome }) => (outcome === undefined ? [] : [{ key, ...outcome }]));
    const notDone = outcomes.filter(({ kind }) => kind !== 'DONE').length;
    if (notDone > 0) throw new Error(`${notDone} events ended otherwise than DONE: the machine cannot take this load`);
    if (outcomes.length === keys.size) return outcomes;
    if (Date.now() > endAtMs) throw new Error(`${keys.size - outcomes.length} of ${keys.size} events have no outcome`);
  }
}

async function batchesOf(connection: Connection, functionName: string, fromMs: number): Promise<LoggedBatch[]> {
  const { clients, endpoint, region } = connection;
  const client = new CloudWatchLogsClient({
    ...(endpoint === undefined ? {} : { endpoint }),
    region,
    credentials: clients.lambda.config.credentials,
  });
  const lines: LoggedLine[] = [];
  for await (const { events = [] } of paginateFilterLogEvents(
    { client },
    { logGroupName: `/aws/lambda/${functionName}`, startTime: fromMs },
  ))
    for (const { logStreamName = '', message = '', timestamp = 0 } of events)
      lines.push({ stream: logStreamName, atMs: timestamp, message });
  client.destroy();
  return loggedBatches(lines);
}
