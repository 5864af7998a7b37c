/** Proves that each of recovery's actions does what it says, sees what is done already, and leaves alone what is not its own. */
import { addQueue, createMemoryLog, createMemoryPorts, createMemoryWorld, queueOf } from '../../../adapters/memory';
import type { LaneMessage } from '../../../core/contracts/event';
import type { BegunAction, Incident } from '../../../core/contracts/incident';
import type { LedgerRecord, Outcome } from '../../../core/contracts/ledger';
import { MOST_REDRIVEN } from '../../../core/policies/recovery/redrivable';
import type { Deployment, ExecutionDetail } from '../../../core/ports';
import { perform } from '../../../lambdas/monitoring/recovery/actions';
import { lookAt } from '../../../lambdas/monitoring/recovery/facts';
import { DEFAULT_RECOVERY, type RecoveryPorts, sweep } from '../../../lambdas/monitoring/recovery/sweep';
import { envelope, outcome } from '../../conformance/fixtures';
import { FUNCTION_FACTS, incidentWith, RUNNER, SAGA, SAGA_FACTS, T } from '../../core/policies/recovery/factory';

const EVENT = { key: 'k1', generation: 1 };
const record = (stage: number, more: Partial<LedgerRecord> = {}): LedgerRecord => ({
  ...EVENT,
  attempts: 0,
  progress: {
    position: { chain: 'booking', version: 1, stage, form: 'coordinated' },
    outputs: [],
    branches: {},
    coordinated: { execution: `name-${stage + 1}`, dueAtMs: T },
  },
  ...more,
});
const execution = (name: string, status: ExecutionDetail['status']): ExecutionDetail => ({
  saga: 'booking',
  name,
  status,
  startedAtMs: T,
  input: { saga: 'booking', run: 1 },
});

function setUp() {
  const world = createMemoryWorld({ nowMs: T });
  const started: { name: string; input: unknown }[] = [];
  const executions = new Map<string, ExecutionDetail>();
  const switched: [string, boolean][] = [];
  const moved: [string, string][] = [];
  const state = {
    deployment: {
      live: '3',
      weights: {},
      revision: 'r',
      versions: ['$LATEST', '1', '2', '3'].map((version) => ({ version, publishedAtMs: T })),
    } as Deployment,
    stands: true,
  };
  const memory = createMemoryPorts({ world });
  const ports = {
    ...memory,
    executions: {
      describe: async (_saga: string, name: string) => executions.get(name),
      start: async (_saga: string, name: string, input: unknown) => {
        if (executions.has(name)) return 'exists' as const;
        executions.set(name, execution(name, 'RUNNING'));
        started.push({ name, input });
        return 'started' as const;
      },
    },
    lanes: {
      set: async (lane: string, enabled: boolean) => {
        switched.push([lane, enabled]);
        return state.stands;
      },
    },
    deployments: {
      read: async () => state.deployment,
      move: async (_name: string, version: string, revision: string | undefined) => {
        if (revision !== state.deployment.revision) return false;
        moved.push([state.deployment.live, version]);
        state.deployment = { ...state.deployment, live: version };
        return true;
      },
    },
  };
  const redrive = { lanes: ['bulk'], handOffBoundMs: 60_000 };
  const settings = { sagaAskAfterMs: 60_000, splitTimeoutSeconds: { bulk: 2 }, redrive };
  const act = (incident: Incident, action: Partial<BegunAction> & Pick<BegunAction, 'kind'>, nowMs = T) =>
    perform(ports, settings, incident, { number: 1, atMs: T, ...action }, nowMs);
  const put = (each: LedgerRecord) => {
    world.state.records[`${each.key}#${each.generation}`] = each;
  };
  return { world, ports, started, executions, switched, moved, state, act, put };
}
const saga = () => incidentWith(1, { subject: SAGA, kind: 'dependency' });
const runner = () => incidentWith(5, { kind: 'dependency' });

