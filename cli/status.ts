import { GetFunctionConcurrencyCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { Command } from 'commander';
import { capOf, createControl } from '../adapters/aws';
import type { LaneConfiguration } from '../core/contracts/configuration';
import { LIVE_ALIAS } from '../core/contracts/names';
import type { Connection } from './connection';
import { laneState } from './lane-state';
import { type LaneFigures, laneFigures, sagaFigures } from './measure';
import { duration, print, printJson, table } from './output';
import { readDepths, total } from './readers/depths';
import { sampleAcceptances, sampleRecords } from './readers/ledger';
import { type CommonOptions, EXIT, runConnected, wholeNumber, withEnvironment, withJson } from './run';

interface StatusOptions extends CommonOptions {
  readonly pages: number;
}

export const statusCommand = (): Command =>
  withJson(
    withEnvironment(
      new Command('status')
        .description('lanes, depths, rates, ages, latency and capacity; looking receives no message')
        .option(
          '--pages <n>',
          'pages (1 MB) of each ledger table to read at the most: beyond it, figures are a sample',
          wholeNumber,
          50,
        ),
    ),
  ).action((options: StatusOptions) =>
    runConnected(options.env, async (connection) => {
      const status = await readStatus(connection, options.pages);
      if (options.json) printJson(status);
      else printStatus(connection, status);
      return EXIT.holds;
    }),
  );

export async function readStatus(connection: Connection, pages: number) {
  const { configuration, clients, names } = connection;
  const queues = configuration.lanes.map((each) => ({
    name: each.name,
    queueUrlName: names.laneQueue(each.name, each.ordered),
  }));
  const control = createControl({ dynamo: clients.dynamo, sqs: clients.sqs, table: names.controlTable, queues });
  const [ledger, accepted, depths, lanes] = await Promise.all([
    sampleRecords(connection, pages),
    sampleAcceptances(connection, pages),
    readDepths(connection),
    Promise.all(
      configuration.lanes.map(async (lane) => ({
        lane,
        control: await control.lane(lane.name),
        watermark: await control.watermark(lane.name),
        capacity: await capacityOf(connection, lane),
      })),
    ),
  ]);
  const nowMs = Date.now();
  const laneNames = configuration.lanes.map(({ name }) => name);
  const figures = new Map(
    laneFigures(laneNames, accepted.acceptances, ledger.records, nowMs).map((each) => [each.lane, each]),
  );
  return {
    environment: connection.environment,
    endpoint: connection.endpoint ?? 'AWS',
    /** False: the ledger was too large to be read whole, and counts are of a sample. */
    whole: ledger.complete && accepted.complete,
    intake: depths.intake,
    otherDeadLetters: depths.otherDeadLetters,
    suspects: depths.suspects,
    unpublished: depths.unpublished,
    sagas: sagaFigures(ledger.records, nowMs),
    lanes: lanes.map(({ lane, control: { paused, form }, watermark, capacity }) => ({
      ...(figures.get(lane.name) as LaneFigures),
      paused,
      ...laneState(lane.name, paused, capacity.mapping),
      form,
      weight: lane.weight,
      objectiveMs: lane.objectiveSeconds * 1000,
      queue: depths.lanes[lane.name]?.queue,
      deadLetters: depths.lanes[lane.name]?.deadLetters,
      /** Age of the oldest message in the last batch that the runner saw; an empty lane has none. */
      ...(watermark.backlog > 0 && watermark.seenAtMs > 0 ? { watermarkAgeMs: nowMs - watermark.oldestSentAtMs } : {}),
      capacity,
    })),
  };
}

async function capacityOf({ clients, names }: Connection, lane: LaneConfiguration) {
  const FunctionName = names.runnerFunction(lane.name);
  const [mappings, concurrency] = await Promise.all([
    clients.lambda.send(new ListEventSourceMappingsCommand({ FunctionName: `${FunctionName}:${LIVE_ALIAS}` })),
    clients.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })),
  ]);
  const [mapping] = mappings.EventSourceMappings ?? [];
  return {
    mapping: mapping?.State ?? 'missing',
    maximumConcurrency: (mapping && capOf(mapping)) ?? lane.maximumConcurrency,
    batchSize: mapping?.BatchSize ?? lane.batchSize,
    ...(concurrency.ReservedConcurrentExecutions === undefined
      ? {}
      : { reserved: concurrency.ReservedConcurrentExecutions }),
  };
}

function printStatus(connection: Connection, status: Awaited<ReturnType<typeof readStatus>>): void {
  print(
    `${connection.environment} at ${status.endpoint}${status.whole ? '' : ' (a sample of the ledger; --pages reads more)'}`,
  );
  print(
    table(
      [
        'lane',
        'in/s',
        'out/s',
        'waiting',
        'running',
        'done',
        'dead',
        'expired',
        'p50',
        'p99',
        'objective',
        'oldest',
        'capacity',
        'state',
      ],
      status.lanes.map((each) => [
        each.lane,
        each.acceptedPerSecond,
        each.decidedPerSecond,
        (each.queue?.visible ?? 0) + (each.queue?.delayed ?? 0),
        each.queue?.inFlight ?? 0,
        each.outcomes.DONE + each.outcomes.COMPENSATED,
        each.outcomes.DEAD,
        each.outcomes.EXPIRED + each.outcomes.SHED,
        duration(each.p50Ms),
        duration(each.p99Ms),
        duration(each.objectiveMs),
        duration(each.oldestMs),
        `${each.capacity.maximumConcurrency} x ${each.capacity.batchSize}`,
        each.state,
      ]),
    ),
  );
  for (const { advice } of status.lanes) if (advice !== undefined) print(advice);
  const { express, standard } = status.intake;
  print(`intake: express ${total(express)}, standard ${total(standard)}`);
  for (const [pool, depth] of Object.entries(status.suspects))
    if (total(depth) > 0) print(`suspects of ${pool}: ${total(depth)}`);
  const { queue, deadLetters } = status.unpublished;
  if (total(queue) + total(deadLetters) > 0)
    print(`batches given up by the publisher: ${total(queue)} to be published again, ${total(deadLetters)} for good`);
  const { underWay, due } = status.sagas;
  if (underWay > 0)
    print(`events that sagas have: ${underWay}${due > 0 ? `, ${due} of them for longer than usual` : ''}`);
  for (const [name, depth] of Object.entries(status.otherDeadLetters)) print(`dead letters: ${name} ${depth}`);
}
