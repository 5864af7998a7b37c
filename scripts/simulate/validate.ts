/**
 * `npm run simulate:validate [-- --json]`: the model of a standard SQS mapping against published runs on AWS Lambda. Fitted on the two
 * outer function times, predicted for the two inner ones, and the error printed.
 *
 * Source: rehanvdm.com/blog/sqs-lambda-esm-scaling-behaviour--experiment-lambda-time-vs-batch-size (read 2026-11-21): batch size 1, a
 * Lambda function sends at a constant rate, runs of 4 min 10 s to 4 min 20 s. The rate and the number of messages are not published,
 * so the rate is fitted, with the time that a poller needs for an invocation beside the function's own.
 */
import { parseArgs } from 'node:util';
import { deterministic } from '../../simulator/engine';
import { accountAll, LANE_DEFAULTS, lambdaInit, PLATFORM_DEFAULTS, Platform } from '../../simulator/platform';

const PUBLISHED = [
  { functionSeconds: 0.1, coldStarts: 195, rampSeconds: 70, rampInvocations: 50_871 },
  { functionSeconds: 0.2, coldStarts: 358, rampSeconds: 80, rampInvocations: 55_734 },
  { functionSeconds: 0.4, coldStarts: 795, rampSeconds: 170, rampInvocations: 128_758 },
  { functionSeconds: 0.6, coldStarts: 1060, rampSeconds: 210, rampInvocations: 163_997 },
] as const;
const SHORTEST = PUBLISHED[0];
const LONGEST = PUBLISHED[3];
/** Sending lasts as long as the shortest published run: what comes after it is the rest of the queue. */
const SENDING_SECONDS = 250;

interface Fit {
  readonly perSecond: number;
  readonly overheadSeconds: number;
  readonly coldStarts: readonly [number, number];
  readonly error: number;
}

const { values } = parseArgs({ options: { json: { type: 'boolean' } } });
const fit = bestFit();
const rows = PUBLISHED.map((run) => {
  const coldStarts = simulate(run.functionSeconds, fit.perSecond, fit.overheadSeconds).coldStarts;
  const fitted = run === SHORTEST || run === LONGEST;
  return {
    functionMs: run.functionSeconds * 1000,
    published: run.coldStarts,
    simulated: coldStarts,
    errorPercent: Number((100 * (coldStarts / run.coldStarts - 1)).toFixed(1)),
    use: fitted ? 'fitted' : 'predicted',
  };
});
/** Not used in the fit: what the published runs processed a second while they ramped up. */
const published = PUBLISHED.map((run) => run.rampInvocations / run.rampSeconds);
const report = {
  fitted: { messagesPerSecond: Math.round(fit.perSecond), overheadMs: fit.overheadSeconds * 1000 },
  publishedInvocationsPerSecondDuringRampUp: published.map(Math.round),
  rows,
};
if (values.json === true) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
else {
  console.table(rows);
  console.log(report.fitted, report.publishedInvocationsPerSecondDuringRampUp);
}

function bestFit(): Fit {
  const fits = [0, 0.01, 0.02, 0.03, 0.04, 0.05].map(fitRate);
  return fits.reduce((best, each) => (each.error < best.error ? each : best));
}

/** For one overhead: the rate with the least error over both runs, by golden-section search. */
function fitRate(overheadSeconds: number): Fit {
  const tryRate = (perSecond: number): Fit => {
    const coldStarts = [SHORTEST, LONGEST].map(
      (run) => simulate(run.functionSeconds, perSecond, overheadSeconds).coldStarts,
    ) as [number, number];
    const error =
      Math.log(coldStarts[0] / SHORTEST.coldStarts) ** 2 + Math.log(coldStarts[1] / LONGEST.coldStarts) ** 2;
    return { perSecond, overheadSeconds, coldStarts, error };
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [300, 2000];
  let left = tryRate(high - golden * (high - low));
  let right = tryRate(low + golden * (high - low));
  while (high - low > 10) {
    if (left.error <= right.error) {
      high = right.perSecond;
      right = left;
      left = tryRate(high - golden * (high - low));
    } else {
      low = left.perSecond;
      left = right;
      right = tryRate(low + golden * (high - low));
    }
  }
  process.stderr.write(`overhead ${overheadSeconds * 1000} ms: ${Math.round(left.perSecond)}/s, error ${left.error}\n`);
  return left.error <= right.error ? left : right;
}

function simulate(functionSeconds: number, perSecond: number, overheadSeconds: number) {
  const messages = Math.floor(perSecond * SENDING_SECONDS);
  const platform = new Platform({
    ...PLATFORM_DEFAULTS,
    seed: 1,
    // The published 400 and 600 ms runs were repeated on an account whose limit did not bind.
    account: { concurrencyLimit: 5000, reservedElsewhere: 0 },
    lanes: [
      {
        ...LANE_DEFAULTS,
        terms: {
          lane: 'queue',
          weight: 1,
          objectiveSeconds: 1,
          ordered: false,
          floor: 0,
          ceiling: 0,
          leastConcurrency: 2,
          mostConcurrency: 1250,
          mostBatchSize: 1,
          memoryMegabytes: 128,
        },
        arrivals: Float64Array.from({ length: messages }, (_, index) => index / perSecond),
        ingest: deterministic(0.01),
        overheadSeconds,
        record: deterministic(functionSeconds),
        init: lambdaInit('nodejs20.x'),
        maximumConcurrency: 1250,
      },
    ],
    provisionedLag: deterministic(90),
    untilSeconds: SENDING_SECONDS,
  });
  platform.run();
  const [account] = accountAll(platform);
  if (account === undefined || account.outcomes.done !== messages) throw new Error('messages are left over');
  return account.usage;
}
