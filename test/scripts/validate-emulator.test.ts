/**
 * Proves that the validation on the emulator finds in logs and ledger what was there, that its fit finds a model's own parameters
 * again, and that its prediction follows the load.
 */
import { compare } from '../../scripts/validate-emulator/compare';
import { fitBoth, fitStage, measuredFigures, predict } from '../../scripts/validate-emulator/fit';
import { attribute, type LoggedBatch, loggedBatches, type Measured } from '../../scripts/validate-emulator/measured';
import { runStage, type StageLimits, type StageParameters } from '../../scripts/validate-emulator/stage';

const LIMITS: StageLimits = { batchSize: 10, maximumConcurrency: 2, timeoutSeconds: 5, visibilitySeconds: 30 };
const CONSTANT: StageParameters = {
  overheadSeconds: 0.02,
  recordSeconds: 0.005,
  spread: [
    { level: 0, value: 1 },
    { level: 1, value: 1 },
  ],
  gatherSeconds: 0,
  transitSeconds: 0.01,
};
const batch = (beganAtMs: number, endedAtMs: number, records: number, latenciesMs: number[] = []): LoggedBatch => ({
  beganAtMs,
  endedAtMs,
  records,
  latenciesMs,
});

describe('logs', () => {
  const line = (stream: string, atMs: number, message: string) => ({ stream, atMs, message });
  const report = (ms: number) => `REPORT RequestId: r\tDuration: ${ms} ms\tBilled Duration: ${ms} ms`;

  it('tell when each batch began and ended, in the order of their beginnings', () => {
    const lines = [
      line('b', 1_050, '{"message":"batch","records":2,"latency":[30,40]}'),
      line('b', 1_050, report(40)),
      line('a', 1_060, 'START RequestId: r'),
      line('a', 1_060, '{"message":"batch","records":1}'),
      line('a', 1_060, report(60)),
    ];
    expect(loggedBatches(lines)).toEqual([batch(1_000, 1_060, 1), batch(1_010, 1_050, 2, [30, 40])]);
  });

  it('leave out an invocation without records, and one that has not said how long it took', () => {
    const lines = [
      line('a', 5, '{"message":"batch","records":0}'),
      line('a', 5, report(5)),
      line('b', 5, '{"message":"batch","records":3}'),
      line('c', 5, report(5)),
    ];
    expect(loggedBatches(lines)).toEqual([]);
  });
});

describe('an event', () => {
  const ingest = [batch(10, 50, 2), batch(20, 60, 1)];
  const runner = [batch(55, 90, 2, [40, 45]), batch(65, 99, 1, [45])];
  const evidence = {
    sent: ['a', 'b', 'c'].map((key, index) => ({ key, atMs: index })),
    outcomes: [
      { key: 'a', acceptedAtMs: 30, decidedAtMs: 70 },
      { key: 'b', acceptedAtMs: 30, decidedAtMs: 75 },
      { key: 'c', acceptedAtMs: 40, decidedAtMs: 85 },
    ],
    acceptances: [
      { acceptedAtMs: 40, envelopes: [{ key: 'c' }] },
      { acceptedAtMs: 30, envelopes: [{ key: 'a' }, { key: 'b' }] },
    ],
    ingest,
    runner,
  };

  it('belongs to the batch that took it in and to the one that decided it', () => {
    const { events, unattributed } = attribute(evidence);
    expect(unattributed).toBe(0);
    expect(events.map((each) => [each.ingestEndedAtMs, each.runEndedAtMs])).toEqual([
      [50, 90],
      [50, 90],
      [60, 99],
    ]);
  });

  it('is counted, and in no figure, where no log tells its batch', () => {
    const { events, unattributed } = attribute({ ...evidence, runner: runner.slice(1) });
    expect([events.length, unattributed]).toEqual([1, 2]);
  });
});

describe('the fit', () => {
  /** Bursts of every size up to seven, far enough apart that none waits for another. */
  const arrivals = Array.from({ length: 200 }, (_, burst) => new Array<number>(1 + (burst % 7)).fill(burst)).flat();
  const truth: StageParameters = { ...CONSTANT, gatherSeconds: 0.001 };
  const { endedAtSeconds } = runStage(arrivals, truth, LIMITS);
  const batches = Array.from({ length: 200 }, (_, burst) =>
    batch(1000 * burst + 11, 1000 * burst + 11 + 20 + 5 * (1 + (burst % 7)), 1 + (burst % 7)),
  );
  const journeys = arrivals.map((fromSeconds, index) => ({ fromSeconds, toSeconds: endedAtSeconds[index] as number }));

  it('finds the parameters again that a model was run with', () => {
    const found = fitStage(batches, journeys, LIMITS);
    expect(found.overheadSeconds).toBeCloseTo(truth.overheadSeconds, 6);
    expect(found.recordSeconds).toBeCloseTo(truth.recordSeconds, 6);
    expect(found.gatherSeconds + found.transitSeconds).toBeCloseTo(truth.gatherSeconds + truth.transitSeconds, 6);
    for (const { value } of found.spread) expect(value).toBeCloseTo(1, 6);
  });

  it('does not take a pause of the machine, which fills a batch and lengthens it, for the price of records', () => {
    const paused = [...batches.slice(1), batch(0, 2_000, 10)];
    const { overheadSeconds, recordSeconds } = fitStage(paused, journeys, LIMITS);
    expect(recordSeconds / overheadSeconds).toBeCloseTo(0.25, 3);
  });

  it('lets the poller gather as long as batches were large for messages that came one by one', () => {
    const single = Array.from({ length: 100 }, (_, index) => ({
      fromSeconds: index / 50,
      toSeconds: index / 50 + 0.1,
    }));
    const pairs = Array.from({ length: 50 }, (_, index) => batch(40 * index, 40 * index + 10, 2));
    const found = fitStage(pairs, single, LIMITS).gatherSeconds;
    expect(found).toBeGreaterThan(0.015);
    expect(found).toBeLessThan(0.025);
  });
});

