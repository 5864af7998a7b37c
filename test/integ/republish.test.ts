/**
 * Proves on the deployed stacks that what the publisher gives up takes effect all the same: a publisher is deployed that writes to a
 * table that does not exist, its mapping gives the batches up, and the republisher applies them from the stream. The publisher stays
 * broken, so whatever is applied the republisher has applied. Beside it: a batch that has left the stream keeps its message.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { LIVE_ALIAS, resourceNames } from '../../core/contracts/names';
import type { AuditReport } from '../../core/policies/audit';
import { bringUp, type Session, tearDown } from '../../local/environment';
import { ROOT } from '../../local/session';

const EVENTS = 20;
/** More than the six minutes after which a message that the republisher failed on is received again. */
const SETTLE_LIMIT_MS = 420_000;
/** When the mapping gives a failing batch up. AWS takes 60 at the least; the emulator takes less, and knows no limit of attempts. */
const RECORD_AGE_SECONDS = 5;
const names = resourceNames('local');
const folder = mkdtempSync(join(tmpdir(), 'triage-republish-'));
const journal = join(folder, 'journal.ndjson');

describe('what the publisher gives up', () => {
  let session: Session;
  let lambda: LambdaClient;

  beforeAll(async () => {
    session = await bringUp();
    lambda = new LambdaClient({
      endpoint: session.endpoint,
      region: session.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const FunctionName = `${names.platformFunction('publisher')}:${LIVE_ALIAS}`;
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
    for (const { UUID } of EventSourceMappings)
      await lambda.send(new UpdateEventSourceMappingCommand({ UUID, MaximumRecordAgeInSeconds: RECORD_AGE_SECONDS }));
    expect(EventSourceMappings).toHaveLength(1);
    await deployBrokenPublisher(lambda);
  }, 240_000);

  afterAll(async () => {
    lambda?.destroy();
    await tearDown();
    rmSync(folder, { recursive: true, force: true });
  }, 30_000);

  it('takes effect by the republisher, and the balance holds', async () => {
    const size = ['--count', String(EVENTS), '--rate', '10', '--seed', '11', '--journal', journal];
    expect(await triage('load', ...size, '--json')).toMatchObject({ code: 0 });
    // Whether all of them end DONE is not the question here: a slow machine may time a runner out.

    const report = await settled();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ balanced: true, inFlight: 0, accepted: EVENTS });
    expect(report.effects).toMatchObject({ pending: 0 });
    expect(report.effects.applied).toBeGreaterThan(0);
    expect(report.depths.unpublished).toEqual({ waiting: 0, givenUp: 0 });
    process.stdout.write(`applied by the republisher: ${report.effects.applied}\n`);
  }, 500_000);

  it('keeps its message where the stream holds it no more', async () => {
    const range = {
      startSequenceNumber: '1',
      endSequenceNumber: '2',
      shardId: 'shardId-00000000000000000000-00000000',
    };
    const streamArn = `arn:aws:dynamodb:${session.region}:${session.account}:table/${names.recordsTable}/stream/gone`;
    const body = JSON.stringify({ DDBStreamBatchInfo: { ...range, streamArn } });
    const answer = await lambda.send(
      new InvokeCommand({
        FunctionName: `${names.platformFunction('republisher')}:${LIVE_ALIAS}`,
        Payload: JSON.stringify({ Records: [{ messageId: 'lost', body }] }),
      }),
    );
    expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'lost' }],
    });
  }, 30_000);

  it('is in the ledger, from where it can be published without the stream', async () => {
    const { code, said } = await triage('republish', '--from', '1h', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ outcomes: EVENTS, applied: 0, bad: [], later: [] });
  }, 30_000);
});

/** As a bad deploy does: a new version behind the alias. */
async function deployBrokenPublisher(lambda: LambdaClient): Promise<void> {
  const FunctionName = names.platformFunction('publisher');
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const Variables = { ...Environment?.Variables, EFFECTS_TABLE: 'nowhere' };
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
  const { Version: FunctionVersion } = await lambda.send(new PublishVersionCommand({ FunctionName }));
  await lambda.send(new UpdateAliasCommand({ FunctionName, Name: LIVE_ALIAS, FunctionVersion }));
}

/** The last report of the audit: the first one with nothing open, or the one at the end of the wait. */
async function settled(): Promise<AuditReport> {
  const endAtMs = Date.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const { said } = await triage('audit', '--json');
    const report = JSON.parse(said) as AuditReport;
    const open =
      EVENTS - report.accepted + report.inFlight + report.effects.pending + report.depths.unpublished.waiting;
    if ((open === 0 && report.balanced) || Date.now() > endAtMs) return report;
    await delay(1_000);
  }
}

function triage(...args: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'bin/triage.cjs'), ...args],
      { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: stdout.trim() || stderr }),
    );
  });
}