describe('an instance is run again', () => {
  it('once for one action, however often the action is repeated', async () => {
    const { act, put, executions, started } = setUp();
    put(record(0));
    executions.set('name-1', execution('name-1', 'FAILED'));
    const action = { kind: 'rerun', run: 2 } as const;
    expect(await act(saga(), action)).toMatchObject({ status: 'done' });
    executions.set('name-2', execution('name-2', 'FAILED'));
    expect(await act(saga(), action)).toMatchObject({ status: 'done', words: 'run 2 is there already' });
    expect(started.map(({ name }) => name)).toEqual(['name-2']);
  });
  it('backwards where it is to be compensated', async () => {
    const { act, put, executions, started } = setUp();
    put(record(0));
    executions.set('name-1', execution('name-1', 'FAILED'));
    await act(saga(), { kind: 'compensate', run: 2 });
    expect(started).toEqual([{ name: 'name-2', input: { saga: 'booking', run: 2, intent: 'compensate' } }]);
  });
  it('not while an execution works on it', async () => {
    const { act, put, executions, started } = setUp();
    put(record(0));
    executions.set('name-1', execution('name-1', 'RUNNING'));
    expect(await act(saga(), { kind: 'rerun', run: 2 })).toMatchObject({
      status: 'done',
      words: 'nothing to run: running',
    });
    expect(started).toEqual([]);
  });
});

describe('a result is marked stale', () => {
  const key = { application: 'booking', instance: 'order-1', name: 'payment' };
  const incident = (version: number) =>
    incidentWith(1, { subject: SAGA, kind: 'inconsistent', result: { key, version } });
  it('at the version that was found to be wrong, and no other', async () => {
    const { act, ports } = setUp();
    await ports.states.begin({ key, owner: 'a', token: 1 }, T);
    await ports.states.put({ key, owner: 'a', token: 1, value: 1, ifVersion: 0 }, T);
    expect(await act(incident(7), { kind: 'mark-stale' })).toMatchObject({ status: 'done' });
    expect(await ports.states.read(key)).toMatchObject({ freshness: 'current' });
    expect(await act(incident(1), { kind: 'mark-stale' })).toMatchObject({ status: 'done' });
    expect(await act(incident(1), { kind: 'mark-stale' })).toMatchObject({ status: 'done' });
    expect(await ports.states.read(key)).toMatchObject({ freshness: 'stale', version: 1 });
  });
});

describe('a lane', () => {
  it('is stopped by its control record and its mapping, and let run again by both', async () => {
    const { act, ports, switched } = setUp();
    expect(await act(runner(), { kind: 'open-breaker' })).toMatchObject({ status: 'done' });
    expect(await ports.control.lane('bulk')).toMatchObject({ paused: true });
    expect(await act(runner(), { kind: 'close-breaker' })).toMatchObject({ status: 'done' });
    expect(await ports.control.lane('bulk')).toMatchObject({ paused: false });
    expect(switched).toEqual([
      ['bulk', false],
      ['bulk', true],
    ]);
  });
  it('is asked for again while its mapping is being switched', async () => {
    const { act, state } = setUp();
    state.stands = false;
    expect(await act(runner(), { kind: 'open-breaker' })).toMatchObject({ status: 'waits' });
  });
});

describe('a version is rolled back', () => {
  const action = { kind: 'roll-back', version: '2' } as const;
  it('when no chain can be in flight that the older one does not know, and once', async () => {
    const { act, moved, world } = setUp();
    expect(await act(runner(), action)).toMatchObject({ status: 'waits' });
    expect(world.state.lanes.bulk).toMatchObject({ form: 'fused' });
    expect(world.state.formHolds.bulk).toBeGreaterThan(T + 3_000);
    expect(moved).toEqual([]);
    expect(await act(runner(), action, T + 3_000)).toMatchObject({ status: 'done' });
    expect(await act(runner(), action, T + 4_000)).toMatchObject({ status: 'done' });
    expect(moved).toEqual([['3', '2']]);
  });
  it('not while split chains are in flight', async () => {
    const { act, moved, ports, put } = setUp();
    put({
      ...EVENT,
      attempts: 0,
      progress: { position: { chain: 'c', version: 1, stage: 1, form: 'split' }, outputs: [], branches: {} },
    });
    const envelope = {
      ...EVENT,
      tenant: 't',
      wayIn: 'w',
      priorityClass: 'bulk',
      lane: 'bulk',
      reason: 'r',
      bodyDigest: 'd',
      acceptedAtMs: T,
      acceptanceKey: 'a',
      event: { specversion: '1.0', id: '1', source: '/s', type: 't' },
    } as const;
    await ports.acceptances.accept({
      key: 'a',
      lane: 'bulk',
      envelopes: [envelope],
      acceptedAtMs: T,
      dueAtMs: T,
      handedOver: true,
      resends: 0,
    });
    expect(await act(runner(), action, T + 60_000)).toMatchObject({
      status: 'waits',
      words: '1 split chains of lane bulk are in flight',
    });
    expect(moved).toEqual([]);
  });
  it.each([
    ['somebody has deployed since', { live: '4' }],
    ['a deploy is under way', { weights: { 4: 0.1 } }],
  ])('not where %s', async (_what, more) => {
    const { act, moved, state } = setUp();
    state.deployment = { ...state.deployment, ...more } as Deployment;
    expect(await act(runner(), action, T + 60_000)).toMatchObject({ status: 'failed' });
    expect(moved).toEqual([]);
  });
});

