import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type JournalEntry, parseJournal } from '../core/contracts/journal';
import { type AuditReport, audit } from '../core/policies/audit';
import type { Connection } from './connection';
import { UserError } from './errors';
import { readEvidence } from './evidence';
import { print, printJson, table } from './output';
import { type CommonOptions, checkWindow, EXIT, instant, runConnected, withEnvironment, withJson } from './run';

interface AuditOptions extends CommonOptions {
  readonly journal?: string;
  readonly from?: number;
  readonly to?: number;
}
/** Findings that are printed for people; JSON has all of them. */
const PRINTED = 50;

export const auditCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('audit')
        .description('does the balance hold? every accepted event one outcome, every effect applied once, nothing lost')
        .option('--journal <file>', "the sender's journal, to compare with the ledger")
        .option(
          '--from <time>',
          'only what was accepted from then on (2026-11-21T12:00:00Z, or an age: 15m, 2h)',
          instant,
        )
        .option('--to <time>', 'only what was accepted before then', instant)
        .addHelpText('after', '\nExit code 1 on any imbalance; each finding names its event. Reads whole tables.'),
    ),
  ).action((options: AuditOptions) =>
    runConnected(
      options.env,
      async (connection) => {
        const journal = options.journal === undefined ? undefined : readJournal(options.journal);
        const windowed = options.from !== undefined || options.to !== undefined;
        const window = windowed
          ? { fromMs: options.from ?? 0, toMs: options.to ?? Number.MAX_SAFE_INTEGER }
          : undefined;
        const report = await auditOf(connection, {
          ...(journal ? { journal } : {}),
          ...(window ? { window } : {}),
        });
        if (options.json) printJson(report);
        else printReport(report);
        return report.balanced ? EXIT.holds : EXIT.fails;
      },
      () => checkWindow(options),
    ),
  );

export const auditOf = async (
  connection: Connection,
  scope: Parameters<typeof readEvidence>[1],
): Promise<AuditReport> => audit(await readEvidence(connection, scope));

function readJournal(path: string): JournalEntry[] {
  const text = readFileSync(path, 'utf8');
  try {
    return parseJournal(text);
  } catch (error) {
    throw new UserError(
      `${path}: ${(error as Error).message}`,
      'A journal is what `npx triage load --journal FILE` writes.',
    );
  }
}

export function printReport(report: AuditReport): void {
  const { outcomes, effects, contexts, journal, depths } = report;
  const kinds = Object.entries(outcomes).flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : []));
  print(`accepted   ${report.accepted} (${kinds.join(', ') || 'no outcome'}; ${report.inFlight} in flight)`);
  print(
    `effects    ${effects.applied} applied, ${effects.superseded} superseded by newer ones, ${effects.pending} not yet`,
  );
  print(`contexts   ${contexts.checked}, with ${contexts.folded} events folded in`);
  print(`refused    ${report.quarantined} in quarantine`);
  print(`waiting    ${depths.intake} in intake, ${depths.intakeDeadLetters} in its dead letters`);
  const { waiting, givenUp } = depths.unpublished;
  if (waiting + givenUp > 0)
    print(`published  later: ${waiting} batches given up by the publisher, ${givenUp} for good`);
  if (journal)
    print(
      `journal    ${journal.sent} sent (${journal.events} events, ${journal.duplicates} repeats, ${journal.unconfirmed} unconfirmed): ${journal.accepted} accepted, ${journal.quarantined} quarantined, ${journal.inIntake} in intake`,
    );
  if (report.balanced) {
    print('The balance holds.');
    return;
  }
  print();
  print(
    table(
      ['check', 'event', 'gen', 'what'],
      report.findings
        .slice(0, PRINTED)
        .map(({ check, event, generation, detail }) => [check, event, generation ?? '-', detail]),
    ),
  );
  if (report.findings.length > PRINTED) print(`... and ${report.findings.length - PRINTED} more (--json has all)`);
  print(`\nThe balance does not hold: ${report.findings.length} findings.`);
}
