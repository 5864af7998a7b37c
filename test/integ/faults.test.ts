/**
 * Proves that the balance holds when functions are killed (kill -9 of the worker) before and after each write they make, and when
 * the ledger refuses, throttles, conflicts, answers late or loses its answer. Everything real but the cloud: sources, rules, queues,
 * functions, tables, reconciler. The functions talk through the fault proxy; senders and the audit go round it.
 *
 * What is printed says which points were struck: a point without a strike is not proven by that run.
 *
 * KILLS_PER_POINT (default 1): how often each kill point strikes; 20 for the long run, which takes many minutes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourceNames } from '../../core/contracts/names';
import { bringUp, tearDown } from '../../local/environment';
import { type FaultProxy, startFaultProxy } from '../../local/faults/proxy';
import type { FaultRule } from '../../local/faults/rules';
import { freePort } from '../../local/processes';
import { poll, settledAudit, triage } from './platform';

const KILLS = Number(process.env.KILLS_PER_POINT ?? '1');
/** Each killed batch comes back after its queue's visibility timeout, and the next kill may hit it again. */
const STRIKE_LIMIT_MS = 60_000 + (KILLS - 1) * 30_000;
const SETTLE_LIMIT_MS = 180_000 + (KILLS - 1) * 60_000;
const EVENTS = 240 * KILLS;
const names = resourceNames('local');
const LANES = `${names.prefix}-lane-`;
const folder = mkdtempSync(join(tmpdir(), 'triage-faults-'));

interface KillPoint {
  readonly caller: 'ingest' | 'runner' | 'publisher' | 'dead-letter' | 'reconciler';
  readonly operation: string;
  readonly bodyHolds?: string;
  /** Armed, but a short stream need not reach it (an alert to emit, a split chain, a dead letter), so no strike is demanded. */
  readonly rare?: true;
}

const KILL_POINTS: readonly KillPoint[] = [
  { caller: 'ingest', operation: 'PutItem', bodyHolds: names.acceptancesTable },
  { caller: 'ingest', operation: 'SendMessageBatch', bodyHolds: LANES },
  { caller: 'ingest', operation: 'UpdateItem', bodyHolds: names.acceptancesTable },
  { caller: 'runner', operation: 'UpdateItem', bodyHolds: names.recordsTable },
  { caller: 'runner', operation: 'TransactWriteItems', bodyHolds: names.recordsTable },
  { caller: 'runner', operation: 'SendMessageBatch', bodyHolds: LANES, rare: true },
  { caller: 'publisher', operation: 'PutItem', bodyHolds: names.effectsTable },
  { caller: 'publisher', operation: 'PutEvents', rare: true },
  { caller: 'dead-letter', operation: 'UpdateItem', bodyHolds: names.recordsTable, rare: true },
  { caller: 'reconciler', operation: 'UpdateItem', bodyHolds: names.acceptancesTable },
  { caller: 'reconciler', operation: 'SendMessageBatch', bodyHolds: LANES, rare: true },
  { caller: 'reconciler', operation: 'UpdateItem', bodyHolds: names.recordsTable, rare: true },
];

const kills: readonly (FaultRule & { readonly rare: boolean })[] = KILL_POINTS.flatMap((point) =>
  (['before', 'after'] as const).map((when) => ({
    name: `kill ${when} ${point.caller} ${point.operation}${point.bodyHolds ? ` ${point.bodyHolds}` : ''}`,
    operation: point.operation,
    ...(point.bodyHolds === undefined ? {} : { bodyHolds: point.bodyHolds }),
    caller: `${names.prefix}-${point.caller}`,
    action: 'kill' as const,
    when,
    skip: 0,
    times: KILLS,
    rare: point.rare ?? false,
  })),
);

const LEDGER_WRITES = [
  { operation: 'PutItem', bodyHolds: names.acceptancesTable },
  { operation: 'UpdateItem', bodyHolds: names.recordsTable },
  { operation: 'TransactWriteItems', bodyHolds: names.recordsTable },
];
const refusals: readonly FaultRule[] = LEDGER_WRITES.flatMap((write) =>
  (['error', 'throttle', 'conflict', 'lose-answer', 'delay'] as const).map((action) => ({
    name: `${action} ${write.operation} ${write.bodyHolds}`,
    ...write,
    action,
    when: action === 'lose-answer' ? ('after' as const) : ('before' as const),
    skip: 1,
    times: 2 * KILLS,
    // Longer than the functions' clients wait for an answer: executed all the same.
    ...(action === 'delay' ? { delayMs: 1_500 } : {}),
  })),
);
const expected = [...kills.filter(({ rare }) => !rare), ...refusals].map(({ name }) => name);

describe('killed functions and a failing ledger', () => {
  let proxy: FaultProxy;

  beforeAll(async () => {
    const port = await freePort();
    if (port === undefined) throw new Error('no free port');
    proxy = await startFaultProxy();
    proxy.forwardTo(`http://127.0.0.1:${port}`);
    await bringUp({ port, functionsEndpoint: proxy.endpoint });
  }, 180_000);

  afterAll(async () => {
    await tearDown();
    await proxy?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it(
    'lose nothing and double nothing',
    async () => {
      const journal = join(folder, 'journal.ndjson');
      proxy.setRules([...kills, ...refusals]);
      await load(journal);
      const { seen: missed } = await poll(
        () => notStruck(proxy),
        (each) => each.length === 0,
        STRIKE_LIMIT_MS,
        1_000,
      );
      const strikes = proxy.strikes();
      proxy.setRules([]);
      const report = await settledAudit(journal, SETTLE_LIMIT_MS);
      process.stderr.write(
        `${JSON.stringify({ strikes, report: { ...report, findings: report.findings.slice(0, 20) } }, null, 1)}\n`,
      );
      expect(report.findings).toEqual([]);
      expect(report).toMatchObject({ balanced: true, inFlight: 0 });
      expect(report.journal).toMatchObject({ sent: EVENTS, unconfirmed: 0, inIntake: 0 });
      expect(missed).toEqual([]);
    },
    60_000 + STRIKE_LIMIT_MS + SETTLE_LIMIT_MS,
  );
});

function notStruck(proxy: FaultProxy): string[] {
  const strikes = proxy.strikes();
  return expected.filter((name) => (strikes[name] ?? 0) === 0);
}

async function load(journal: string): Promise<void> {
  const shares = ['--ordered', '25', '--duplicate', '10', '--poison', '4', '--late', '2'];
  const size = ['--count', String(EVENTS), '--rate', '30', '--seed', '7'];
  await triage('load', ...size, ...shares, '--journal', journal, '--json');
}
