/** Proves what every function shares: the batch loop reports each record by itself, logs and metrics are one line, faults are all named. */

import { publisherEnvironment } from '../../../core/contracts/environments/publisher';
import { runBatch } from '../../../lambdas/runtime/batch';
import { readEnvironment } from '../../../lambdas/runtime/environment';
import { createLog } from '../../../lambdas/runtime/log';
import { metricLine } from '../../../lambdas/runtime/metrics';

const identify = (record: string) => record;

describe('the batch loop', () => {
  test('reports the records that failed, in order, and runs the others', async () => {
    const ran: string[] = [];
    const failures: string[] = [];
    const answer = await runBatch(
      ['a', 'b', 'c', 'd'],
      async (record) => {
        ran.push(record);
        if (record === 'b' || record === 'd') throw new Error(`no ${record}`);
      },
      { identify, onFailure: (record, error) => failures.push(`${record}: ${(error as Error).message}`) },
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'd' }] });
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
    expect(failures).toEqual(['b: no b', 'd: no d']);
  });

  test('runs no more side by side than it was told to', async () => {
    let running = 0;
    let most = 0;
    const records = Array.from({ length: 20 }, (_, index) => String(index));
    await runBatch(
      records,
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
      },
      { identify, concurrency: 3 },
    );
    expect(most).toBe(3);
  });

  test('fails what has not begun when time runs out', async () => {
    let left = 2;
    const answer = await runBatch(['a', 'b', 'c'], async () => {}, {
      identify,
      concurrency: 1,
      hasTimeLeft: () => left-- > 0,
    });
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'c' }]);
  });
});

describe('the log', () => {
  test('writes nothing that any reader takes for the end of a line, and reads back the same', () => {
    const lines: string[] = [];
    const log = createLog({ service: 'ingest', write: (line) => lines.push(line), now: () => new Date(0) });
    const body = 'a\nb\u0085c\u2028d\u2029e\u000bf';
    log.info('received', { body });
    expect(lines[0]?.trimEnd()).not.toMatch(/[\n\r\v\f\u0085\u2028\u2029]/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ body });
  });

  test('prints an object as an error only if it was thrown, with the code by which Node.js tells errors apart', () => {
    const lines: string[] = [];
    const log = createLog({ service: 'ingest', write: (line) => lines.push(line), now: () => new Date(0) });
    log.error('a', { error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
    log.error('b', { error: { name: 'AccessDenied', message: 'typed by a user' } });
    log.error('c', { error: 'text' });
    const errors = lines.map((line) => (JSON.parse(line) as { error: unknown }).error);
    expect(errors).toEqual([
      expect.objectContaining({ name: 'Error', message: 'refused', code: 'ECONNREFUSED' }),
      '{"name":"AccessDenied","message":"typed by a user"}',
      'text',
    ]);
  });

  test('writes one line of JSON that fields cannot forge', () => {
    const lines: string[] = [];
    const log = createLog({ service: 'ingest', write: (line) => lines.push(line), now: () => new Date(0) });
    log.error('send\nfailed', { error: new RangeError('far'), level: 'INFO', service: 'other' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'ERROR',
      service: 'ingest',
      message: 'send\nfailed',
      timestamp: '1970-01-01T00:00:00.000Z',
      error: { name: 'RangeError', message: 'far' },
    });
  });
});

test('a metric line names each metric, its unit and its dimensions', () => {
  const line = JSON.parse(
    metricLine({ stage: 'execution', lane: 'critical' }, [{ name: 'Done', unit: 'Count', value: 3 }], 42, {
      batch: 'b',
    }),
  );
  expect(line).toEqual({
    batch: 'b',
    _aws: {
      Timestamp: 42,
      CloudWatchMetrics: [
        { Namespace: 'Triage', Dimensions: [['stage', 'lane']], Metrics: [{ Name: 'Done', Unit: 'Count' }] },
      ],
    },
    stage: 'execution',
    lane: 'critical',
    Done: 3,
  });
});

describe('the environment', () => {
  test('is parsed and typed', () => {
    const values = {
      ENVIRONMENT: 'local',
      EFFECTS_TABLE: 'effects',
      BUS: 'events',
      PARALLEL_OUTCOMES: '3',
      PATH: '/bin',
    };
    expect(readEnvironment('publisher', publisherEnvironment, values)).toMatchObject({
      EFFECTS_TABLE: 'effects',
      PARALLEL_OUTCOMES: 3,
    });
  });

  test('fails if variables are missing, naming every one', () => {
    expect(() => readEnvironment('publisher', publisherEnvironment, { ENVIRONMENT: 'local' })).toThrow(
      /EFFECTS_TABLE[\s\S]*BUS/,
    );
  });
});
