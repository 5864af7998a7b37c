/**
 * Proves that the balance holds when functions are killed (kill -9 of the worker) before and after each write they make and at random
 * moments, and when the ledger refuses, throttles, conflicts, answers late or loses its answer: all within one stream. Everything
 * real but the cloud: sources, rules, queues, functions, tables, reconciler. The functions talk through the fault proxy; senders and
 * the audit go round it. A point without a strike fails the test, since it would prove nothing; the rarest counts only where it is named.
 *
 * KILLS_PER_POINT (default 1): how often each kill point strikes; 20 for the long run, which takes many minutes.
 * KILL_POINTS (default all): a regular expression on the points' names, to strike some of them often and the others not at all.
 */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAtRandom } from '../../cli/chaos/random-kills';
import { type Connection, connect } from '../../cli/connection';
import type { JournalEntry } from '../../core/contracts/journal';
import type { AuditReport } from '../../core/policies/audit';
import { bringUp, tearDown } from '../../local/environment';
import { type FaultProxy, startFaultProxy } from '../../local/faults/proxy';
import { freePort } from '../../local/processes';
import { killRules, refusalRules } from './faults/kill-points';
import { oneByOne, owed, prepareLanes, send, stuck, troubleRules, troubles } from './faults/trouble';
import { poll, settledAudit, startTriage, triage, until } from './platform';

const KILLS = Number(process.env.KILLS_PER_POINT ?? '1');
/** The reconciler writes an outcome only after it has sent in vain for long: waited for only where the point is chosen by name. */
const RARE = /^kill reconciler .* outcome/;
/** Their events take three receives to come to it. */
const POSITION = /^kill dead-letter .* position/;
const MORE_STUCK_EVERY = 10;
/** Each killed batch comes back after its queue's visibility timeout, and the next kill may hit it again. */
const STRIKE_LIMIT_MS = 180_000 + (KILLS - 1) * 15_000;
const SETTLE_LIMIT_MS = 180_000 + (KILLS - 1) * 60_000;
const EVENTS = 240 * KILLS;
const SEED = 7;
const MOST_BETWEEN_KILLS_MS = 1_600;
const folder = mkdtempSync(join(tmpdir(), 'triage-faults-'));
const journal = join(folder, 'journal.ndjson');
const trouble = troubles(KILLS);
const always = troubleRules(KILLS);
const CHOSEN = new RegExp(process.env.KILL_POINTS ?? '');
const mustStrike = [...killRules(KILLS), ...refusalRules(KILLS)].filter(({ name }) => CHOSEN.test(name));

describe('killed functions and a failing ledger', () => {
  let proxy: FaultProxy;
  let connection: Connection;

  beforeAll(async () => {
    const port = await freePort();
    if (port === undefined) throw new Error('no free port');
    proxy = await startFaultProxy();
    proxy.forwardTo(`http://127.0.0.1:${port}`);
    await bringUp({ port, functionsEndpoint: proxy.endpoint, tickSeconds: 1 });
    connection = await connect('local');
    await prepareLanes(connection, KILLS);
    // So many refusals are a reason to stop a lane for minutes: what is shown here is what the ledger does without that help.
    await triage('recovery', 'off');
  }, 180_000);

  afterAll(async () => {
    for (const client of Object.values(connection?.clients ?? {})) client.destroy();
    await tearDown();
    await proxy?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it(
    'lose nothing and double nothing',
    async () => {
      proxy.setRules(always);
      const [unsendable, ...moreUnsendable] = oneByOne(trouble.unsendable);
      if (unsendable === undefined) throw new RangeError('no kills');
      const early = await send(connection, [trouble.warmUp, unsendable]);
      await until('the sensors are known', audit, isWarm, 60_000);

      proxy.setRules([...always, ...mustStrike]);
      const random = killAtRandom({
        endpoint: proxy.endpoint,
        spared: 'runner-high',
        seed: SEED,
        leastWaitMs: 0,
        mostWaitMs: MOST_BETWEEN_KILLS_MS,
      });
      const waiting = [oneByOne(trouble.suspected), moreUnsendable];
      const late: JournalEntry[] = [];
      const [atOnce, killedAtRandom] = await Promise.all([
        send(connection, [trouble.alarming, trouble.doomed, trouble.stuck]),
        load().then(random.stop),
        poll(
          async () => {
            const next = waiting.flatMap((each) => each.splice(0, 1));
            const lacking = struckLessThan(KILLS, proxy);
            if (late.length % MORE_STUCK_EVERY === 0 && lacking.some((name) => POSITION.test(name)))
              next.push(stuck(late.length));
            late.push(...(await send(connection, [owed(late.length), ...next])));
            return lacking;
          },
          (each) => each.length === 0,
          STRIKE_LIMIT_MS,
          1_000,
        ),
      ]);
      note([...early, ...atOnce, ...late]);
      const missed = struckLessThan(1, proxy);
      const strikes = proxy.strikes();
      proxy.setRules(always);
      const report = await settledAudit(journal, SETTLE_LIMIT_MS);
      const shown = { ...report, findings: report.findings.slice(0, 20) };
      process.stderr.write(`${JSON.stringify({ strikes, killedAtRandom, report: shown }, null, 1)}\n`);
      expect(report.findings.filter((each) => !isStuckGivenUp(each))).toEqual([]);
      expect(report.inFlight).toBe(0);
      expect(report.journal).toMatchObject({
        sent: EVENTS + early.length + atOnce.length + late.length,
        unconfirmed: 0,
        inIntake: 0,
      });
      // Each alarming reading has emitted an event, which came in like any other.
      const emitted = report.accepted - (report.journal?.accepted ?? 0);
      expect(emitted).toBeGreaterThanOrEqual(trouble.alarming.events.length);
      expect(missed).toEqual([]);
    },
    120_000 + STRIKE_LIMIT_MS + SETTLE_LIMIT_MS,
  );
});

function struckLessThan(times: number, proxy: FaultProxy): string[] {
  const strikes = proxy.strikes();
  const awaited = mustStrike
    .map(({ name }) => name)
    .filter((name) => process.env.KILL_POINTS !== undefined || !RARE.test(name));
  return awaited.filter((name) => (strikes[name] ?? 0) < times);
}

/** Dead after its lane's three receives, since kills used them up before its position could be sent: its right end, with its reason. */
const isStuckGivenUp = ({ check, event, detail }: AuditReport['findings'][number]): boolean =>
  check === 'fate' && event.startsWith('stuck-') && /^DEAD \(.+\), but DONE/.test(detail);

/** All that was sent first is accepted, and done but for what cannot be sent. */
function isWarm({ accepted, inFlight }: AuditReport): boolean {
  return accepted === trouble.warmUp.events.length + 1 && inFlight === 1;
}

/** The class `high` is left to the troubled events. */
async function load(): Promise<void> {
  const shares = ['--mix', 'critical=20,normal=60,bulk=20', '--ordered', '25', '--duplicate', '10', '--poison', '4'];
  const size = ['--count', String(EVENTS), '--rate', '30', '--seed', String(SEED), '--late', '2'];
  await triage('load', ...size, ...shares, '--journal', journal, '--json');
}

function note(entries: readonly JournalEntry[]): void {
  appendFileSync(journal, entries.map((each) => `${JSON.stringify(each)}\n`).join(''));
}

/** Of everything: what it thinks of what is in flight does not matter yet. */
async function audit(): Promise<AuditReport> {
  return JSON.parse((await startTriage('audit', '--json').ended).stdout) as AuditReport;
}
