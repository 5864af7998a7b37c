/**
 * Proves on the deployed stacks, with the commands a person uses and while events flow, that a release loses nothing: new code, the way
 * back, and a lane that leaves the configuration. Each time split chains are in flight for certain, held in a lane that stands still:
 * they end in the version that they began in. None is lost, none DEAD, and what was there before is there after.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { createControl } from '../../adapters/aws';
import { application } from '../../applications/telemetry';
import { type Connection, connect } from '../../cli/connection';
import { readDepths, total } from '../../cli/readers/depths';
import { readEffects, readRecords, recordsOf } from '../../cli/readers/ledger';
import { parseJournal } from '../../core/contracts/journal';
import type { Outcome } from '../../core/contracts/ledger';
import { LIVE_ALIAS } from '../../core/contracts/names';
import { poll, type Running, settledAudit, succeeded, switchMapping, until } from './platform';
import { makeWorkingCopy, type WorkingCopy } from './working-copy';

/** The lane that is held, and removed in the end; the flow leaves it alone. */
const HELD = 'bulk';
const BURST = 60;
const FLOW = ['--seconds', '900', '--rate', '3', '--mix', 'critical=1,normal=4', '--ordered', '5'];
const PATIENCE_MS = 180_000;
const CURRENT = Math.max(...application.chains.filter(({ name }) => name === 'reading').map(({ version }) => version));
const chainOf = (version: number) => `telemetry/reading@${version}`;

/** A chain's version raised: another unit in its first stage. The version before stays beside it. */
const NEXT_RELEASE = `
import { defineApplication, defineChain, defineUnit } from '../../core/units';
import { application as released } from './index.released';
import { reading } from './readings';

const stamp = defineUnit({
  name: 'stamp',
  input: reading,
  react: ({ input }) => ({ result: input, writes: [{ collection: 'stamps', value: { release: 'next' } }] }),
});
const others = released.chains.filter(({ name }) => name !== 'reading');
const [current] = released.chains.filter(({ name, version }) => name === 'reading' && version === ${CURRENT});
const [first, ...rest] = current.stages;
const next = defineChain({ ...current, version: ${CURRENT + 1}, stages: [{ units: [...first.units, stamp] }, ...rest] });
export const application = defineApplication({ name: released.name, chains: [...others, current, next] });
`;

/**
 * The configuration without a class, its lane, and the rules that lead there. No function is killed here, so each has time enough for
 * a busy machine.
 */
const configurationWithout = (name: string) => `
import { local as released } from './local.released';

const kept = ({ priorityClass }) => priorityClass !== '${name}';
export const local = {
  ...released,
  classes: released.classes.filter(({ name }) => name !== '${name}'),
  rules: released.rules.filter(kept),
  lanes: released.lanes.filter(kept).map((lane) => ({ ...lane, timeoutSeconds: 10, maximumConcurrency: 2 })),
  ingestion: { ...released.ingestion, timeoutSeconds: 15 },
};
`;

