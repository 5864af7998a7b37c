import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { JournalEntry } from '../core/contracts/journal';
import { bringUp } from '../local/environment';
import { ROOT } from '../local/session';
import { auditOf, printReport } from './audit';
import { awaitOutcomes } from './await-outcomes';
import { type Connection, connect } from './connection';
import { createLiveView } from './live-view';
import { DEFAULT_MIX } from './load';
import { print, printJson } from './output';
import { EXIT, type ExitCode, run, untilInterrupted, wholeNumber, withJson } from './run';
import { drive } from './workload/drive';
import { createWorkload } from './workload/generator';
import { DEMO_PHASES, phaseAt, phasedSchedule } from './workload/schedule';

interface StartOptions {
  readonly exit?: boolean;
  readonly seed: number;
  readonly json?: boolean;
}
const OUTCOME_PATIENCE_SECONDS = 60;
const PUBLISHER_PATIENCE_SECONDS = 20;

export const startCommand = (): Command =>
  withJson(
    new Command('start')
      .description('the demo: bring the local environment up, send steady, surge, ramp and idle, watch, audit, stay up')
      .option('--exit', "end after the summary, with the audit's exit code; take down what this command started")
      .option('--seed <n>', 'the same seed makes the same events', wholeNumber, 1),
  ).action((options: StartOptions) =>
    run('local', async () => {
      const startedAtMs = Date.now();
      const signal = untilInterrupted();
      const say = (message: string) => void process.stderr.write(`${message}\n`);
      const session = await bringUp({ onProgress: say, signal });
      try {
        say(`up at ${session.endpoint} after ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
        const code = await demo(await connect('local'), options, startedAtMs, signal);
        if (options.exit || signal.aborted) return code;
        print('\nThe environment stays up for `npx triage status`, `load`, `trace`, `dlq`, ... Ctrl-C ends it.');
        const alive = setInterval(() => {}, 60_000);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        clearInterval(alive);
        return code;
      } finally {
        // One that was up before is somebody's: it stays.
        if (!session.reused) await session.stop();
      }
    }),
  );

async function demo(
  connection: Connection,
  options: StartOptions,
  startedAtMs: number,
  signal: AbortSignal,
): Promise<ExitCode> {
  const folder = join(ROOT, '.triage');
  mkdirSync(folder, { recursive: true });
  const journalFile = join(folder, 'demo-journal.ndjson');
  const fromMs = Date.now();
  const view = createLiveView(connection, { fromMs, quiet: options.json ?? false });
  let phase = '';
  let sent: readonly JournalEntry[] = [];
  try {
    view.start(() => phase);
    sent = await drive({
      connection,
      schedule: phasedSchedule(DEMO_PHASES),
      next: createWorkload({
        run: `demo-${fromMs.toString(36)}`,
        seed: options.seed,
        sources: connection.configuration.sources,
        mix: DEFAULT_MIX,
        poison: 2,
        duplicate: 2,
        late: 1,
        ordered: 5,
        sensors: 40,
      }),
      journal: journalFile,
      signal,
      onSent: (_, offsetMs) => {
        phase = phaseAt(DEMO_PHASES, offsetMs) ?? 'draining';
      },
    });
    phase = 'draining';
    await awaitOutcomes(
      connection,
      sent.map(({ key }) => key),
      { seconds: OUTCOME_PATIENCE_SECONDS, sinceMs: fromMs, signal },
    );
  } finally {
    await view.stop();
  }
  const report = await settledAudit(connection, sent, signal);
  const firstReactionSeconds =
    view.firstReactionMs === undefined ? undefined : (view.firstReactionMs - startedAtMs) / 1000;
  if (options.json) printJson({ firstReactionSeconds, lanes: view.figures(), journal: journalFile, audit: report });
  else {
    print(`\n${view.table()}\n`);
    if (firstReactionSeconds !== undefined)
      print(`first reaction ${firstReactionSeconds.toFixed(1)} s after the start`);
    print(`journal    ${journalFile}`);
    printReport(report);
  }
  return report.balanced ? EXIT.holds : EXIT.fails;
}

/** The publisher comes after the outcomes: wait until nothing is pending, within reason. */
async function settledAudit(connection: Connection, journal: readonly JournalEntry[], signal: AbortSignal) {
  const endMs = Date.now() + PUBLISHER_PATIENCE_SECONDS * 1000;
  while (true) {
    const report = await auditOf(connection, { journal });
    const settled = report.effects.pending === 0 && report.inFlight === 0;
    if (settled || Date.now() > endMs || signal.aborted) return report;
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
}
