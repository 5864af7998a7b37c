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
      const keys = events.map((event) => recordKey(source.tenant, String(event.source), String(event.id)));
      const sentKeys = keys.filter((_, index) => taken[index]);
      const fates = new Map(
        (await awaitOutcomes(connection, sentKeys, { seconds: options.wait, sinceMs })).map((each) => [each.key, each]),
      );
      const rows = events.map((event, index) =>
        row(event, keys[index] ?? '', taken[index] ?? false, fates.get(keys[index] ?? '')),
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

function row({ id, source }: CloudEvent, key: string, taken: boolean, fate: Fate | undefined): Row {
  const common = { id, source, key };
  if (!taken) return { ...common, became: 'NOT SENT', reason: 'the source did not take it' };
  if (fate?.quarantined !== undefined) return { ...common, became: 'REFUSED', reason: fate.quarantined };
  if (!fate?.outcome)
    return { ...common, became: 'UNDECIDED', reason: `no outcome yet; \`npx triage trace ${id}\` tells where it is` };
  const { kind, reason, lane, acceptedAtMs, decidedAtMs } = fate.outcome;
  return { ...common, became: kind, lane, reason, milliseconds: decidedAtMs - acceptedAtMs };
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

/** The platform judges what an event must be; this only finds where one ends and the next begins. */
export function parseEvents(text: string, file: string): CloudEvent[] {
  const whole = parsed(text);
  if (whole !== undefined) return (Array.isArray(whole) ? whole : [whole]) as CloudEvent[];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const events = lines.map((line, index) => {
    const event = parsed(line);
    if (event === undefined)
      throw new UserError(
        `Line ${index + 1} of ${file} is not JSON.`,
        'Write one CloudEvent a line, or one JSON document.',
      );
    return event as CloudEvent;
  });
  if (events.length === 0) throw new UserError(`There is no event in ${file}.`, 'Write one CloudEvent a line.');
  return events;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
