/**
 * `npm run validate:emulator [-- --json] [-- --fit 20 --predict 50 --seconds 60]`: the platform model against the deployed local stacks.
 * Its parameters are fitted on one load, another load is predicted from when its events were sent and nothing else, and the error is
 * printed, whatever it is. Uses the environment that is up, else brings one up and ends it.
 */
import { parseArgs } from 'node:util';
import { createControllers } from '../../adapters/aws';
import { type Connection, connect } from '../../cli/connection';
import { visibilityTimeoutSeconds } from '../../core/contracts/configuration';
import { bringUp } from '../../local/environment';
import { readSession } from '../../local/session';
import { compare } from './compare';
import { type Both, fitBoth, measuredFigures, predict } from './fit';
import { LANE, measure } from './measure';
import type { Measured } from './measured';
import type { StageLimits, StageParameters } from './stage';

const WARM_UP = { perSecond: 20, seconds: 10, seed: 3 };
const INTAKE_BATCH = 10;
const say = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      fit: { type: 'string', default: '20' },
      predict: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '60' },
    },
  });
  const [fitted, predicted, seconds] = [values.fit, values.predict, values.seconds].map(Number);
  if (!(fitted && predicted && seconds && Math.min(fitted, predicted, seconds) > 0))
    throw new Error('--fit, --predict (events a second) and --seconds are numbers above 0.');
  const before = readSession();
  const session = await bringUp({ onProgress: say });
  try {
    const connection = await connect(session.environment);
    const [first, second] = await withoutScheduler(connection, async () => {
      say('warming up');
      await measure(connection, WARM_UP);
      say(`${fitted} events a second, to fit`);
      const one = await measure(connection, { perSecond: fitted, seconds, seed: 1 });
      say(`${predicted} events a second, to predict`);
      return [one, await measure(connection, { perSecond: predicted, seconds, seed: 2 })] as const;
    });
    const limits = limitsOf(connection);
    const parameters = fitBoth(first, limits);
    const report = {
      measuredOn: session.startedByUs ? 'embedded emulator' : session.endpoint,
      parameters: inWords(parameters),
      fitted: part(fitted, first, parameters, limits),
      predicted: part(predicted, second, parameters, limits),
    };
    if (values.json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else {
      console.log(`on ${report.measuredOn}`);
      console.table(report.parameters);
      for (const use of ['fitted', 'predicted'] as const) {
        const { perSecond, events, unattributed, rows } = report[use];
        console.log(
          `${use}: ${perSecond} events a second, ${events} events, ${unattributed} more that no log tells the batch of`,
        );
        console.table(rows);
      }
    }
  } finally {
    // An environment that was up before stays up.
    if (before === undefined) await session.stop();
  }
}

function part(perSecond: number, measured: Measured, parameters: Both<StageParameters>, limits: Both<StageLimits>) {
  const simulated = predict(
    measured.events.map(({ sentAtMs }) => sentAtMs),
    parameters,
    limits,
  );
  const { events, unattributed } = measured;
  return {
    perSecond,
    events: events.length,
    unattributed,
    rows: compare(measuredFigures(measured, limits), simulated),
  };
}

/** The mappings stay as they are configured: what is compared is the model of the platform, not that of the controllers. */
async function withoutScheduler<T>({ clients, names, configuration }: Connection, work: () => Promise<T>): Promise<T> {
  const controllers = createControllers({
    dynamo: clients.dynamo,
    controlTable: names.controlTable,
    decisionsTable: names.decisionsTable,
    retentionDays: configuration.retention.decisionDays,
  });
  const mode = await controllers.mode(LANE);
  await controllers.setMode(LANE, 'off');
  try {
    return await work();
  } finally {
    await controllers.setMode(LANE, mode);
  }
}

function limitsOf({ configuration, environment }: Connection): Both<StageLimits> {
  const lane = configuration.lanes.find(({ name }) => name === LANE);
  if (lane === undefined) throw new Error(`There is no lane "${LANE}" in ${environment}.`);
  const { standardMaximumConcurrency: maximumConcurrency, timeoutSeconds } = configuration.ingestion;
  return {
    ingest: { batchSize: INTAKE_BATCH, maximumConcurrency, timeoutSeconds, visibilitySeconds: 6 * timeoutSeconds },
    lane: {
      batchSize: lane.batchSize,
      maximumConcurrency: lane.maximumConcurrency,
      timeoutSeconds: lane.timeoutSeconds,
      visibilitySeconds: visibilityTimeoutSeconds(lane),
    },
  };
}

function inWords({ ingest, lane }: Both<StageParameters>) {
  const milliseconds = (seconds: number) => Number((1000 * seconds).toFixed(1));
  const words = (each: StageParameters) => ({
    'h, ms': milliseconds(each.overheadSeconds),
    's, ms': milliseconds(each.recordSeconds),
    'factor at p50': Number((each.spread.find(({ level }) => level === 0.5)?.value ?? Number.NaN).toFixed(2)),
    'factor at p99': Number((each.spread.find(({ level }) => level === 0.99)?.value ?? Number.NaN).toFixed(2)),
    'poller gathers, ms': milliseconds(each.gatherSeconds),
    'way there, ms': milliseconds(each.transitSeconds),
  });
  return { ingestion: words(ingest), lane: words(lane) };
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
