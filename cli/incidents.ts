/** What was found wrong and what recovery did about it. */
import { Command } from 'commander';
import { createIncidents, createMonitorStates, incidentFromItem } from '../adapters/aws';
import type { Incident, Subject } from '../core/contracts/incident';
import type { MonitorState } from '../core/policies/monitor/state';
import type { Connection } from './connection';
import { UserError } from './errors';
import { print, printJson, table, time } from './output';
import { scan } from './readers/scan';
import {
  type CommonOptions,
  EXIT,
  type ExitCode,
  runConnected,
  wholeNumberAbove0,
  withEnvironment,
  withJson,
} from './run';

interface Options extends CommonOptions {
  readonly all?: boolean;
  readonly limit: number;
}

export function incidentsCommand(): Command {
  return withJson(withEnvironment(new Command('incidents')))
    .description('show what was found wrong and what recovery did about it, the latest first')
    .argument('[id]', 'one incident with its timeline; its first characters will do')
    .option('--all', 'also those that are resolved, and those of which nothing sure was found')
    .option('--limit <n>', 'how many at the most', wholeNumberAbove0, 50)
    .addHelpText('after', '\nExit code 1 where a person must look at one of them.')
    .action((id: string | undefined, options: Options) =>
      runConnected(options.env, async (connection) => {
        const all = await readIncidents(connection);
        return id === undefined ? showList(connection, all, options) : showOne(all, id, options);
      }),
    );
}

export const incidentsOf = ({ clients, names, configuration }: Connection) =>
  createIncidents({
    dynamo: clients.dynamo,
    table: names.incidentsTable,
    controlTable: names.controlTable,
    retentionDays: configuration.retention.ledgerDays,
  });

export async function readIncidents({ clients, names }: Connection): Promise<Incident[]> {
  const items = await scan(clients.dynamo, { TableName: names.incidentsTable });
  return items.map(incidentFromItem).sort((a, b) => b.lastSeenAtMs - a.lastSeenAtMs);
}

const isQuiet = ({ state }: Incident): boolean => state === 'resolved' || state === 'watching';

async function showList(connection: Connection, all: readonly Incident[], options: Options): Promise<ExitCode> {
  const shown = all.filter((each) => options.all || !isQuiet(each)).slice(0, options.limit);
  const provenAtMs = await canarySeenAtMs(connection);
  if (options.json) printJson({ provenAtMs, incidents: shown });
  else {
    print(
      provenAtMs === undefined
        ? 'The canary has not been seen yet: nothing is known to come from the logs.'
        : `The canary was last seen at ${time(provenAtMs)}.`,
    );
    if (shown.length === 0)
      print(`No open incidents${all.length > 0 ? `; ${all.length} that are over or only watched (--all)` : ''}.`);
    else
      print(
        table(
          ['id', 'state', 'last seen', 'kind', 'of', 'found', 'actions', 'last'],
          shown.map((each) => [
            each.id,
            each.state,
            time(each.lastSeenAtMs),
            each.kind,
            subjectText(each.subject),
            each.findings,
            each.spent,
            each.timeline.at(-1)?.words.slice(0, 80) ?? '',
          ]),
        ),
      );
  }
  return all.some(({ state }) => state === 'parked') ? EXIT.fails : EXIT.holds;
}

function showOne(all: readonly Incident[], id: string, { json }: Options): ExitCode {
  const found = all.filter((each) => each.id.startsWith(id));
  const [incident] = found;
  if (incident === undefined || found.length > 1)
    throw new UserError(
      incident === undefined ? `There is no incident ${id}.` : `${found.length} incidents begin with ${id}.`,
      '`npx triage incidents --all` lists them.',
    );
  if (json) printJson(incident);
  else {
    const { kind, state, subject, findings, suspicions, spent, breaker, dueAtMs } = incident;
    print(`${incident.id}  ${state}: ${kind} of ${subjectText(subject)}`);
    print(`${findings} findings, ${suspicions} suspicions, ${spent} actions, last seen ${time(incident.lastSeenAtMs)}`);
    if (breaker !== undefined) print(`Lane ${breaker.lane} is stopped until ${time(breaker.untilMs)}.`);
    if (dueAtMs !== undefined) print(`Recovery looks again at ${time(dueAtMs)}.`);
    for (const { atMs, what, action, words } of incident.timeline)
      print(`  ${time(atMs)}  ${what}${action === undefined ? '' : ` ${action}`}: ${words}`);
  }
  return incident.state === 'parked' ? EXIT.fails : EXIT.holds;
}

export function subjectText(subject: Subject): string {
  return subject.on === 'function'
    ? `${subject.functionName}, version ${subject.version}`
    : `${subject.saga} ${subject.instance}`;
}

/** When the monitor last read of the canary, by its own memory. */
async function canarySeenAtMs({ clients, names }: Connection): Promise<number | undefined> {
  const states = createMonitorStates({ dynamo: clients.dynamo, table: names.controlTable });
  const { state } = await states.read(names.platformFunction('canary'));
  if (state === undefined) return undefined;
  const { streams } = JSON.parse(state) as MonitorState;
  const times = Object.values(streams).map(({ lastAtMs }) => lastAtMs);
  return times.length === 0 ? undefined : Math.max(...times);
}
