/**
 * Proves on the deployed stacks that a healthy backlog is no loss: while messages wait in their lanes for more than three times the
 * hand-off bound, the reconciler looks at their acceptances again and again and sends nothing twice. One lane is paused by command;
 * another just stands still, and nobody tells the reconciler why.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../cli/connection';
import { readDepths, total } from '../../cli/readers/depths';
import { readAcceptances } from '../../cli/readers/ledger';
import { settledAudit, switchMapping, triage, until } from './platform';

const EVENTS = 240;
const PAUSED = 'bulk';
const STANDING = 'normal';
const HAND_OFF_BOUNDS = 3;

describe('a healthy backlog', () => {
  const folder = mkdtempSync(join(tmpdir(), 'triage-backlog-'));
  const journal = join(folder, 'journal.ndjson');
  let connection: Connection;

  beforeAll(async () => {
    await triage('up', '--json');
    connection = await connect('local');
  }, 300_000);
  afterAll(async () => {
    await triage('down');
    rmSync(folder, { recursive: true });
  }, 60_000);

  it('of three hand-off bounds is not sent twice, and drains when its lanes go on', async () => {
    const boundMs = connection.configuration.reconciler.handOffBoundSeconds * 1000;
    await triage('lane', 'pause', PAUSED);
    await switchMapping(connection, STANDING, false);
    await triage('load', '--count', String(EVENTS), '--rate', '100', '--seed', '11', '--journal', journal);

    const waiting = await until(
      'every acceptance of both lanes has waited for three bounds, and was looked at on the way',
      () => backlog(connection),
      (open) => open.every(({ ageMs, looked }) => ageMs > HAND_OFF_BOUNDS * boundMs && looked) && bothLanes(open),
      60_000,
    );
    const { lanes } = await readDepths(connection);
    const depth = (lane: string) => total(lanes[lane]?.queue ?? { visible: 0, inFlight: 0, delayed: 0 });
    const events = (lane: string) => waiting.filter((each) => each.lane === lane).flatMap((each) => each.keys).length;
    // What waits is what was accepted, once each.
    expect([depth(PAUSED), depth(STANDING)]).toEqual([events(PAUSED), events(STANDING)]);

    await switchMapping(connection, STANDING, true);
    await triage('lane', 'resume', PAUSED);
    const report = await settledAudit(journal, 90_000);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ balanced: true, inFlight: 0, journal: { sent: EVENTS, accepted: EVENTS } });
    expect(report.outcomes.DONE).toBe(report.accepted);
    const resent = (await readAcceptances(connection)).filter(({ resends }) => resends > 0);
    expect(resent.map(({ key, lane, resends }) => ({ key, lane, resends }))).toEqual([]);
  }, 240_000);
});

interface Waiting {
  readonly lane: string;
  readonly keys: readonly string[];
  readonly ageMs: number;
  /** The reconciler has moved its due time. */
  readonly looked: boolean;
}

async function backlog(connection: Connection): Promise<Waiting[]> {
  const boundMs = connection.configuration.reconciler.handOffBoundSeconds * 1000;
  const nowMs = Date.now();
  return (await readAcceptances(connection))
    .filter(({ lane, closedAtMs }) => (lane === PAUSED || lane === STANDING) && closedAtMs === undefined)
    .map(({ lane, envelopes, acceptedAtMs, dueAtMs }) => ({
      lane,
      keys: envelopes.map(({ key }) => key),
      ageMs: nowMs - acceptedAtMs,
      looked: dueAtMs > acceptedAtMs + boundMs,
    }));
}

const bothLanes = (open: readonly Waiting[]): boolean => new Set(open.map(({ lane }) => lane)).size === 2;
