/**
 * The deployed stacks with sagas in them, as the tests of sagas use them: one environment for all of them. Functions talk through the fault
 * proxy; senders, the provider's books and the audit go round it.
 */
import { createProviderLedger, createStateStore } from '../../../adapters/aws';
import { offerKey, seatKey } from '../../../applications/booking';
import { awaitOutcomes } from '../../../cli/await-outcomes';
import { type Connection, connect } from '../../../cli/connection';
import { readIncidents } from '../../../cli/incidents';
import { recordsOf } from '../../../cli/readers/ledger';
import { findSaga, runsOf, sagaPorts } from '../../../cli/readers/sagas';
import { sourceOf } from '../../../cli/send';
import { createSender } from '../../../cli/workload/senders';
import type { CloudEvent } from '../../../core/contracts/event';
import { recordKey } from '../../../core/contracts/identity';
import type { Incident } from '../../../core/contracts/incident';
import type { LedgerRecord, Outcome } from '../../../core/contracts/ledger';
import type { StateResult } from '../../../core/contracts/state';
import { putThing } from '../../../core/sagas';
import { bringUp, tearDown } from '../../../local/environment';
import { type FaultProxy, startFaultProxy } from '../../../local/faults/proxy';
import type { FaultRule } from '../../../local/faults/rules';
import { freePort } from '../../../local/processes';

const SHOW = 'opera';
const TENANT = 'acme';
const PATIENCE_SECONDS = 60;
let seats = 0;
/** Names of all orders that a test has made. */
export const ordered: string[] = [];

export const instanceOf = (name: string) => `booking/${TENANT}/${name}`;
export const seatOf = ({ data }: CloudEvent) => (data as { seat: number }).seat;
export const keyOf = (event: CloudEvent) => recordKey(TENANT, event.source, event.id);

const eventOf = (type: string, name: string, data: unknown): CloudEvent => ({
  specversion: '1.0',
  id: `event-${name}`,
  source: '/shop',
  type,
  time: new Date().toISOString(),
  data,
});

/** An order for a seat of its own, unless another is asked for. */
export function order(name: string, data: { show?: string; seat?: number | string; card?: string } = {}): CloudEvent {
  seats += 1;
  ordered.push(name);
  return eventOf('booking.requested', name, { order: name, show: SHOW, seat: seats, card: 'tok_visa', ...data });
}

/** Layers of cells, each layer of which needs all of the one before. */
export const job = (id: string, layers: number, width: number): CloudEvent =>
  eventOf('layers.requested', id, { id, layers, width });

export interface Shop extends ReturnType<typeof actsOf> {
  readonly connection: Connection;
  /** These faults from now on, and those that last; the former end with the test. */
  strike(rules: readonly FaultRule[]): void;
  /** A fault beyond the end of a test. */
  strikeOn(rule: FaultRule): void;
  /** Ends such a fault. */
  heal(name: string): void;
  /** How often each of the faults has struck that end with the test. */
  strikes(): number[];
}

/** Brings the environment up before the tests of the file that calls it, and down after them. */
export function openShop(): Shop {
  let proxy: FaultProxy;
  let connection: Connection;
  let lasting: readonly FaultRule[] = [];
  const strike = (rules: readonly FaultRule[]) => proxy.setRules([...lasting, ...rules]);

  beforeAll(async () => {
    const port = await freePort();
    if (port === undefined) throw new Error('no free port');
    proxy = await startFaultProxy();
    proxy.forwardTo(`http://127.0.0.1:${port}`);
    await bringUp({ port, functionsEndpoint: proxy.endpoint, tickSeconds: 1 });
    connection = await connect('local');
    const price = { priceCents: 4_200, seats: 1_000 };
    await putThing(statesOf(connection), offerKey(TENANT, SHOW), price, 'test/offer', Date.now());
  }, 300_000);
  afterAll(async () => {
    for (const client of Object.values(connection?.clients ?? {})) client.destroy();
    await tearDown();
    await proxy?.stop();
  }, 60_000);
  afterEach(() => strike([]));

  const strikes = () => {
    const names = lasting.map(({ name }) => name);
    return Object.entries(proxy.strikes()).flatMap(([name, times]) => (names.includes(name) ? [] : [times]));
  };
  return {
    ...actsOf(() => connection),
    get connection() {
      return connection;
    },
    strike,
    strikeOn: (rule) => {
      lasting = [...lasting, rule];
      strike([]);
    },
    heal: (healed) => {
      lasting = lasting.filter(({ name }) => name !== healed);
      strike([]);
    },
    strikes,
  };
}

const statesOf = ({ clients, names }: Connection) =>
  createStateStore({ dynamo: clients.dynamo, table: names.statesTable });

/** What is done and looked at from outside; the connection is there once the environment is up. */
function actsOf(connected: () => Connection) {
  const send = async (events: readonly CloudEvent[], way = 'devices') => {
    const taken = await createSender(connected(), sourceOf(connected(), way))(events);
    if (taken.includes(false)) throw new Error(`${way} did not take every event`);
  };
  const fates = async (seconds: number, events: readonly CloudEvent[]): Promise<(Outcome | undefined)[]> => {
    const found = await awaitOutcomes(connected(), events.map(keyOf), { seconds, sinceMs: Date.now() });
    return found.map(({ outcome }) => outcome);
  };
  const outcomes = (...events: CloudEvent[]) => fates(PATIENCE_SECONDS, events);
  const books = () => {
    const { clients, names } = connected();
    return createProviderLedger({ dynamo: clients.dynamo, table: names.paymentsTable('booking') });
  };
  const paymentOf = (name: string) => books().read(`${instanceOf(name)}/payment`);
  return {
    send,
    outcomes,
    kinds: async (...events: CloudEvent[]) => (await outcomes(...events)).map((each) => each?.kind),
    /** Without waiting. */
    outcomeNow: async (event: CloudEvent) => (await fates(0, [event]))[0],
    /** One for each generation that there is. */
    recordsOf: async (event: CloudEvent): Promise<readonly LedgerRecord[]> =>
      recordsOf(connected()).read([1, 2, 3].map((generation) => ({ key: keyOf(event), generation }))),
    /** The provider's. */
    books,
    paymentOf,
    holderOf: async (seat: number) => {
      const found = await statesOf(connected()).read(seatKey(TENANT, SHOW, seat));
      return (found?.value as { heldBy: string | null } | undefined)?.heldBy ?? null;
    },
    resultOf: (name: string, step: string) =>
      statesOf(connected()).read({ application: 'booking', instance: instanceOf(name), name: step }),
    /** All that a job's cells and gates have left, by name. */
    cellsOf: async (id: string): Promise<ReadonlyMap<string, StateResult>> => {
      const results = await statesOf(connected()).list('layers', `layers/${TENANT}/${id}`);
      return new Map(results.map((each) => [each.key.name, each]));
    },
    executionsOf: async (event: CloudEvent) =>
      runsOf(sagaPorts(connected()).executions, (await findSaga(connected(), event.id)).plan),
    incidentOf: async (instance: string): Promise<Incident | undefined> =>
      (await readIncidents(connected())).find(
        ({ subject }) => subject.on === 'saga' && subject.instance === instance && subject.event.generation === 1,
      ),
    /** A rule that strikes one of the step's calls. */
    onStep: (
      step: string,
      rule: Partial<FaultRule> & Pick<FaultRule, 'operation' | 'action' | 'when'>,
      saga = 'booking',
    ): FaultRule => ({
      name: `${step} ${rule.action} ${rule.when}`,
      caller: connected().names.stepFunction(saga, step),
      skip: 0,
      times: 1,
      ...rule,
    }),
  };
}
