import { Command } from 'commander';
import type { AuditReport } from '../core/policies/audit';
import { auditOf, printReport } from './audit';
import { awaitOutcomes } from './await-outcomes';
import type { Connection } from './connection';
import { DEFAULT_MIX, type LoadOptions, load } from './load';
import { print, printJson } from './output';
import { type CommonOptions, EXIT, positive, runConnected, withEnvironment, withJson } from './run';

const EVENTS = 10;

export const smokeCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('smoke')
        .description(`send ${EVENTS} events through all sources of a deployed environment, and audit them`)
        .option('--wait <seconds>', 'how long to wait for the outcomes', positive, 60),
    ),
  ).action((options: CommonOptions & { readonly wait: number }) =>
    runConnected(options.env, async (connection) => {
      const { report, undecided, seconds } = await smoke(connection, options.env, options.wait);
      const ok = report.balanced && undecided === 0;
      if (options.json) printJson({ ok, events: EVENTS, undecided, seconds, audit: report });
      else {
        printReport(report);
        print(
          ok
            ? `${connection.environment} works: ${EVENTS} events sent, decided and audited in ${seconds.toFixed(1)} s.`
            : `${connection.environment} does not work: ${undecided} of ${EVENTS} events have no outcome after ${options.wait} s. Look at \`npx triage status --env ${options.env}\` and the ingest function's log.`,
        );
      }
      return ok ? EXIT.holds : EXIT.fails;
    }),
  );

async function smoke(
  connection: Connection,
  env: string,
  waitSeconds: number,
): Promise<{ report: AuditReport; undecided: number; seconds: number }> {
  const startedAtMs = Date.now();
  const options: LoadOptions = {
    env,
    count: EVENTS,
    rate: EVENTS,
    mix: DEFAULT_MIX,
    poison: 0,
    duplicate: 0,
    late: 0,
    ordered: 10,
    seed: startedAtMs % 100_000,
  };
  const journal = await load(connection, options, {});
  const wait = { seconds: waitSeconds, sinceMs: startedAtMs };
  const fates = await awaitOutcomes(
    connection,
    journal.map(({ key }) => key),
    wait,
  );
  // The publisher comes after the outcome; the audit counts what is not yet in effect as pending.
  const report = await auditOf(connection, { journal, window: { fromMs: startedAtMs, toMs: Number.MAX_SAFE_INTEGER } });
  const undecided = fates.filter(({ outcome }) => !outcome).length;
  return { report, undecided, seconds: (Date.now() - startedAtMs) / 1000 };
}
