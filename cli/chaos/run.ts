/**
 * One run: an environment of its own through the fault proxy, a storm while orders and events flow, then no trouble and no person until
 * all is at its end, five orders that must be DONE, and a judgement from outside.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createStateStore } from '../../adapters/aws';
import { offerKey } from '../../applications/booking';
import type { JournalEntry } from '../../core/contracts/journal';
import { resourceNames } from '../../core/contracts/names';
import type { AuditReport } from '../../core/policies/audit';
import { putThing } from '../../core/sagas';
import { bringUp, tearDown } from '../../local/environment';
import { type Clocks, createClocks } from '../../local/faults/clocks';
import { startFaultProxy } from '../../local/faults/proxy';
import { freePort } from '../../local/processes';
import { auditOf } from '../audit';
import { awaitOutcomes } from '../await-outcomes';
import { type Connection, configurationOf, connect } from '../connection';
import { UserError } from '../errors';
import { readIncidents } from '../incidents';
import { seededRandom } from '../workload/random';
import { readFacts } from './facts';
import { type Extent, type FaultKind, leastOf } from './kinds';
import { type Violation, violationsOf } from './model';
import { type Order, PRICE_CENTS, planOrders, planProbes, showOf, TENANT } from './orders';
import { beginStorm, type Counts, type Storm } from './storm';
import { type Sent, sendProbes, stream } from './stream';

/** The storm lasts so many times as long, at the most, where a fault has not happened often enough yet. */
const MOST_LONGER = 2;
const PROBES = 5;
const PROBE_SECONDS = 60;
const CLOCKS_OFF_BY_MS = 1_500;
const LOOK_EVERY_MS = 1_500;
const LOOK_AT_STORM_MS = 250;
const TICK_SECONDS = 1;
const ENVIRONMENT = 'local';

export interface ChaosOptions {
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  readonly extent: Extent;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
}

export interface ChaosReport {
  /** `invalid`: too little went wrong for the run to prove anything. */
  readonly verdict: 'good' | 'bad' | 'invalid';
  readonly seed: number;
  readonly injected: Readonly<Record<string, { readonly count: number; readonly least: number }>>;
  readonly strikes: Readonly<Record<string, number>>;
  readonly orders: Readonly<Record<string, number>>;
  readonly events: { readonly sent: number; readonly outcomes: AuditReport['outcomes'] };
  /** From the end of the storm until nothing was open; left out where it never was. */
  readonly convergedAfterSeconds?: number;
  readonly probesDone: number;
  /** By state. `parked`: left to a person. */
  readonly incidents: Readonly<Record<string, number>>;
  readonly recoveryActions: number;
  readonly violations: readonly Violation[];
  readonly seconds: { readonly up: number; readonly storm: number; readonly all: number };
}

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const startedAtMs = Date.now();
  const { kinds, say, signal } = options;
  const port = await freePort();
  if (port === undefined) throw new UserError('There is no free port.', 'End something that listens on one.');
  const proxy = await startFaultProxy();
  const clocks = kinds.includes('clock-skew') ? createClocks(CLOCKS_OFF_BY_MS, orderedRunner()) : undefined;
  try {
    proxy.forwardTo(`http://127.0.0.1:${port}`);
    const functions = { functionsEndpoint: proxy.endpoint, functionsEnvironment: clocks?.environment ?? {} };
    await bringUp({ port, ...functions, tickSeconds: TICK_SECONDS, onProgress: say, signal });
    const connection = await connect(ENVIRONMENT);
    try {
      const upAtMs = Date.now();
      say(`up after ${seconds(startedAtMs)} s`);
      return await weather(connection, proxy, clocks, options, { startedAtMs, upAtMs });
    } finally {
      for (const client of Object.values(connection.clients)) client.destroy();
    }
  } catch (error) {
    if (signal.aborted) throw new UserError('Interrupted.', 'What was started is ended.');
    throw error;
  } finally {
    await tearDown();
    await proxy.stop();
    clocks?.remove();
  }
}

/** Which of two was first, the clocks of those tell who decided them; so this function's are right. */
function orderedRunner(): string {
  const lane = configurationOf(ENVIRONMENT).lanes.find(({ ordered }) => ordered);
  return lane === undefined ? '' : resourceNames(ENVIRONMENT).runnerFunction(lane.name);
}

