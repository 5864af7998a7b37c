/** Makes everything go wrong in an environment of this folder's own, and says whether all came right again without a person. */
import { Command, InvalidArgumentError } from 'commander';
import { emulatorIsRunning } from '../local/emulator';
import { readSession } from '../local/session';
import { DEFAULT_MINUTES, extentOf, FAULT_KINDS, type FaultKind, QUICK } from './chaos/kinds';
import { type ChaosReport, runChaos } from './chaos/run';
import { UserError } from './errors';
import { print, printJson, table } from './output';
import { EXIT, type ExitCode, positive, run, untilInterrupted, wholeNumber, withJson } from './run';

interface Options {
  readonly seed?: number;
  readonly faults: readonly FaultKind[];
  readonly minutes?: number;
  readonly quick?: boolean;
  readonly json?: boolean;
}

const MOST_SEED = 2 ** 31;
const MOST_MINUTES = 24 * 60;
/** Violations that are printed for people; JSON has all of them. */
const PRINTED = 30;
const CODES: Readonly<Record<ChaosReport['verdict'], ExitCode>> = {
  good: EXIT.holds,
  bad: EXIT.fails,
  invalid: EXIT.cannot,
};

export const chaosCommand = (): Command =>
  withJson(
    new Command('chaos')
      .description(
        'make everything go wrong while orders and events flow, in an environment of its own; then see whether all came right by itself',
      )
      .option(
        '--seed <n>',
        'the same seed makes the same orders and plan of faults (default: a new one, printed)',
        seedOf,
      )
      .option('--faults <kinds>', `which, with commas between (default: all): ${FAULT_KINDS.join(', ')}`, kindsOf, [
        ...FAULT_KINDS,
      ])
      .option('--minutes <n>', `how long things go wrong (default: ${DEFAULT_MINUTES})`, minutesOf)
      .option('--quick', `${QUICK.stormSeconds} seconds, and fewer faults of each kind suffice`)
      .addHelpText(
        'after',
        '\nExit code 0: good. 1: bad: something was lost, doubled, unbalanced, or did not come right in time. 2: invalid: too few faults of a kind\nwere seen to happen for the run to prove anything.',
      ),
  ).action((options: Options) =>
    run('local', async () => {
      if (options.quick && options.minutes !== undefined)
        throw new UserError('--quick and --minutes contradict each other.', 'Give one of them.');
      checkFree();
      const seed = options.seed ?? Math.floor(Math.random() * MOST_SEED);
      const say = (message: string) => void process.stderr.write(`${message}\n`);
      say(`seed ${seed}`);
      const extent = options.quick ? QUICK : extentOf(options.minutes ?? DEFAULT_MINUTES);
      const report = await runChaos({ seed, kinds: options.faults, extent, say, signal: untilInterrupted() });
      if (options.json) printJson(report);
      else printReport(report);
      return CODES[report.verdict];
    }),
  );

/** It kills and lies: never in an environment that somebody uses. */
function checkFree(): void {
  const { AWS_ENDPOINT_URL } = process.env;
  if (AWS_ENDPOINT_URL)
    throw new UserError(
      `AWS_ENDPOINT_URL is "${AWS_ENDPOINT_URL}": chaos is made only in an environment of its own.`,
      'Unset it: the embedded emulator is started, and ended again.',
    );
  const session = readSession();
  if (session?.emulatorPid !== undefined && emulatorIsRunning(session.emulatorPid))
    throw new UserError(
      `A local environment is up at ${session.endpoint}: chaos is made only in one of its own.`,
      'End it with `npx triage down`, or set TRIAGE_SESSION_FOLDER to another folder.',
    );
}

function seedOf(text: string): number {
  const seed = wholeNumber(text);
  if (seed > MOST_SEED) throw new InvalidArgumentError(`A whole number from 0 to ${MOST_SEED} is needed.`);
  return seed;
}

function minutesOf(text: string): number {
  const minutes = positive(text);
  if (minutes > MOST_MINUTES) throw new InvalidArgumentError(`A number above 0, at most ${MOST_MINUTES}, is needed.`);
  return minutes;
}

export function kindsOf(text: string): FaultKind[] {
  const named = text.split(',').map((each) => each.trim());
  const isKind = (each: string): each is FaultKind => (FAULT_KINDS as readonly string[]).includes(each);
  const unknown = named.filter((each) => !isKind(each));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`There is no kind "${unknown[0]}". These exist: ${FAULT_KINDS.join(', ')}.`);
  return [...new Set(named.filter(isKind))];
}

function printReport(report: ChaosReport): void {
  const { injected, orders, events, violations, incidents, seconds } = report;
  const counts = (all: Readonly<Record<string, number>>) =>
    Object.entries(all)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  const rows = Object.entries(injected).map(([kind, { count, least }]) => [
    kind,
    count,
    least,
    count < least ? 'too few' : '',
  ]);
  print(table(['fault', 'happened', 'least', ''], rows));
  print(`\norders     ${counts(orders)}`);
  print(`events     ${events.sent} sent; outcomes, orders included: ${counts(events.outcomes)}`);
  const { convergedAfterSeconds: after } = report;
  print(`converged  ${after === undefined ? 'no' : `${after} s after the storm`}`);
  print(`probes     ${report.probesDone} of 5 DONE`);
  print(`recovery   ${report.recoveryActions} actions; incidents: ${counts(incidents) || 'none'}`);
  print(
    `seconds    ${seconds.up.toFixed(0)} to come up, ${seconds.storm.toFixed(0)} of storm, ${seconds.all.toFixed(0)} in all`,
  );
  if (violations.length > 0)
    print(
      `\n${table(
        ['violation', 'what'],
        violations.slice(0, PRINTED).map(({ kind, what }) => [kind, what]),
      )}`,
    );
  if (violations.length > PRINTED) print(`... and ${violations.length - PRINTED} more (--json has all)`);
  print(`\n${report.verdict} (seed ${report.seed})`);
}