describe('events that died of a fault', () => {
  const REASON = 'ECONNREFUSED: no answer (received 5 times)';
  /** With the acceptance that holds it. */
  async function died(bench: ReturnType<typeof setUp>, key: string, more: Partial<Outcome> = {}, generation = 1) {
    const { ports, put } = bench;
    const acceptance = `held ${key} ${generation}`;
    await ports.acceptances.accept({
      key: acceptance,
      lane: 'bulk',
      envelopes: [{ ...envelope(key, 'bulk'), generation }],
      acceptedAtMs: T,
      dueAtMs: T,
      handedOver: true,
      resends: 0,
    });
    const dead = { kind: 'DEAD', lane: 'bulk', reason: REASON, decidedAtMs: T + 1, acceptance, writes: [] } as const;
    put({ key, generation, attempts: 0, outcome: outcome(key, { ...dead, ...more }) });
  }
  const over = (more: Partial<Incident> = {}): Incident => ({ ...runner(), spent: 1, lastActedAtMs: T, ...more });
  const sent = ({ world }: ReturnType<typeof setUp>) =>
    queueOf(world.state, 'bulk').messages.map(({ body }) => (body as LaneMessage).envelope);
  const withQueue = () => {
    const bench = setUp();
    addQueue(bench.world, 'bulk');
    return bench;
  };

  it('get their next generation, once, however often the action is repeated', async () => {
    const bench = withQueue();
    await died(bench, 'a');
    await died(bench, 'b');
    const action = { kind: 'redrive', atMs: T + 10 } as const;
    expect(await bench.act(over(), action)).toMatchObject({
      status: 'done',
      words: expect.stringContaining('2 events have their next generation'),
    });
    expect(sent(bench).map(({ key, generation }) => [key, generation])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    await bench.act(over(), action);
    bench.put({ key: 'a', generation: 2, attempts: 0 });
    bench.put({ key: 'b', generation: 2, attempts: 0 });
    await bench.act(over(), action);
    expect(sent(bench)).toHaveLength(2);
  });
  it('are those of its lane, its error and its time, of the first generation, and whose event is known', async () => {
    const bench = withQueue();
    await died(bench, 'mine', { reason: 'TimeoutError: of the same kind (received 5 times)' });
    await died(bench, 'other error', { reason: 'TypeError: x (received 5 times)' });
    await died(bench, 'forged', { reason: 'TypeError: ECONNREFUSED: x (received 5 times)' });
    await died(bench, 'other lane', { lane: 'high' });
    await died(bench, 'before', { decidedAtMs: T - 1 });
    await died(bench, 'after', { decidedAtMs: T + 11 });
    await died(bench, 'a second time', {}, 2);
    const { acceptance: _unknown, ...unheld } = outcome('unheld', {
      kind: 'DEAD',
      lane: 'bulk',
      reason: REASON,
      decidedAtMs: T,
    });
    bench.put({ key: 'unheld', generation: 1, attempts: 0, outcome: unheld });
    await bench.act(over(), { kind: 'redrive', atMs: T + 10 });
    expect(sent(bench).map(({ key }) => key)).toEqual(['mine']);
  });
  it('are at most twenty at once, and the rest is said', async () => {
    const bench = withQueue();
    for (let index = 0; index < 25; index++) await died(bench, `k${index}`);
    const { words } = await bench.act(over(), { kind: 'redrive', atMs: T + 10 });
    expect(sent(bench)).toHaveLength(MOST_REDRIVEN);
    expect(words).toContain('there are more');
  });
  it('are counted only once something was done about it, of a lane, and not those of before the last redrive', async () => {
    const bench = withQueue();
    await died(bench, 'a');
    const dead = async (incident: Incident) => {
      const facts = await lookAt({ ...bench.ports, sagas: [] }, incident, T + 10);
      return facts.on === 'function' ? facts.dead : undefined;
    };
    expect(await dead(runner())).toBeUndefined();
    expect(await dead(over())).toBe(1);
    expect(await dead(over({ redrivenAtMs: T + 5 }))).toBe(0);
    const step = { on: 'function', functionName: 'triage-x-reserve', version: '2', part: 'step' } as const;
    expect(await dead(over({ subject: step }))).toBeUndefined();
  });
});

describe('what is true', () => {
  it('of an instance is told by the ledger, its execution and its gate', async () => {
    const { ports, put, executions } = setUp();
    const look = () => lookAt({ ...ports, sagas: [] }, saga(), T);
    expect(await look()).toMatchObject({ status: 'unknown' });
    put(record(1));
    expect(await look()).toMatchObject({ status: 'running', run: 2 });
    executions.set('name-2', execution('name-2', 'FAILED'));
    expect(await look()).toEqual({ ...SAGA_FACTS, run: 2, isOverdue: false });
    await ports.sagaControl.setPaused('booking', 'acme/order-1', true);
    expect(await look()).toMatchObject({ isPaused: true });
  });
  it('of a function is told by its alias, its lane and the incidents of the version before', async () => {
    const { ports, world } = setUp();
    expect(await lookAt({ ...ports, sagas: [] }, runner(), T)).toEqual({ ...FUNCTION_FACTS, liveSinceMs: T });
    const older = incidentWith(1, { kind: 'dependency', subject: { ...RUNNER, version: '2' } as typeof RUNNER });
    world.state.incidents[older.id] = older;
    await ports.control.putPaused('bulk', true);
    expect(await lookAt({ ...ports, sagas: [] }, runner(), T)).toMatchObject({ isOlder: true, isPaused: true });
    expect(await lookAt({ ...ports, sagas: [] }, incidentWith(1, { kind: 'code' }), T)).toMatchObject({
      isOlder: false,
    });
  });
});

describe('a round', () => {
  const make = (perform: RecoveryPorts['perform']) => {
    const world = createMemoryWorld({ nowMs: T });
    const log = createMemoryLog();
    const { incidents } = createMemoryPorts({ world });
    const ports: RecoveryPorts = { incidents, look: async () => SAGA_FACTS, perform, log };
    const open = (instance: string) => {
      const incident = incidentWith(1, { subject: { ...SAGA, instance } as typeof SAGA, kind: 'dependency' });
      world.state.incidents[incident.id] = { ...incident, version: 1 };
      return incident.id;
    };
    const sleeps: number[] = [];
    const run = () =>
      sweep(ports, DEFAULT_RECOVERY, {
        now: () => world.state.nowMs,
        untilMs: T + 40_000,
        sleep: async (ms) => {
          sleeps.push(ms);
          world.state.nowMs += ms;
        },
      });
    return { world, log, open, run, sleeps };
  };
  it('waits for what is due within moments, and ends where nothing is', async () => {
    const { open, run, sleeps, world } = make(async () => ({ status: 'done', words: 'done' }));
    expect(await run()).toEqual({});
    expect(sleeps).toEqual([]);
    open('one');
    expect(await run()).toMatchObject({ done: expect.any(Number) });
    expect(world.state.nowMs).toBeLessThan(T + 42_000);
  });
  it('goes on with the others where one incident throws, and says so', async () => {
    const { open, run, log, world } = make(async () => ({ status: 'done', words: 'done' }));
    open('one');
    open('two');
    let thrown = 0;
    world.hook = {
      before: async ({ name }) => {
        if (name === 'begin' && thrown++ === 0) throw new Error('no answer');
        return undefined;
      },
    };
    expect(await run()).toMatchObject({ error: 1, done: expect.any(Number) });
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});
