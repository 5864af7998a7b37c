/**
 * Proves on the deployed stacks that a bad release is found by what it logs, within seconds, that nothing is done about it while recovery is
 * off, and that switched on it goes back to the version before by itself, after which events are DONE again, those too that had died meanwhile.
 * Beside it: a delivery that comes twice at one moment, and the canary.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import {
  GetAliasCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type Connection, connect } from '../../cli/connection';
import { recordsOf } from '../../cli/readers/ledger';
import type { Incident } from '../../core/contracts/incident';
import type { LedgerRecord } from '../../core/contracts/ledger';
import { LIVE_ALIAS } from '../../core/contracts/names';
import { bundle } from '../../lib/bundling';
import { zip } from './conformance/zip';
import { startTriage, triage, until } from './platform';

const LANE = 'bulk';
/** From the throw to the incident, at the 95th percentile. */
const MOST_P95_MS = 2_000;
const LEAST_FINDINGS = 20;
const folder = mkdtempSync(join(tmpdir(), 'triage-monitor-'));
let connection: Connection;

/** Reacts to what the telemetry application reacts to, and throws. */
const BAD_RELEASE = `
import { createHandler } from './lambdas/execution/runner/handler';
import { defineApplication, defineChain, defineUnit } from './core/units';
import { decode } from './applications/telemetry/decode';
const broken = defineUnit({ ...decode, react: ({ input }) => ({ result: input.nothing.here }) });
const reading = defineChain({ name: 'reading', version: 1, on: ['telemetry.reading*'], stages: [{ units: [broken] }] });
export const handler = createHandler([defineApplication({ name: 'telemetry', chains: [reading] })]);
`;

async function deployBadRelease(): Promise<void> {
  const FunctionName = connection.names.runnerFunction(LANE);
  const { lambda } = connection.clients;
  const ZipFile = zip({ 'index.js': bundle(BAD_RELEASE, false) });
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new UpdateAliasCommand({ FunctionName, Name: LIVE_ALIAS, FunctionVersion: Version }));
}

async function liveVersion(): Promise<string> {
  const FunctionName = connection.names.runnerFunction(LANE);
  const alias = await connection.clients.lambda.send(new GetAliasCommand({ FunctionName, Name: LIVE_ALIAS }));
  return alias.FunctionVersion ?? '';
}

interface Shown {
  readonly provenAtMs?: number;
  readonly incidents: readonly Incident[];
}
/** Exit code 1 where something is parked: no failure of the command. */
async function incidents(): Promise<Shown> {
  const { stdout } = await startTriage('incidents', '--all', '--json').ended;
  return JSON.parse(stdout) as Shown;
}
const ofLane = ({ incidents: all }: Shown, kind: Incident['kind'], lane = LANE) =>
  all.filter(({ subject, kind: its }) => subject.on === 'function' && subject.lane === lane && its === kind);

async function invoke(name: 'monitor' | 'recovery' | 'canary', payload: unknown): Promise<unknown> {
  const FunctionName = connection.names.platformFunction(name);
  const { Payload, FunctionError } = await connection.clients.lambda.send(
    new InvokeCommand({ FunctionName, Qualifier: LIVE_ALIAS, Payload: JSON.stringify(payload) }),
  );
  const answer = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new Error(answer);
  return JSON.parse(answer || 'null');
}

/** Every line of a function's log that is JSON. */
async function logged(functionName: string): Promise<readonly Record<string, unknown>[]> {
  const { endpoint = '', region, clients } = connection;
  const client = new CloudWatchLogsClient({ endpoint, region, credentials: clients.lambda.config.credentials });
  const lines: Record<string, unknown>[] = [];
  for await (const { events = [] } of paginateFilterLogEvents(
    { client },
    { logGroupName: `/aws/lambda/${functionName}` },
  ))
    for (const { message = '' } of events) if (message.startsWith('{')) lines.push(JSON.parse(message));
  client.destroy();
  return lines;
}

