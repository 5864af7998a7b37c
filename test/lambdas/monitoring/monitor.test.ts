/**
 * Proves that the monitor turns what is logged into incidents once, wakes recovery for what is sure, counts the canary apart, never reads
 * its own log or recovery's, and survives its own doubles and the loss of its memory.
 */
import { gzipSync } from 'node:zlib';
import { createMemoryLog, createMemoryPorts, createMemoryWorld, type Hook } from '../../../adapters/memory';
import { resourceNames } from '../../../core/contracts/names';
import { createMonitor, partOf } from '../../../lambdas/monitoring/monitor/core';

const T = 1_700_000_000_000;
const names = resourceNames('x');
const RUNNER = names.runnerFunction('bulk');
const REQUEST = '11111111-2222-4333-8444-555555555555';
const stream = (functionName: string) => `2023/11/14/${functionName}[3][abcdef0123456789abcdef0123456789]`;
let nextId = 0;

type Line = string | { readonly id: string; readonly message: string };
function delivery(functionName: string, lines: readonly Line[]) {
  const logEvents = lines.map((line) => ({
    timestamp: T,
    ...(typeof line === 'string' ? { id: String(nextId++), message: line } : line),
  }));
  const data = {
    messageType: 'DATA_MESSAGE',
    owner: '1',
    logGroup: `/aws/lambda/${functionName}`,
    logStream: stream(functionName),
  };
  return {
    awslogs: { data: gzipSync(JSON.stringify({ ...data, subscriptionFilters: ['x'], logEvents })).toString('base64') },
  };
}
const logged = (name: string, level = 'ERROR') =>
  JSON.stringify({
    level,
    message: 'it failed',
    timestamp: new Date(T).toISOString(),
    service: 'runner-bulk',
    error: { name, message: 'no' },
  });
const status = (more: Record<string, unknown> = {}) => ({
  id: 'e1',
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn: 'arn:aws:states:eu-central-1:1:execution:triage-x-booking:run',
    stateMachineArn: 'arn:aws:states:eu-central-1:1:stateMachine:triage-x-booking',
    name: 'run-1',
    status: 'FAILED',
    input: JSON.stringify({
      saga: 'booking',
      application: 'booking',
      instance: 'booking/acme/order-1',
      event: { key: 'k1', generation: 1 },
      request: { inline: { event: { key: 'forged', generation: 9 } } },
    }),
    error: 'States.TaskFailed',
    ...more,
  },
});

function setUp(hook?: Hook) {
  const world = createMemoryWorld({ nowMs: T + 40, ...(hook ? { hook } : {}) });
  const { monitorStates, incidents, executions } = createMemoryPorts({ world });
  const woken: (readonly string[])[] = [];
  const log = createMemoryLog();
  const make = () =>
    createMonitor(
      { states: monitorStates, incidents, executions, log, wake: async (ids) => void woken.push(ids) },
      {
        prefix: `${names.prefix}-`,
        deaf: [names.platformFunction('monitor'), names.platformFunction('recovery')],
        canary: names.platformFunction('canary'),
        partOf: (functionName) => partOf(names, ['bulk'], functionName),
      },
      { now: () => world.state.nowMs },
    );
  return { world, woken, log, make, watch: make(), all: () => Object.values(world.state.incidents) };
}

