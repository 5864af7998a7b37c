/**
 * Proves on the deployed stacks, with the commands a person uses, that what three sources send at once ends as it should: poison DEAD,
 * late EXPIRED, order kept, repeats without effect, everything else DONE, and the books balanced.
 * `TRIAGE_PATH_EVENTS` sets how many events (default 1,500; the documented full run is 5,000).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditReport } from '../../core/policies/audit';

const root = join(__dirname, '../..');
const EVENTS = Number(process.env.TRIAGE_PATH_EVENTS ?? 1_500);
const DRAIN_PATIENCE_SECONDS = 240;

function triage(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['bin/triage.cjs', ...words], { cwd: root, encoding: 'utf8' });
}

function auditOnce(journal: string): { status: number | null; report: AuditReport } {
  const run = triage('audit', '--journal', journal, '--json');
  if (!run.stdout.trim().startsWith('{')) throw new Error(`audit said: ${run.stdout}${run.stderr}`);
  return { status: run.status, report: JSON.parse(run.stdout) as AuditReport };
}

async function settledAudit(journal: string): Promise<{ status: number | null; report: AuditReport }> {
  const endMs = Date.now() + DRAIN_PATIENCE_SECONDS * 1000;
  while (true) {
    const seen = auditOnce(journal);
    const open = seen.report.inFlight + seen.report.effects.pending + (seen.report.journal?.inIntake ?? 0);
    if (open === 0 || Date.now() > endMs) return seen;
    await sleep(1_000);
  }
}

describe('the whole path', () => {
  const folder = mkdtempSync(join(tmpdir(), 'triage-path-'));
  const journal = join(folder, 'journal.ndjson');

  beforeAll(() => {
    const up = triage('up', '--json');
    if (up.status !== 0) throw new Error(`triage up failed: ${up.stderr}`);
  }, 300_000);
  afterAll(() => {
    triage('down');
    rmSync(folder, { recursive: true });
  }, 60_000);

  it('balances under poison, repeats, late and ordered events from all three sources at once', async () => {
    const trouble = ['--poison', '2', '--duplicate', '2', '--late', '1', '--ordered', '5'];
    const load = triage('load', '--count', String(EVENTS), ...trouble, '--seed', '7', '--journal', journal);
    expect({ status: load.status, stderr: load.status === 0 ? '' : load.stderr }).toEqual({ status: 0, stderr: '' });

    const { status, report } = await settledAudit(journal);
    expect(report.findings).toEqual([]);
    expect({ status, balanced: report.balanced, inFlight: report.inFlight }).toEqual({
      status: 0,
      balanced: true,
      inFlight: 0,
    });
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
    const trace = triage('trace', poisoned.id);
    expect(trace.status).toBe(0);
    expect(trace.stdout).toContain('DEAD');
  }, 60_000);

  it('fails if the journal names an event that nobody ever accepted', () => {
    const forged = join(folder, 'forged.ndjson');
    const first = JSON.parse(readFileSync(journal, 'utf8').split('\n')[0] ?? '{}') as Record<string, unknown>;
    writeFileSync(forged, `${JSON.stringify({ ...first, id: 'never-sent', key: 'never-sent' })}\n`);
    expect(auditOnce(forged).status).not.toBe(0);
  }, 60_000);
});