describe('a release', () => {
  const folder = mkdtempSync(join(tmpdir(), 'triage-rollout-'));
  const journals: string[] = [];
  let connection: Connection;
  let copy: WorkingCopy;
  let flow: Running | undefined;
  let former: Record<string, Live>;

  beforeAll(async () => {
    copy = makeWorkingCopy();
    copy.change('config/local.ts', configurationWithout('nothing'));
    const up = JSON.parse(await copy.triage('up', '--json')) as { endpoint: string };
    process.env.AWS_ENDPOINT_URL = up.endpoint;
    connection = await connect('local');
    // The controllers would take the form back, since no backlog asks for it.
    await copy.triage('scheduling', 'off');
    for (const { name, ordered } of connection.configuration.lanes)
      if (!ordered) await controlOf(connection).putLane({ lane: name, paused: false, form: 'split' });
    former = await liveVersions(connection);
    flow = copy.start('load', ...FLOW, '--seed', '5', '--journal', journalNamed('flow'));
  }, 600_000);
  afterAll(async () => {
    await endFlow();
    await copy?.end();
    rmSync(folder, { recursive: true });
  }, 90_000);

  it('of new code takes over while events flow, and ends chains in flight in the version they began in', async () => {
    const held = await holdInFlight('release');
    copy.change('applications/telemetry/index.ts', NEXT_RELEASE);
    await copy.triage('up', '--json');
    const movedAtMs = Date.now();
    const live = await liveVersions(connection);
    for (const lane of Object.keys(former)) {
      expect(Number(live[lane]?.version)).toBeGreaterThan(Number(former[lane]?.version));
      expect(live[lane]?.code).not.toBe(former[lane]?.code);
    }
    const outcomes = await release(held);
    for (const [key, { kind, chain, decidedAtMs }] of outcomes) {
      const version = held.inFlight.has(key) ? CURRENT : CURRENT + 1;
      expect({ kind, chain, late: decidedAtMs > movedAtMs }).toEqual({
        kind: 'DONE',
        chain: chainOf(version),
        late: true,
      });
    }
    await until(
      'the flow reacts with the new code',
      async () =>
        (await readEffects(connection)).filter(
          ({ collection, key }) => collection === 'telemetry/stamps' && !held.keys.includes(key),
        ).length,
      (stamps) => stamps > 0,
      PATIENCE_MS,
    );
  }, 600_000);

  it('is taken back while events flow: no chain is left in a version that the former code does not carry', async () => {
    const newer = await liveVersions(connection);
    const held = await holdInFlight('rollback');
    const rollback = copy.start('rollback', ...Object.keys(former), '--patience', '180', '--json');
    await until(
      'the lane begins its chains fused',
      () => controlOf(connection).lane(HELD),
      ({ form }) => form === 'fused',
      PATIENCE_MS,
    );
    expect((await liveVersions(connection))[HELD]).toEqual(newer[HELD]);
    const outcomes = await release(held);
    for (const key of held.inFlight)
      expect(outcomes.get(key)).toMatchObject({ kind: 'DONE', chain: chainOf(CURRENT + 1) });
    succeeded('rollback', await rollback.ended);
    expect(await liveVersions(connection)).toEqual(former);
    expect(await controlOf(connection).lane(HELD)).toMatchObject({ form: 'split', paused: false });
    const backAtMs = Date.now();
    await until(
      'the flow reacts with the former code',
      async () =>
        (await readRecords(connection)).filter(
          ({ outcome }) => outcome?.chain === chainOf(CURRENT) && outcome.acceptedAtMs > backAtMs,
        ).length,
      (reactions) => reactions > 0,
      PATIENCE_MS,
    );

    copy.restore('applications/telemetry/index.ts');
    await copy.triage('up', '--json');
    const again = await liveVersions(connection);
    for (const lane of Object.keys(former)) {
      expect(Number(again[lane]?.version)).toBeGreaterThan(Number(newer[lane]?.version));
      expect(again[lane]?.code).toBe(former[lane]?.code);
    }
    const dead = (await readRecords(connection)).filter(({ outcome }) => outcome?.kind === 'DEAD');
    expect(dead.map(({ outcome }) => outcome?.reason)).toEqual([]);
  }, 600_000);

  it('without a lane moves what waits there to the lane that follows', async () => {
    const held = await holdInFlight('removal');
    copy.change('config/local.ts', configurationWithout(HELD));
    await copy.triage('up', '--json');
    const { clients, names } = connection;
    await expect(
      clients.sqs.send(new GetQueueUrlCommand({ QueueName: names.laneQueue(HELD, false) })),
    ).rejects.toThrow();
    const FunctionName = names.runnerFunction(HELD);
    await expect(clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).rejects.toThrow();

    const outcomes = await ended(held);
    for (const { kind, lane } of outcomes.values()) expect({ kind, lane }).toEqual({ kind: 'DONE', lane: 'normal' });
    await endFlow();
    await balanced();
  }, 600_000);

  function journalNamed(name: string): string {
    const journal = join(folder, `${name}.ndjson`);
    journals.push(journal);
    return journal;
  }

  async function endFlow(): Promise<void> {
    const ending = flow;
    flow = undefined;
    ending?.child.kill('SIGINT');
    // It waits for its sources; should one not answer any more, what it has sent is in its journal all the same.
    const force = setTimeout(() => ending?.child.kill('SIGKILL'), 30_000);
    await ending?.ended;
    clearTimeout(force);
  }

  interface Held {
    readonly keys: readonly string[];
    /** Those whose chain has begun, and stands between two stages. */
    readonly inFlight: ReadonlySet<string>;
  }

  /** Sends a burst into the lane while it stands still, lets it begin, and stops it again. */
  async function holdInFlight(name: string): Promise<Held> {
    const journal = journalNamed(name);
    await switchMapping(connection, HELD, false);
    const size = ['--count', String(BURST), '--rate', '2000'];
    await copy.triage('load', ...size, '--sources', 'devices', '--mix', `${HELD}=1`, '--journal', journal);
    await until('the burst waits in its lane', depth, ({ queue }) => total(queue) >= BURST, PATIENCE_MS);
    await switchMapping(connection, HELD, true);
    const keys = parseJournal(readFileSync(journal, 'utf8')).map(({ key }) => key);
    await poll(
      () => begun(keys),
      ({ size }) => size > 0,
      PATIENCE_MS,
      20,
    );
    await switchMapping(connection, HELD, false);
    await until('the lane stands still', depth, ({ queue }) => queue.inFlight === 0, PATIENCE_MS);
    const inFlight = await begun(keys);
    expect(inFlight.size).toBeGreaterThan(0);
    return { keys, inFlight };
  }

  async function depth() {
    const lane = (await readDepths(connection)).lanes[HELD];
    if (lane === undefined) throw new Error(`lane ${HELD} has no queue`);
    return lane;
  }

  async function begun(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const records = await recordsOf(connection).read(keys.map((key) => ({ key, generation: 1 })));
    return new Set(records.flatMap(({ key, progress, outcome }) => (progress && !outcome ? [key] : [])));
  }

  async function release(held: Held): Promise<ReadonlyMap<string, Outcome>> {
    await switchMapping(connection, HELD, true);
    return ended(held);
  }

  async function ended({ keys }: Held): Promise<ReadonlyMap<string, Outcome>> {
    const outcomes = new Map<string, Outcome>();
    await until(
      'what was held has its outcomes',
      async () => {
        for (const { key, outcome } of await recordsOf(connection).read(keys.map((key) => ({ key, generation: 1 }))))
          if (outcome !== undefined) outcomes.set(key, outcome);
        return outcomes.size;
      },
      (size) => size === keys.length,
      PATIENCE_MS,
    );
    return outcomes;
  }

  /** The books, over everything sent since the beginning. */
  async function balanced(): Promise<void> {
    const sent = join(folder, 'sent.ndjson');
    writeFileSync(sent, journals.map((each) => readFileSync(each, 'utf8')).join(''));
    const report = await settledAudit(sent, PATIENCE_MS, copy.start);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ balanced: true, inFlight: 0, outcomes: { DEAD: 0 } });
    expect(report.journal?.accepted).toBe(report.journal?.events);
  }
});

interface Live {
  readonly version: string;
  /** Digest of the bundle. */
  readonly code: string;
}

async function liveVersions({ clients, names, configuration }: Connection): Promise<Record<string, Live>> {
  // What is released is an application of units.
  const live = configuration.lanes
    .filter(({ runs }) => runs === 'units')
    .map(async ({ name }) => {
      const question = { FunctionName: names.runnerFunction(name), Qualifier: LIVE_ALIAS };
      const { Version = '', CodeSha256 = '' } = await clients.lambda.send(
        new GetFunctionConfigurationCommand(question),
      );
      return [name, { version: Version, code: CodeSha256 }] as const;
    });
  return Object.fromEntries(await Promise.all(live));
}

const controlOf = ({ clients, names }: Connection) =>
  createControl({ dynamo: clients.dynamo, sqs: clients.sqs, table: names.controlTable, queues: [] });
