/** The ledger and what took effect from it, as the audit and the other commands look at them. */
import { acceptanceFromItem, contextFromItem, createRecords, effectFromItem, recordFromItem } from '../../adapters/aws';
import type { ContextItem, KeyedWrite, LedgerRecord } from '../../core/contracts/ledger';
import type { AuditedAcceptance } from '../../core/policies/audit';
import type { Records } from '../../core/ports';
import type { Connection } from '../connection';
import { type Item, sample, scan } from './scan';

export async function readAcceptances(connection: Connection, sinceMs?: number): Promise<AuditedAcceptance[]> {
  const { clients, names } = connection;
  const since =
    sinceMs === undefined
      ? {}
      : { FilterExpression: 'acceptedAtMs >= :since', ExpressionAttributeValues: { ':since': { N: String(sinceMs) } } };
  return (await scan(clients.dynamo, { TableName: names.acceptancesTable, ...since })).map(toAcceptance);
}

function toAcceptance(item: Item): AuditedAcceptance {
  const closed = item.closedAtMs?.N;
  return { ...acceptanceFromItem(item), ...(closed === undefined ? {} : { closedAtMs: Number(closed) }) };
}

export const readRecords = async ({ clients, names }: Connection): Promise<LedgerRecord[]> =>
  (await scan(clients.dynamo, { TableName: names.recordsTable })).map(recordFromItem);

/** The records of at most so many pages, and whether these were all. */
export async function sampleRecords({ clients, names }: Connection, pages: number) {
  const { items, complete } = await sample(clients.dynamo, { TableName: names.recordsTable }, pages);
  return { records: items.map(recordFromItem), complete };
}

export async function sampleAcceptances({ clients, names }: Connection, pages: number) {
  const { items, complete } = await sample(clients.dynamo, { TableName: names.acceptancesTable }, pages);
  return { acceptances: items.map(toAcceptance), complete };
}

export const readEffects = async ({ clients, names }: Connection): Promise<KeyedWrite[]> =>
  (await scan(clients.dynamo, { TableName: names.effectsTable })).map(effectFromItem);

export const readContexts = async ({ clients, names }: Connection): Promise<ContextItem[]> =>
  (await scan(clients.dynamo, { TableName: names.contextTable })).map(contextFromItem);

export const recordsOf = ({ clients, names, configuration }: Connection): Records =>
  createRecords({
    dynamo: clients.dynamo,
    table: names.recordsTable,
    contextTable: names.contextTable,
    retentionDays: configuration.retention.ledgerDays,
  });
