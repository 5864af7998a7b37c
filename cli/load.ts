import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { SourceConfiguration } from '../core/contracts/configuration';
import type { JournalEntry } from '../core/contracts/journal';
import type { Connection } from './connection';
import { UserError } from './errors';
import { duration, print, printJson, table } from './output';
import {
  type CommonOptions,
  EXIT,
  percentage,
  positive,
  runConnected,
  wholeNumber,
  wholeNumberAbove0,
  withEnvironment,
  withJson,
} from './run';
import { sourceOf } from './send';
import { drive } from './workload/drive';
import { createWorkload } from './workload/generator';
import { seededRandom } from './workload/random';
import { binnedSchedule, factorFor, steadySchedule, until } from './workload/schedule';
import { parseTrace } from './workload/trace';

export interface LoadOptions extends CommonOptions {
  readonly count?: number;
  readonly seconds?: number;
  readonly rate?: number;
  readonly trace?: string;
  readonly speed?: number;
  readonly sources?: readonly string[];
  readonly mix: Readonly<Record<string, number>>;
  readonly poison: number;
  readonly duplicate: number;
  readonly late: number;
  readonly ordered: number;
  readonly sensors?: number;
  readonly seed: number;
  readonly run?: string;
  readonly journal?: string;
}

export const DEFAULT_MIX = { critical: 10, high: 20, normal: 50, bulk: 20 };
const DEFAULT_RATE = 100;

export const loadCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('load')
        .description('send a generated workload, and keep a journal of what was sent')
        .option('--count <n>', 'end after so many events', wholeNumberAbove0)
        .option('--seconds <s>', 'end after so many seconds', positive)
        .option(
          '--rate <r>',
          `mean events a second (default: ${DEFAULT_RATE}; with --trace: as the trace has them, over the part that is sent)`,
          positive,
        )
        .option(
          '--trace <file>',
          'measured arrivals: World Cup 98 minutes, Azure LLM arrivals, Azure Functions per minute (csv, csv.gz)',
        )
        .option('--speed <x>', 'run the trace so many times faster (default: 1)', positive)
        .option('--sources <names>', 'sources to send by, separated by commas (default: all)', (text: string) =>
          text.split(','),
        )
        .option('--mix <shares>', 'shares of the classes, as critical=1,bulk=9', parseMix, DEFAULT_MIX)
        .option('--poison <percent>', 'events whose data the unit refuses: they end DEAD', percentage, 0)
        .option('--duplicate <percent>', 'repeats of an event sent before: nothing comes of them', percentage, 0)
        .option('--late <percent>', 'events whose deadline is past: they end EXPIRED', percentage, 0)
        .option('--ordered <percent>', 'events with an ordering key and a sequence, through the stream', percentage, 0)
        .option('--sensors <n>', 'sensors that report (default: one for 25 events, 20 at least)', wholeNumberAbove0)
        .option('--seed <n>', 'the same seed makes the same events', wholeNumber, 1)
        .option('--run <name>', 'name of this run, part of each id (default: from the clock)')
        .option('--journal <file>', 'write the journal there (NDJSON), for `npx triage audit --journal`')
        .addHelpText(
          'after',
          '\nOne of --count, --seconds and --trace is needed. Ctrl-C ends early; the journal is whole. Exit code 0 when every event was taken.',
        ),
    ),
  ).action((options: LoadOptions) =>
    runConnected(
      options.env,
      async (connection) => {
        const abort = new AbortController();
        const stop = () => abort.abort();
        process.once('SIGINT', stop);
        const startedAtMs = Date.now();
        const entries = await load(connection, options, { signal: abort.signal, ...progress(options) });
        process.removeListener('SIGINT', stop);
        const summary = summarize(entries, Date.now() - startedAtMs);
        if (options.json) printJson({ ...summary, ...(options.journal ? { journal: options.journal } : {}) });
        else printSummary(summary, options.journal);
        return summary.failed === 0 && !abort.signal.aborted ? EXIT.holds : EXIT.fails;
      },
      () => checked(options),
    ),
  );

export function load(
  connection: Connection,
  options: LoadOptions,
  hooks: { readonly signal?: AbortSignal; readonly onSent?: (sent: number, offsetMs: number) => void },
): Promise<readonly JournalEntry[]> {
  checkMix(options, connection);
  const sources = options.sources?.map((name) => sourceOf(connection, name)) ?? connection.configuration.sources;
  if (options.ordered > 0 && !sources.some((source) => source.kind === 'kinesis'))
    throw new UserError(
      '--ordered needs a stream among the sources.',
      `Add one: ${streams(connection.configuration.sources)}.`,
    );
  const expected = options.count ?? (options.seconds ?? 60) * (options.rate ?? DEFAULT_RATE);
  const next = createWorkload({
    run: options.run ?? new Date().toISOString().replace(/[-:.]/g, '').slice(2, 18).toLowerCase(),
    seed: options.seed,
    sources,
    mix: options.mix,
    poison: options.poison,
    duplicate: options.duplicate,
    late: options.late,
    ordered: options.ordered,
    sensors: options.sensors ?? Math.min(500, Math.max(20, Math.ceil(expected / 25))),
  });
  return drive({
    connection,
    next,
    schedule: scheduleOf(options),
    ...(options.count === undefined ? {} : { count: options.count }),
    ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
    ...(options.journal === undefined ? {} : { journal: options.journal }),
    ...hooks,
  });
}