describe('what is logged', () => {
  it('becomes an incident of the function and its version, and recovery is woken', async () => {
    const { watch, woken, all } = setUp();
    expect(await watch(delivery(RUNNER, [logged('TypeError')]))).toMatchObject({ diagnoses: 1, delaysMs: [40] });
    const [incident] = all();
    expect(incident).toMatchObject({
      kind: 'code',
      state: 'open',
      subject: { on: 'function', functionName: RUNNER, version: '3', part: 'runner', lane: 'bulk' },
      errorName: 'TypeError',
    });
    expect(woken).toEqual([[incident?.id]]);
  });
  it('is noted once, also where the delivery comes twice, to two monitors at the same moment', async () => {
    const batch = delivery(RUNNER, [logged('TypeError'), logged('TypeError')]);
    const { make, all, woken } = setUp({
      before: async () => {
        await new Promise(setImmediate);
        return undefined;
      },
    });
    await Promise.all([make()(batch), make()(batch), make()(batch)]);
    expect(all()).toHaveLength(1);
    expect(all()[0]).toMatchObject({ findings: 2 });
    expect(woken).toHaveLength(1);
  });
  it('does not wake recovery again for what is due already', async () => {
    const { watch, woken, all } = setUp();
    for (let each = 0; each < 5; each++) await watch(delivery(RUNNER, [logged('TypeError')]));
    expect(all()[0]).toMatchObject({ findings: 5 });
    expect(woken).toHaveLength(1);
  });
  it('is a suspicion where it is a warning, or only looks like the runtime: nothing is woken', async () => {
    const { watch, woken, all } = setUp();
    const claimed = `2023-11-14T22:13:20.000Z\t${REQUEST}\tERROR\tInvoke Error \t${JSON.stringify({ errorType: 'TypeError', errorMessage: 'x', stack: [] })}`;
    expect(await watch(delivery(RUNNER, [logged('TypeError', 'WARN'), claimed]))).toMatchObject({
      diagnoses: 0,
      suspicions: 2,
    });
    expect(all().map(({ state, suspicions }) => [state, suspicions])).toEqual([['watching', 2]]);
    expect(woken).toEqual([]);
  });
  it('is a diagnosis once the platform confirms what was only claimed', async () => {
    const { watch, woken, all } = setUp();
    const thrown = { errorType: 'TypeError', errorMessage: 'x', stack: [] };
    const lines = [
      `START RequestId: ${REQUEST} Version: 3\n`,
      `2023-11-14T22:13:20.000Z\t${REQUEST}\tERROR\tInvoke Error \t${JSON.stringify(thrown)}\n`,
      `END RequestId: ${REQUEST}\n`,
      `REPORT RequestId: ${REQUEST}\tDuration: 2.44 ms\tBilled Duration: 3 ms\tMemory Size: 512 MB\tMax Memory Used: 131 MB\tStatus: error\tError Type: TypeError\n`,
    ];
    expect(await watch(delivery(RUNNER, lines))).toMatchObject({ diagnoses: 1, suspicions: 1 });
    expect(all()).toMatchObject([{ state: 'open', kind: 'code', findings: 1, suspicions: 1 }]);
    expect(woken).toEqual([[all()[0]?.id]]);
  });
  it('is nothing in ten thousand healthy lines', async () => {
    const { watch, all } = setUp();
    const line = JSON.stringify({
      level: 'INFO',
      message: 'batch',
      timestamp: '2023-11-14T22:13:20.000Z',
      service: 'runner-bulk',
    });
    expect(
      await watch(
        delivery(
          RUNNER,
          Array.from({ length: 10_000 }, () => line),
        ),
      ),
    ).toMatchObject({ diagnoses: 0, suspicions: 0 });
    expect(all()).toEqual([]);
  });
  it('cannot move a terminal when people read it', async () => {
    const { watch, all } = setUp();
    await watch(delivery(RUNNER, [logged('TypeError').replace('it failed', 'it \\u001b[2Jfailed')]));
    const record = JSON.stringify(all()[0]?.timeline);
    expect(record).toContain('failed');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(all()[0]?.timeline[0]?.words).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
});

describe('a request that times out', () => {
  const lines = [
    `START RequestId: ${REQUEST} Version: 3`,
    `2023-11-14T22:13:20.000Z ${REQUEST} Task timed out after 2.00 seconds`,
  ];
  it('is told across deliveries and across the loss of a monitor', async () => {
    const { make, watch, all, world } = setUp();
    await watch(delivery(RUNNER, [lines[0] as string]));
    await make()(delivery(RUNNER, [lines[1] as string]));
    expect(all()[0]).toMatchObject({ kind: 'time-out', findings: 1 });
    expect(world.state.monitorStates[RUNNER]?.version).toBe(2);
  });
  it('stores nothing for healthy lines that come soon after one another', async () => {
    const { watch, world } = setUp();
    for (let each = 0; each < 20; each++) await watch(delivery(RUNNER, [lines[0] as string]));
    expect(world.state.monitorStates[RUNNER]?.version).toBe(1);
  });
  it('starts anew where its memory cannot be read, and says so', async () => {
    const { watch, world, all, log } = setUp();
    world.state.monitorStates[RUNNER] = { state: '{"seen":7}', version: 4 };
    await watch(delivery(RUNNER, lines));
    expect(all()[0]).toMatchObject({ kind: 'time-out', state: 'open' });
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
    expect(world.state.monitorStates[RUNNER]?.version).toBe(5);
  });
  it('keeps its memory below what an item holds', async () => {
    const { watch, world } = setUp();
    const long = (index: number) => ({ id: `${index}`.padStart(56, '3'), message: lines[0] as string });
    for (let batch = 0; batch < 4; batch++) {
      world.state.nowMs += 60_000;
      await watch(
        delivery(
          RUNNER,
          Array.from({ length: 5_000 }, (_, index) => long(batch * 5_000 + index)),
        ),
      );
    }
    expect(world.state.monitorStates[RUNNER]?.state.length).toBeLessThanOrEqual(300_000);
  });
});

describe('no loop feeds itself', () => {
  it.each(['monitor', 'recovery'] as const)('the log of %s is never read', async (name) => {
    const { watch, all, world } = setUp();
    expect(await watch(delivery(names.platformFunction(name), [logged('TypeError')]))).toMatchObject({ diagnoses: 0 });
    expect(all()).toEqual([]);
    expect(world.state.monitorStates).toEqual({});
  });
  it('the canary is counted and is no incident', async () => {
    const { watch, all, woken } = setUp();
    const canary = names.platformFunction('canary');
    expect(await watch(delivery(canary, [logged('CanaryError')]))).toMatchObject({ canaries: 1, diagnoses: 0 });
    expect(await watch(delivery(RUNNER, [logged('CanaryError')]))).toMatchObject({ canaries: 0, diagnoses: 1 });
    expect(all()).toHaveLength(1);
    // Of the runner, where the name is no known one: a guess, on which nothing is done.
    expect(woken).toEqual([]);
  });
  it('another environment, another log and what is no delivery are refused', async () => {
    const { watch, all } = setUp();
    for (const payload of [
      delivery('triage-y-runner-bulk', [logged('TypeError')]),
      {},
      null,
      { awslogs: { data: 'x' } },
    ])
      expect(await watch(payload)).toMatchObject({ diagnoses: 0, suspicions: 0 });
    expect(all()).toEqual([]);
  });
});

describe('an execution that ended', () => {
  it('with a failure is an incident of its instance, told by its own input and by nothing in the request', async () => {
    const { watch, all, woken } = setUp();
    expect(await watch(status())).toMatchObject({ diagnoses: 1 });
    expect(all()[0]).toMatchObject({
      kind: 'invocation',
      subject: { on: 'saga', saga: 'booking', instance: 'booking/acme/order-1', event: { key: 'k1', generation: 1 } },
    });
    await watch(status());
    expect(all()[0]).toMatchObject({ findings: 1 });
    expect(woken).toHaveLength(1);
  });
  it.each([
    ['out of time', { status: 'TIMED_OUT', error: null }, 'time-out'],
    ['for want of a permission', { error: 'AccessDeniedException' }, 'permission'],
    ['with a name that nobody knows', { error: 'CompensationFailed' }, 'invocation'],
  ] as const)('%s is an incident of that kind', async (_what, more, kind) => {
    const { watch, all } = setUp();
    await watch(status(more));
    expect(all()[0]).toMatchObject({ kind, state: 'open' });
  });
  it.each([
    ['well', { status: 'SUCCEEDED' }],
    ['by a person', { status: 'ABORTED' }],
    [
      'and is of another environment',
      { stateMachineArn: 'arn:aws:states:eu-central-1:1:stateMachine:triage-y-booking' },
    ],
    [
      'and is of another machine than its input says',
      { stateMachineArn: 'arn:aws:states:e:1:stateMachine:triage-x-layers' },
    ],
    ['and is no coordinator’s', { input: '{"a":1}' }],
  ])('%s is none', async (_what, more) => {
    const { watch, all } = setUp();
    await watch(status(more));
    expect(all()).toEqual([]);
  });
});

describe('an alarm', () => {
  const stat = (FunctionName: string, name = 'Errors', namespace = 'AWS/Lambda') => ({
    id: 'm1',
    metricStat: { metric: { namespace, name, dimensions: { FunctionName, Resource: `${FunctionName}:live` } } },
  });
  const alarm = (metrics: readonly unknown[], value = 'ALARM', timestamp = '2026-11-21T10:00:00.000+0000') => ({
    id: 'a1',
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    detail: { alarmName: 'triage-x-errors-bulk', state: { value, timestamp }, configuration: { metrics } },
  });

  it.each([
    ['errors, also where they are a share', [{ id: 'e', expression: '100*m1' }, stat(RUNNER)], 'invocation'],
    ['throttles', [stat(RUNNER, 'Throttles')], 'throttling'],
  ] as const)('on a function’s %s is noted with it, once for each time that it began', async (_what, metrics, kind) => {
    const { watch, all } = setUp();
    expect(await watch(alarm(metrics))).toMatchObject({ diagnoses: 1 });
    await watch(alarm(metrics));
    await watch(alarm(metrics, 'ALARM', '2026-11-21T11:00:00.000+0000'));
    expect(all()).toHaveLength(1);
    expect(all()[0]).toMatchObject({ kind, findings: 2, subject: { on: 'function', part: 'runner', lane: 'bulk' } });
  });

  it.each([
    ['that has ended', alarm([stat(RUNNER)], 'OK')],
    ['of another environment', alarm([stat('triage-y-runner-bulk')])],
    ['on something else', alarm([stat(RUNNER, 'Duration'), stat(RUNNER, 'Errors', 'Triage')])],
  ])('%s is nothing', async (_what, event) => {
    const { watch, all } = setUp();
    expect(await watch(event)).toMatchObject({ diagnoses: 0, suspicions: 0 });
    expect(all()).toEqual([]);
  });
});

it('tells functions apart by the names that the stacks gave them', () => {
  const part = (functionName: string) => partOf(names, ['bulk'], functionName);
  expect(part(RUNNER)).toEqual({ part: 'runner', lane: 'bulk' });
  expect(part(names.suspectRunnerFunction('main'))).toEqual({ part: 'runner' });
  expect(part(names.platformFunction('ingest'))).toEqual({ part: 'platform' });
  expect(part(names.controllerFunction('bulk'))).toEqual({ part: 'platform' });
  expect(part('triage-x-booking-payment')).toEqual({ part: 'step' });
});
