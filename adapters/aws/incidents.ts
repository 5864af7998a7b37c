/** Incidents in a table of their own; the limits of all recoveries and their switch in the control table. */
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import type { Incident, RecoveryLimits } from '../../core/contracts/incident';
import { DUE_INDEX } from '../../core/contracts/names';
import type { Incidents, ReadIncident } from '../../core/ports';
import {
  DAY_SECONDS,
  epochSeconds,
  type Item,
  json,
  jsonOf,
  number,
  numberOf,
  required,
  text,
  textOf,
} from './attributes';
import { holds, isThrottling } from './retry';

export interface IncidentsOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  readonly controlTable: string;
  /** Days after which an incident that nothing is found of any more is forgotten. */
  readonly retentionDays: number;
}

const SWITCH = { id: text('recovery') };
const LIMITS = { id: text('recovery-limits') };
/** Partition of the index of what is due: few are at any time. */
const DUE = 'due';

export function createIncidents({ dynamo, table, controlTable, retentionDays }: IncidentsOptions): Incidents {
  const get = async (TableName: string, Key: Item): Promise<Item | undefined> =>
    (await dynamo.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
  const incidentPut = (next: Incident, read: ReadIncident) => ({
    TableName: table,
    Item: itemOf({ ...next, version: read.version + 1 }, retentionDays),
    ...asRead(read),
  });
  const limitsPut = (next: RecoveryLimits, version: number) => ({
    TableName: controlTable,
    Item: { ...LIMITS, version: number(version + 1), body: json(next) },
    ...atVersion(version),
  });
  return {
    read: async (id) => {
      const item = await get(table, { id: text(id) });
      return item === undefined ? undefined : incidentFromItem(item);
    },
    put: (next, read) => holds(dynamo.send(new PutItemCommand(incidentPut(next, read)))),
    begin: async (next, read, limits) => {
      const isOn = {
        TableName: controlTable,
        Key: SWITCH,
        ConditionExpression: 'attribute_not_exists(#mode) OR #mode <> :off',
        ExpressionAttributeNames: { '#mode': 'mode' },
        ExpressionAttributeValues: { ':off': text('off') },
      };
      try {
        await dynamo.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { ConditionCheck: isOn },
              { Put: incidentPut(next, read) },
              { Put: limitsPut(limits.next, limits.version) },
            ],
          }),
        );
        return 'begun';
      } catch (error) {
        return refusalOf(error);
      }
    },
    limits: async () => {
      const item = await get(controlTable, LIMITS);
      if (item === undefined) return { limits: undefined, version: 0 };
      return {
        limits: jsonOf(item, 'body') as RecoveryLimits,
        version: required(numberOf(item, 'version'), 'version'),
      };
    },
    putLimits: (next, version) => holds(dynamo.send(new PutItemCommand(limitsPut(next, version)))),
    mode: async () => (textOf((await get(controlTable, SWITCH)) ?? {}, 'mode') === 'off' ? 'off' : 'on'),
    setMode: async (mode) => {
      await dynamo.send(new PutItemCommand({ TableName: controlTable, Item: { ...SWITCH, mode: text(mode) } }));
    },
    due: async (nowMs, limit) => {
      const { Items = [] } = await dynamo.send(
        new QueryCommand({
          TableName: table,
          IndexName: DUE_INDEX,
          KeyConditionExpression: 'due = :due AND dueAtMs <= :now',
          ExpressionAttributeValues: { ':due': text(DUE), ':now': number(nowMs) },
          Limit: limit,
        }),
      );
      return Items.map((item) => required(textOf(item, 'id'), 'id'));
    },
  };
}

export const incidentFromItem = (item: Item): Incident => jsonOf(item, 'body') as Incident;

function itemOf(incident: Incident, retentionDays: number): Item {
  const { id, version, token, dueAtMs, lastSeenAtMs } = incident;
  return {
    id: text(id),
    version: number(version),
    token: number(token),
    body: json(incident),
    expiresAt: number(epochSeconds(lastSeenAtMs) + retentionDays * DAY_SECONDS),
    // Only what is due stands in the index.
    ...(dueAtMs === undefined ? {} : { due: text(DUE), dueAtMs: number(dueAtMs) }),
  };
}

/** What was read is still there, and nobody has taken it over since: both in the write's own condition. */
function asRead({ version, token }: ReadIncident) {
  if (version === 0) return { ConditionExpression: 'attribute_not_exists(id)' };
  return {
    ConditionExpression: '#version = :version AND #token = :token',
    ExpressionAttributeNames: { '#version': 'version', '#token': 'token' },
    ExpressionAttributeValues: { ':version': number(version), ':token': number(token) },
  };
}

function atVersion(version: number) {
  if (version === 0) return { ConditionExpression: 'attribute_not_exists(id)' };
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': number(version) },
  };
}

/** The reasons stand in the order of the items: the switch is the first. */
function refusalOf(error: unknown): 'off' | 'conflict' {
  if (isThrottling(error)) return 'conflict';
  const { name, CancellationReasons: reasons } = error as { name?: string; CancellationReasons?: { Code?: string }[] };
  if (name !== 'TransactionCanceledException') throw error;
  return reasons?.[0]?.Code === 'ConditionalCheckFailed' ? 'off' : 'conflict';
}