function scheduleOf(options: LoadOptions): Iterable<number> {
  if (options.trace === undefined) return steadySchedule(options.rate ?? DEFAULT_RATE, seededRandom(options.seed + 1));
  const { rate, seconds, speed = 1 } = options;
  const bins = until(traceOf(options.trace), (seconds ?? Number.POSITIVE_INFINITY) * speed);
  if (!bins.some(({ count }) => count > 0))
    throw new UserError(
      `${options.trace} has no arrivals in the first ${duration((seconds ?? 0) * speed * 1000)}.`,
      'Give more --seconds, or a higher --speed.',
    );
  return binnedSchedule(bins, rate === undefined ? 1 : factorFor(bins, speed, rate), speed);
}

function traceOf(path: string) {
  const file = readFileSync(path);
  try {
    return parseTrace(file);
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`, 'docs/data.md says where traces come from.');
  }
}

function checked(options: LoadOptions): void {
  if (options.count === undefined && options.seconds === undefined && options.trace === undefined)
    throw new UserError('When does it end?', 'Give --count, --seconds or --trace.');
  if (options.speed !== undefined && options.trace === undefined)
    throw new UserError('--speed is about a trace, and there is none.', 'Give --trace, or set the speed by --rate.');
  if (options.poison + options.duplicate + options.late + options.ordered > 100)
    throw new UserError(
      'The percentages add up to more than 100.',
      'Lower --poison, --duplicate, --late or --ordered.',
    );
}

function checkMix(options: LoadOptions, { configuration, environment }: Connection): void {
  const classes = configuration.classes.map(({ name }) => name);
  const unknown = Object.keys(options.mix).filter((name) => !classes.includes(name));
  if (unknown.length > 0 && options.mix !== DEFAULT_MIX)
    throw new UserError(
      `--mix has no class of ${environment}: ${unknown.join(', ')}.`,
      `These exist: ${classes.join(', ')}.`,
    );
}

const streams = (sources: readonly SourceConfiguration[]) =>
  sources.flatMap((each) => (each.kind === 'kinesis' ? [each.name] : [])).join(', ') || 'the configuration has none';

export function parseMix(text: string): Record<string, number> {
  const shares = text.split(',').map((part) => {
    const [name = '', share] = part.split('=');
    if (!name.trim() || !(Number(share) >= 0))
      throw new InvalidArgumentError('Shares are written as critical=1,bulk=9.');
    return [name.trim(), Number(share)] as const;
  });
  if (!shares.some(([, share]) => share > 0)) throw new InvalidArgumentError('One share at least must be above 0.');
  return Object.fromEntries(shares);
}

function progress({ json }: LoadOptions) {
  if (json || !process.stderr.isTTY) return {};
  return { onSent: (sent: number, ms: number) => void process.stderr.write(`\r${sent} sent, ${duration(ms)} `) };
}

export function summarize(entries: readonly JournalEntry[], ms: number) {
  const by = (of: (entry: JournalEntry) => string) => {
    const counts: Record<string, number> = {};
    for (const entry of entries) counts[of(entry)] = (counts[of(entry)] ?? 0) + 1;
    return counts;
  };
  return {
    sent: entries.length,
    failed: entries.filter((each) => !each.sent).length,
    seconds: ms / 1000,
    perSecond: entries.length / Math.max(0.001, ms / 1000),
    bySource: by(({ wayIn }) => wayIn),
    expected: by(({ expected }) => expected),
    duplicates: entries.filter((each) => each.duplicate).length,
    ordered: entries.filter((each) => each.ordered).length,
  };
}

function printSummary(summary: ReturnType<typeof summarize>, journal: string | undefined): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
  const { sent, seconds, perSecond, failed, duplicates, ordered } = summary;
  print(
    `${sent} events sent in ${seconds.toFixed(1)} s (${perSecond.toFixed(0)}/s), ${failed} not taken; ${duplicates} repeats, ${ordered} ordered.`,
  );
  print(table(['source', 'events'], Object.entries(summary.bySource)));
  print(table(['expected', 'events'], Object.entries(summary.expected)));
  if (journal) print(`Journal: ${journal}. Compare it: \`npx triage audit --journal ${journal}\`.`);
}