async function weather(
  connection: Connection,
  proxy: Parameters<typeof beginStorm>[0]['proxy'],
  clocks: Clocks | undefined,
  { seed, kinds, extent, say, signal }: ChaosOptions,
  { startedAtMs, upAtMs }: { readonly startedAtMs: number; readonly upAtMs: number },
): Promise<ChaosReport> {
  const duplicates = kinds.includes('duplicate');
  const ways = connection.configuration.sources.length;
  const plan = { seconds: MOST_LONGER * extent.stormSeconds, perSecond: extent.ordersPerSecond, ways, duplicates };
  const sendings = planOrders(seed, seededRandom(seed), plan);
  const seats = sendings.length + PROBES + 1;
  await offer(connection, seed, seats);
  const storm = await beginStorm({ connection, proxy, clocks, kinds, extent, seed });
  const enough = new AbortController();
  const both = AbortSignal.any([signal, enough.signal]);
  const flowing = stream({
    connection,
    seed,
    eventsPerSecond: extent.eventsPerSecond,
    sendings,
    duplicates,
    signal: both,
  });
  const sent = await Promise.all([flowing, untilEnough(storm, kinds, extent, both).then(() => enough.abort())])
    .then(([all]) => all)
    .finally(storm.end);
  const counts: Counts = { ...storm.counts(), ...(duplicates ? { duplicate: sent.duplicates } : {}) };
  const endedAtMs = Date.now();
  say(`the storm is over: ${sent.orders.length} orders, ${sent.journal.length} events; ${told(counts)}`);
  signal.throwIfAborted();

  const { audit, settled } = await settle(connection, sent, endedAtMs + extent.healSeconds * 1000, signal);
  const convergedAfterSeconds = settled ? seconds(endedAtMs) : undefined;
  say(settled ? `all at its end after ${convergedAfterSeconds} s` : `not at its end after ${extent.healSeconds} s`);

  const probes = planProbes(seed, PROBES, seats - PROBES);
  await sendProbes(connection, probes);
  const options = { seconds: PROBE_SECONDS, sinceMs: Date.now(), signal };
  const fates = await awaitOutcomes(
    connection,
    probes.map(({ key }) => key),
    options,
  );
  const orders = [...sent.orders, ...probes];
  const facts = await readFacts(connection, orders);
  const violations = [
    ...violationsOf(orders, facts),
    ...audit.findings.map(
      ({ check, event, detail }): Violation => ({ kind: 'audit', what: `${check}: ${event}: ${detail}` }),
    ),
    ...(settled ? [] : [{ kind: 'slow', what: `not at its end ${extent.healSeconds} s after the storm` } as const]),
  ];
  const injected = Object.fromEntries(
    kinds.map((kind) => [kind, { count: counts[kind] ?? 0, least: leastOf(kind, extent) }]),
  );
  const isValid = Object.values(injected).every(({ count, least }) => count >= least);
  const incidents = await readIncidents(connection);
  return {
    verdict: violations.length > 0 ? 'bad' : isValid ? 'good' : 'invalid',
    seed,
    injected,
    strikes: storm.strikes(),
    orders: tally(sent.orders.map(({ key }) => facts.outcomes.get(key)?.[0]?.kind ?? 'none')),
    events: { sent: sent.journal.length, outcomes: audit.outcomes },
    ...(convergedAfterSeconds === undefined ? {} : { convergedAfterSeconds }),
    probesDone: fates.filter(({ outcome }) => outcome?.kind === 'DONE').length,
    incidents: tally(incidents.map(({ state }) => state)),
    recoveryActions: incidents.reduce((sum, { spent }) => sum + spent, 0),
    violations,
    seconds: { up: (upAtMs - startedAtMs) / 1000, storm: (endedAtMs - upAtMs) / 1000, all: seconds(startedAtMs) },
  };
}

async function untilEnough(
  storm: Storm,
  kinds: readonly FaultKind[],
  extent: Extent,
  signal: AbortSignal,
): Promise<void> {
  const startMs = Date.now();
  const isOver = () => {
    const elapsed = (Date.now() - startMs) / 1000 / extent.stormSeconds;
    const counts = storm.counts();
    // Of the others the stream knows.
    const lacks = kinds.some((kind) => kind !== 'duplicate' && (counts[kind] ?? 0) < leastOf(kind, extent));
    return elapsed >= MOST_LONGER || (elapsed >= 1 && !lacks);
  };
  while (!signal.aborted && !isOver()) await delay(LOOK_AT_STORM_MS, undefined, { signal }).catch(() => undefined);
}

async function offer({ clients, names }: Connection, seed: number, seats: number): Promise<void> {
  const states = createStateStore({ dynamo: clients.dynamo, table: names.statesTable });
  const owner = `chaos/${seed}`;
  await putThing(states, offerKey(TENANT, showOf(seed)), { priceCents: PRICE_CENTS, seats }, owner, Date.now());
}

/** Looks until nothing is open, and then once more, or until the time is over. */
async function settle(
  connection: Connection,
  { orders, journal }: Sent,
  untilMs: number,
  signal: AbortSignal,
): Promise<{ readonly audit: AuditReport; readonly settled: boolean }> {
  const keys = orders.map(({ key }) => key);
  const sinceMs = Date.now();
  await awaitOutcomes(connection, keys, { seconds: (untilMs - Date.now()) / 1000, sinceMs, signal });
  for (;;) {
    const audit = await auditOf(connection, { journal: [...journal] });
    const settled = isSettled(audit, orders, journal);
    if (settled || Date.now() >= untilMs) return { audit, settled };
    signal.throwIfAborted();
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

function isSettled(report: AuditReport, orders: readonly Order[], journal: readonly JournalEntry[]): boolean {
  const { inFlight, effects, depths, journal: balance, accepted } = report;
  const open = inFlight + effects.pending + depths.intake + depths.unpublished.waiting + (balance?.inIntake ?? 0);
  // What is still on its way through the bus is nowhere to be seen.
  return open === 0 && accepted >= orders.length + new Set(journal.map(({ key }) => key)).size - report.quarantined;
}

const seconds = (sinceMs: number): number => Math.round((Date.now() - sinceMs) / 100) / 10;

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const told = (counts: Counts): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
