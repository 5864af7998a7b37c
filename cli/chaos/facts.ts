/** Looks from outside at what has come of the orders: tables and books, by no way that the functions use. */
import { createStateStore, paymentFromItem } from '../../adapters/aws';
import { seatKey } from '../../applications/booking';
import type { Outcome } from '../../core/contracts/ledger';
import { DIRECTION } from '../../core/contracts/saga';
import type { Connection } from '../connection';
import { readRecords } from '../readers/ledger';
import { scan } from '../readers/scan';
import type { Facts } from './model';
import { type Order, TENANT } from './orders';

const AT_ONCE = 8;

export async function readFacts(connection: Connection, orders: readonly Order[]): Promise<Facts> {
  const { clients, names } = connection;
  const states = createStateStore({ dynamo: clients.dynamo, table: names.statesTable });
  const outcomes = new Map<string, Outcome[]>();
  for (const { key, outcome } of await readRecords(connection))
    if (outcome !== undefined) outcomes.set(key, [...(outcomes.get(key) ?? []), outcome]);
  const payments = await scan(clients.dynamo, { TableName: names.paymentsTable('booking') });
  const tickets = new Set<string>();
  await each(orders, async ({ instance }) => {
    const results = await states.list('booking', instance);
    const ticket = results.find(({ key }) => key.name === 'ticket');
    const direction = results.find(({ key }) => key.name === DIRECTION);
    const isDone = (ticket?.value as { status?: string } | undefined)?.status === 'done';
    if (ticket?.freshness === 'current' && isDone && direction?.value === 'done') tickets.add(instance);
  });
  const holders = new Map<number, string | null>();
  const places = new Map(orders.map((order) => [order.seat, order.show]));
  await each([...places], async ([seat, show]) => {
    const found = await states.read(seatKey(TENANT, show, seat));
    holders.set(seat, (found?.value as { heldBy: string | null } | undefined)?.heldBy ?? null);
  });
  return { outcomes, payments: payments.map(paymentFromItem), holders, tickets };
}

async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = all.values();
  const worker = async () => {
    for (const one of queue) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