describe('the model of a stage', () => {
  const alone = Array.from({ length: 50 }, (_, index) => index);

  it('takes way, overhead and record for an event alone', () => {
    const { endedAtSeconds, meanBatch, utilisation } = runStage(alone, CONSTANT, LIMITS);
    alone.forEach((from, index) => {
      expect((endedAtSeconds[index] as number) - from).toBeCloseTo(0.035, 9);
    });
    expect(meanBatch).toBe(1);
    expect(utilisation).toBeCloseTo((50 * 0.025) / (49.035 * 2), 6);
  });

  it('spreads the times of invocations by the measured factors, and keeps their mean', () => {
    const spread = [
      { level: 0, value: 0.5 },
      { level: 0.9, value: 0.8 },
      { level: 1, value: 4 },
    ];
    const many = Array.from({ length: 5_000 }, (_, index) => index);
    const { endedAtSeconds } = runStage(many, { ...CONSTANT, spread, transitSeconds: 0 }, LIMITS);
    const times = many.map((from, index) => (endedAtSeconds[index] as number) - from);
    expect(times.reduce((sum, each) => sum + each, 0) / many.length).toBeCloseTo(0.025, 3);
    expect(Math.max(...times)).toBeGreaterThan(0.08);
    expect(Math.min(...times)).toBeLessThan(0.02);
  });
});

describe('the prediction', () => {
  const limits = { ingest: LIMITS, lane: { ...LIMITS, maximumConcurrency: 1 } };
  const sent = (perSecond: number) => Array.from({ length: 600 }, (_, index) => 7_000 + (1000 * index) / perSecond);
  const parameters = { ingest: CONSTANT, lane: { ...CONSTANT, recordSeconds: 0.02, transitSeconds: -0.005 } };

  it('adds both stages where nothing waits', () => {
    expect(predict(sent(2), parameters, limits).meanMs).toBeCloseTo(35 + 35, 6);
  });

  it('fills batches and keeps the lane busier at a higher rate', () => {
    const [low, high] = [predict(sent(10), parameters, limits), predict(sent(40), parameters, limits)];
    expect(high.meanBatch.lane).toBeGreaterThan(1.5 * low.meanBatch.lane);
    expect(high.utilisation.lane).toBeGreaterThan(1.5 * low.utilisation.lane);
    expect(high.meanMs).toBeGreaterThan(low.meanMs);
  });

  it('meets a load of constant times exactly that it was fitted on', () => {
    const measured: Measured = {
      events: sent(2).map((sentAtMs) => ({
        sentAtMs,
        ingestBeganAtMs: sentAtMs + 10,
        ingestEndedAtMs: sentAtMs + 40,
        runBeganAtMs: sentAtMs + 45,
        runEndedAtMs: sentAtMs + 105,
      })),
      ingest: sent(2).map((at) => batch(at + 10, at + 40, 1)),
      runner: sent(2).map((at) => batch(at + 45, at + 105, 1)),
      unattributed: 0,
    };
    const rows = compare(measuredFigures(measured, limits), predict(sent(2), fitBoth(measured, limits), limits));
    for (const { figure, errorPercent } of rows) expect({ figure, errorPercent }).toEqual({ figure, errorPercent: 0 });
  });
});

it('says by how much the simulated is more than the measured, in per cent of it', () => {
  const figures = {
    meanMs: 100,
    p50Ms: 80,
    p95Ms: 200,
    p99Ms: 400,
    meanBatch: { ingest: 1, lane: 2 },
    utilisation: { ingest: 0.5, lane: 0.25 },
  };
  const rows = compare(figures, { ...figures, meanMs: 130, utilisation: { ingest: 0.25, lane: 0.25 } });
  expect(rows.filter(({ errorPercent }) => errorPercent !== 0)).toEqual([
    { figure: 'mean, ms', measured: 100, simulated: 130, errorPercent: 30 },
    { figure: 'utilisation of ingestion', measured: 0.5, simulated: 0.25, errorPercent: -50 },
  ]);
});
