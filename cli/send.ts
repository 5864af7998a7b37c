import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { SourceConfiguration } from '../core/contracts/configuration';
import type { CloudEvent } from '../core/contracts/event';
import { recordKey } from '../core/contracts/identity';
import { awaitOutcomes, type Fate } from './await-outcomes';
import type { Connection } from './connection';
import { UserError } from './errors';
import { print, printJson, table } from './output';
import { type CommonOptions, EXIT, positive, runConnected, withEnvironment, withJson } from './run';
import { createSender } from './workload/senders';

/** This machine's clock and the functions'. */
const CLOCKS_DIFFER_MS = 2_000;

interface SendOptions extends CommonOptions {
  readonly source?: string;
  readonly wait: number;
}

export const sendCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('send')
        .argument(
          '<file>',
          'a CloudEvent as JSON, several as a JSON array or one a line (NDJSON); - reads the standard input',
        )
        .description('send events through a source, and say what became of them')
        .option('--source <name>', 'configured source to send by (default: the first one)')
        .option('--wait <seconds>', 'how long to wait for the outcomes', positive, 30)
        .addHelpText('after', '\nExit code 0 when every event is DONE.'),
    ),
  ).action((file: string, options: SendOptions) =>
    runConnected(options.env, async (connection) => {
      const source = sourceOf(connection, options.source);
      const events = parseEvents(readFileSync(file === '-' ? 0 : file, 'utf8'), file);
      const sinceMs = Date.now();
      const taken = await createSender(connection, source)(events);
      const keys = events.map((event, index) => keyOf(event, index, source.tenant));
      const byContent = new Map(events.map((event, index) => [canonical(event), keys[index]]));
      const sentKeys = keys.filter((_, index) => taken[index]);
      const fates = new Map(
        (
          await awaitOutcomes(connection, sentKeys, {
            seconds: options.wait,
            sinceMs,
            keyOfRaw: (raw) => byContent.get(canonical(parsed(raw) ?? raw)),
          })
        ).map((each) => [each.key, each]),
      );
      const rows = events.map((event, index) =>
        row(event, keys[index] ?? '', taken[index] ?? false, sinceMs, fates.get(keys[index] ?? '')),
      );
      if (options.json) printJson(rows);
      else
        print(
          table(
            ['id', 'became', 'lane', 'reason'],
            rows.map((each) => [each.id, each.became, each.lane ?? '-', each.reason]),
          ),
        );
      return rows.every(({ became }) => became === 'DONE') ? EXIT.holds : EXIT.fails;
    }),
  );

interface Row {
  readonly id: string;
  readonly source: string;
  readonly key: string;
  readonly became: string;
  readonly reason: string;
  readonly lane?: string;
  readonly milliseconds?: number;
}

function row(event: CloudEvent, key: string, taken: boolean, sinceMs: number, fate: Fate | undefined): Row {
  const common = { id: event?.id ?? '-', source: event?.source ?? '-', key };
  if (!taken) return { ...common, became: 'NOT SENT', reason: 'the source did not take it' };
  if (fate?.quarantined !== undefined) return { ...common, became: 'REFUSED', reason: fate.quarantined };
  if (!fate?.outcome)
    return {
      ...common,
      became: 'UNDECIDED',
      reason: `no outcome yet; \`npx triage trace ${common.id}\` tells where it is`,
    };
  const { kind, reason, lane, acceptedAtMs, decidedAtMs } = fate.outcome;
  // An identity has one outcome: what was decided before this send is what became of it, too.
  const told = acceptedAtMs < sinceMs - CLOCKS_DIFFER_MS ? `${reason} (sent before: a repeat changes nothing)` : reason;
  return { ...common, became: kind, lane, reason: told, milliseconds: decidedAtMs - acceptedAtMs };
}

export function sourceOf({ configuration, environment }: Connection, name: string | undefined): SourceConfiguration {
  const { sources } = configuration;
  const source = name === undefined ? sources[0] : sources.find((each) => each.name === name);
  if (source) return source;
  throw new UserError(
    `There is no source "${name}" in ${environment}.`,
    `These exist: ${sources.map((each) => `${each.name} (${each.kind})`).join(', ')}.`,
  );
}

/** The ledger's key; for one without an identity a name that no key has, since there will be no record of it. */
function keyOf(event: CloudEvent, index: number, tenant: string): string {
  const { source, id } = event ?? {};
  return typeof source === 'string' && typeof id === 'string'
    ? recordKey(tenant, source, id)
    : `unidentified ${index + 1}`;
}

/** One text for all ways to write a JSON value: a refused event comes back as its source wrote it. */
export function canonical(value: unknown): string {
  const sorted = (_: string, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each;
  return JSON.stringify(value, sorted) ?? '';
}

/** The platform judges what an event must be; this only finds where one ends and the next begins. */
export function parseEvents(text: string, file: string): CloudEvent[] {
  const events = eventsOf(text, file);
  if (events.length === 0) throw new UserError(`There is no event in ${file}.`, 'Write one CloudEvent a line.');
  return events;
}

function eventsOf(text: string, file: string): CloudEvent[] {
  const whole = parsed(text);
  if (whole !== undefined) return (Array.isArray(whole) ? whole : [whole]) as CloudEvent[];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) => {
    const event = parsed(line);
    if (event === undefined)
      throw new UserError(
        `Line ${index + 1} of ${file} is not JSON.`,
        'Write one CloudEvent a line, or one JSON document.',
      );
    return event as CloudEvent;
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
