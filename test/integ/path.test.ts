/**
 * Proves on the deployed stacks, with the commands a person uses, that what three sources send at once ends as it should: poison DEAD,
 * late EXPIRED, order kept, repeats without effect, everything else DONE, and the books balanced.
 * `TRIAGE_PATH_EVENTS` sets how many events (default 5,000).
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../cli/connection';
import { emptiedQueues, settledAudit, startTriage, triage } from './platform';

const EVENTS = Number(process.env.TRIAGE_PATH_EVENTS ?? 5_000);
const DRAIN_PATIENCE_MS = 240_000;

describe('the whole path', () => {
  const folder = mkdtempSync(join(tmpdir(), 'triage-path-'));
  const journal = join(folder, 'journal.ndjson');

  beforeAll(async () => {
    await triage('up', '--json');
  }, 300_000);
  afterAll(async () => {
    await triage('down');
    rmSync(folder, { recursive: true });
  }, 60_000);

  it('balances under poison, repeats, late and ordered events from all three sources at once', async () => {
    const trouble = ['--poison', '2', '--duplicate', '2', '--late', '1', '--ordered', '5'];
    await triage('load', '--count', String(EVENTS), ...trouble, '--seed', '7', '--journal', journal);

    await emptiedQueues(await connect('local'), DRAIN_PATIENCE_MS);
    const report = await settledAudit(journal, DRAIN_PATIENCE_MS);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ balanced: true, inFlight: 0 });
    expect((await startTriage('audit', '--journal', journal).ended).code).toBe(0);
    expect(report.outcomes.DEAD).toBeGreaterThan(0);
    expect(report.outcomes.EXPIRED).toBeGreaterThan(0);
    expect(report.contexts.folded).toBeGreaterThan(0);
    expect(report.journal?.duplicates).toBeGreaterThan(0);
    expect(report.journal?.accepted).toBe(report.journal?.events);
  }, 420_000);

  it('tells the whole story of a dead event', async () => {
    const poisoned = readFileSync(journal, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { id: string; expected: string })
      .find((entry) => entry.expected === 'DEAD');
    if (poisoned === undefined) throw new Error('the journal holds no event that should be DEAD');
    expect(await triage('trace', poisoned.id)).toContain('DEAD');
  }, 60_000);

  it('fails if the journal names an event that nobody ever accepted', async () => {
    const forged = join(folder, 'forged.ndjson');
    const first = JSON.parse(readFileSync(journal, 'utf8').split('\n')[0] ?? '{}') as Record<string, unknown>;
    writeFileSync(forged, `${JSON.stringify({ ...first, id: 'never-sent', key: 'never-sent' })}\n`);
    expect((await startTriage('audit', '--journal', forged).ended).code).toBe(1);
  }, 60_000);
});
