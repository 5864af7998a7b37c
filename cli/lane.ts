import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetEventSourceMappingCommand,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { Command } from 'commander';
import { createControl } from '../adapters/aws';
import type { LaneConfiguration } from '../core/contracts/configuration';
import { LIVE_ALIAS } from '../core/contracts/names';
import type { Connection } from './connection';
import { UserError } from './errors';
import { print, printJson } from './output';
import { type CommonOptions, EXIT, runConnected, withEnvironment, withJson } from './run';

const SWITCH_PATIENCE_MS = 60_000;
const POLL_MS = 500;

export function laneCommand(): Command {
  const lane = new Command('lane').description('pause a lane, or let it run again');
  const verb = (name: 'pause' | 'resume', description: string) =>
    withJson(withEnvironment(new Command(name).argument('<name>', 'lane').description(description))).action(
      (laneName: string, options: CommonOptions) =>
        runConnected(options.env, async (connection) => {
          const paused = name === 'pause';
          const mappings = await switchLane(connection, laneName, paused);
          if (options.json) printJson({ lane: laneName, paused, mappings });
          else
            print(
              paused
                ? `Lane ${laneName} is paused: events are accepted and wait in it. \`npx triage lane resume ${laneName}\` lets it run again.`
                : `Lane ${laneName} runs again.`,
            );
          return EXIT.holds;
        }),
    );
  return lane
    .addCommand(verb('pause', 'stop taking events from the lane; they are still accepted and wait in its queue'))
    .addCommand(verb('resume', 'take events from the lane again'));
}

/**
 * The control record tells the reconciler to be patient; the mapping is what stops. The record comes first both ways: a runner that
 * is invoked while it says "paused" puts its messages back for half a minute, and a lane that stands still for a moment without being
 * called paused is left alone all the same, since its watermark stands still with it. Cut off in between, the two disagree: `status`
 * shows that, and a repeat of the command repairs it.
 */
export async function switchLane(
  connection: SwitchConnection,
  name: string,
  paused: boolean,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<string[]> {
  const { clients, names } = connection;
  laneNamed(connection, name);
  const control = createControl({ dynamo: clients.dynamo, sqs: clients.sqs, table: names.controlTable, queues: [] });
  const ids = await mappingsOf(connection, name);
  if (ids.length === 0)
    throw new UserError(`The runner of lane ${name} has no event source mapping.`, 'Deploy the environment again.');
  await control.putPaused(name, paused);
  const stateIs = (holds: (state: string) => boolean) =>
    Promise.all(ids.map((id) => untilState(connection, id, holds, wait)));
  // A mapping that is being changed refuses another change.
  await stateIs((state) => !state.endsWith('ing'));
  for (const UUID of ids) await clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: !paused }));
  await stateIs((state) => state === (paused ? 'Disabled' : 'Enabled'));
  return ids;
}

export type SwitchConnection = Pick<Connection, 'clients' | 'names' | 'configuration' | 'environment'>;

/** The configured lane of that name; throws with those that exist. */
export function laneNamed(
  { configuration, environment }: Pick<Connection, 'configuration' | 'environment'>,
  name: string,
): LaneConfiguration {
  const lane = configuration.lanes.find((each) => each.name === name);
  if (lane !== undefined) return lane;
  throw new UserError(
    `There is no lane "${name}" in ${environment}.`,
    `These exist: ${configuration.lanes.map((each) => each.name).join(', ')}.`,
  );
}

async function mappingsOf({ clients, names }: SwitchConnection, lane: string): Promise<string[]> {
  const found = await clients.lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: `${names.runnerFunction(lane)}:${LIVE_ALIAS}` }),
  );
  return (found.EventSourceMappings ?? []).flatMap(({ UUID }) => (UUID ? [UUID] : []));
}

async function untilState(
  { clients }: SwitchConnection,
  UUID: string,
  holds: (state: string) => boolean,
  wait: (ms: number) => Promise<unknown>,
): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const { State = '' } = await clients.lambda.send(new GetEventSourceMappingCommand({ UUID }));
    if (holds(State)) return;
    if (waitedMs >= SWITCH_PATIENCE_MS)
      throw new UserError(`The mapping ${UUID} is still ${State} after a minute.`, 'Run the command again.');
    await wait(POLL_MS);
  }
}