/** When units threw, and when the monitor had each in an incident. */
async function times(): Promise<{ readonly thrown: readonly number[]; readonly noted: readonly number[] }> {
  const [runner, monitor] = await Promise.all([
    logged(connection.names.runnerFunction(LANE)),
    logged(connection.names.platformFunction('monitor')),
  ]);
  const sorted = (all: readonly number[]) => [...all].sort((a, b) => a - b);
  const thrown = runner.flatMap(({ level, timestamp }) => (level === 'ERROR' ? [Date.parse(String(timestamp))] : []));
  const noted = monitor.flatMap(({ diagnoses, _aws }) =>
    Array.from({ length: Number(diagnoses ?? 0) }, () => (_aws as { readonly Timestamp: number }).Timestamp),
  );
  return { thrown: sorted(thrown), noted: sorted(noted) };
}

const deadLetters = async () =>
  JSON.parse(await triage('dlq', 'list', '--all', '--lane', LANE, '--json')) as readonly LedgerRecord[];

const load = (seconds: number) =>
  triage('load', '--seconds', String(seconds), '--rate', '3', '--mix', `${LANE}=1`, '--json');

describe('the monitor and recovery', () => {
  let before = '';
  beforeAll(async () => {
    await triage('up', '--json');
    connection = await connect('local');
    before = await liveVersion();
    await triage('recovery', 'off');
    await deployBadRelease();
  }, 300_000);
  afterAll(async () => {
    await triage('down');
    rmSync(folder, { recursive: true });
  }, 60_000);

  it('find what a unit throws, each time, within two seconds at the 95th percentile', async () => {
    await load(12);
    const seen = await until(
      'the monitor has noted what was thrown',
      times,
      ({ thrown, noted }) => thrown.length >= LEAST_FINDINGS && noted.length >= thrown.length,
      90_000,
    );
    const delays = seen.thrown.map((atMs, index) => (seen.noted[index] ?? Number.POSITIVE_INFINITY) - atMs);
    const sorted = [...delays].sort((a, b) => a - b);
    const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.POSITIVE_INFINITY;
    process.stdout.write(
      `${delays.length} throws, noted after ${sorted[Math.floor(sorted.length / 2)]} ms (p50), ${p95} ms (p95)\n`,
    );
    expect(p95).toBeLessThanOrEqual(MOST_P95_MS);
    const [incident, ...others] = ofLane(await incidents(), 'code');
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ errorName: 'TypeError', subject: { part: 'runner', lane: LANE } });
  }, 180_000);

  it('do nothing while recovery is off', async () => {
    await until('events have died of it', deadLetters, ({ length }) => length > 0, 90_000);
    const [incident] = ofLane(await incidents(), 'code');
    await invoke('recovery', { incidents: [incident?.id] });
    expect(ofLane(await incidents(), 'code')[0]).toMatchObject({ spent: 0 });
    expect(await liveVersion()).not.toBe(before);
  }, 120_000);

  it('go back to the version before when it is on, and events are DONE again', async () => {
    await triage('recovery', 'on');
    await Promise.all([
      load(10),
      until('the version before is live', liveVersion, (version) => version === before, 200_000),
    ]);
    const [incident] = ofLane(await incidents(), 'code');
    expect(incident?.timeline.map(({ what, action }) => `${what} ${action ?? ''}`)).toContain('begun roll-back');
    const file = join(folder, 'events.ndjson');
    const event = (index: number) => ({
      specversion: '1.0',
      id: `after-${index}`,
      source: '/batch/monitor',
      type: 'telemetry.reading',
      data: { sensor: `s${index}`, value: 20, unit: 'C' },
    });
    writeFileSync(file, Array.from({ length: 5 }, (_, index) => JSON.stringify(event(index))).join('\n'));
    const rows = JSON.parse(await triage('send', file, '--wait', '60', '--json')) as { became: string }[];
    expect(rows.map(({ became }) => became)).toEqual(Array.from({ length: 5 }, () => 'DONE'));
  }, 400_000);

  it('note a delivery once that comes to several monitors at one moment', async () => {
    const functionName = connection.names.runnerFunction('high');
    const message = (id: number) =>
      JSON.stringify({
        level: 'ERROR',
        message: `it failed ${id}`,
        timestamp: new Date().toISOString(),
        service: 'x',
        error: { name: 'ECONNREFUSED', message: 'no' },
      });
    const data = {
      messageType: 'DATA_MESSAGE',
      owner: '1',
      logGroup: `/aws/lambda/${functionName}`,
      logStream: '2026/11/21/[7]abcdef0123456789abcdef0123456789',
      subscriptionFilters: ['x'],
      logEvents: [1, 2].map((id) => ({ id: `fixed-${id}`, timestamp: Date.now(), message: message(id) })),
    };
    const payload = { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
    await Promise.all([1, 2, 3, 4].map(() => invoke('monitor', payload)));
    const found = ofLane(await incidents(), 'dependency', 'high');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ findings: 2, spent: 0 });
  }, 60_000);

  it('hear of an execution that failed, look at what is true of it, and leave it to a person where nothing can be run again', async () => {
    const { sfn } = connection.clients;
    const stateMachineArn = `arn:aws:states:${connection.region}:${connection.account}:stateMachine:${connection.names.machine('booking')}`;
    // No such event and no such request: every step refuses it, and so do the compensations.
    const event = {
      key: 'nobody',
      generation: 1,
      bodyDigest: 'd',
      tenant: 'acme',
      source: '/s',
      id: '1',
      type: 't',
      lane: 'x',
      acceptedAtMs: 0,
    };
    const input = {
      saga: 'booking',
      application: 'booking',
      instance: 'booking/acme/nothing',
      run: 1,
      event,
      request: {},
    };
    await sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'nothing-1', input: JSON.stringify(input) }));
    const of = ({ incidents: all }: Shown) => all.filter(({ subject }) => subject.on === 'saga');
    const shown = await until(
      'its incident is parked',
      incidents,
      (seen) => of(seen).some(({ state }) => state === 'parked'),
      200_000,
    );
    expect(of(shown)).toHaveLength(1);
    expect(of(shown)[0]).toMatchObject({
      spent: 0,
      subject: { instance: 'booking/acme/nothing', event: { key: 'nobody' } },
    });
  }, 240_000);

  it('hear the canary, and make no incident of it', async () => {
    const sinceMs = Date.now();
    await invoke('canary', {});
    const shown = await until('the canary is heard', incidents, ({ provenAtMs = 0 }) => provenAtMs >= sinceMs, 20_000);
    expect(shown.incidents.filter(({ errorName }) => errorName === 'CanaryError')).toEqual([]);
  }, 40_000);

  it('send again by themselves, each once, the events that had died of the release, and they are DONE', async () => {
    const timeline = async () => {
      const [incident] = ofLane(await incidents(), 'code');
      // As its schedule does each minute.
      await invoke('recovery', { incidents: [incident?.id] });
      return incident?.timeline ?? [];
    };
    const redrives = (entries: Incident['timeline']) =>
      entries.flatMap(({ action, what, words }) => (action === 'redrive' && what === 'done' ? [words] : []));
    const actions = redrives(
      await until('they are sent again', timeline, (entries) => redrives(entries).length > 0, 60_000),
    );
    const dead = await deadLetters();
    const generation = (number: number) =>
      recordsOf(connection).read(dead.map(({ key }) => ({ key, generation: number })));
    const second = await until(
      'what was sent again has its outcome',
      () => generation(2),
      (records) => records.length > 0 && records.every(({ outcome }) => outcome !== undefined),
      30_000,
    );
    expect(second.map(({ outcome }) => outcome?.kind)).toEqual(second.map(() => 'DONE'));
    expect(await generation(3)).toEqual([]);
    process.stdout.write(
      `${dead.length} events had died; ${second.length} were sent again: ${actions.map((words) => words.slice(0, 40))}\n`,
    );
  }, 120_000);
});
