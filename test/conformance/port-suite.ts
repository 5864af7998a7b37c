/**
 * What every implementation of the ports must do, whatever is behind it. Keys are made fresh for each run, since the tables of
 * an endpoint are shared with other runs.
 */
import type { Envelope, LaneMessage } from '../../core/contracts/event';
import type { Acceptance, LedgerRecord, NodeOutput, Outcome, Progress } from '../../core/contracts/ledger';
import type { DecisionRecord } from '../../core/contracts/scheduling';
import type { StreamRange } from '../../core/contracts/stream-failure';
import type {
  Acceptances,
  Claims,
  ContextStore,
  Control,
  Controllers,
  Effects,
  EventBus,
  LaneQueue,
  OutcomeStream,
  Quarantine,
  Records,
} from '../../core/ports';

export interface ReceivedForTest {
  readonly body: LaneMessage;
  readonly receiptHandle: string;
}

/** One implementation of every port, with what a test needs to look behind it. */
export interface PortsUnderTest {
  readonly acceptances: Acceptances;
  readonly records: Records;
  readonly contexts: ContextStore;
  readonly effects: Effects;
  readonly control: Control;
  readonly controllers: Controllers;
  readonly lanes: LaneQueue;
  readonly bus: EventBus;
  readonly stream: OutcomeStream;
  readonly quarantine: Quarantine;
  readonly claims: Claims;
  /** A standard lane, a FIFO lane and the queue of suspects, by the names that `receive` takes. */
  readonly lane: string;
  readonly orderedLane: string;
  readonly suspects: string;
  /** Receives what is visible, up to ten. */
  receive(queue: string): Promise<readonly ReceivedForTest[]>;
  putObject(key: string, body: string): Promise<void>;
  /** From the first record of a shard to the one with this key's outcome. */
  rangeUpTo(key: string): Promise<StreamRange>;
}

const RUN = `${process.pid.toString(36)}${Date.now().toString(36)}`;
let made = 0;
const fresh = (): string => {
  made += 1;
  return `${RUN}-${made}`;
};
const T = 1_700_000_000_000;

export function envelope(key: string, lane: string, more: Partial<Envelope> = {}): Envelope {
  return {
    key,
    generation: 1,
    tenant: 'acme',
    wayIn: 'meters',
    priorityClass: 'normal',
    lane,
    reason: 'default',
    bodyDigest: 'b'.repeat(64),
    acceptedAtMs: T,
    acceptanceKey: `acceptance-${key}`,
    event: { specversion: '1.0', id: key, source: '/meters/1', type: 'reading', data: { celsius: 21.5 } },
    ...more,
  };
}

export function outcome(key: string, more: Partial<Outcome> = {}): Outcome {
  return {
    kind: 'DONE',
    reason: 'reacted',
    bodyDigest: 'b'.repeat(64),
    decidedAtMs: T + 5,
    acceptedAtMs: T,
    lane: 'normal',
    tenant: 'acme',
    source: '/meters/1',
    id: key,
    type: 'reading',
    chain: 'telemetry/watch@1',
    writes: [
      { collection: 'telemetry/readings', key, version: 1, value: { celsius: 21.5 }, receipt: `${key}/record/0` },
    ],
    emits: [],
    contexts: [],
    ...more,
  };
}

const output = (result: unknown): NodeOutput => ({ result, writes: [], emits: [] });
const progress = (stage: number, more: Partial<Progress> = {}): Progress => ({
  position: { chain: 'telemetry/watch', version: 1, stage, form: 'split' },
  outputs: Array.from({ length: Math.max(stage, 0) }, (_, index) => output({ index })),
  branches: {},
  bodyDigest: 'b'.repeat(64),
  committedAtMs: T + 7,
  ...more,
});

export function describePorts(name: string, make: () => Promise<PortsUnderTest>): void {
  describe(`ports: ${name}`, () => {
    let ports: PortsUnderTest;
    beforeAll(async () => {
      ports = await make();
    });
    acceptancesSuite(() => ports);
    recordsSuite(() => ports);
    progressSuite(() => ports);
    contextsSuite(() => ports);
    effectsSuite(() => ports);
    controlSuite(() => ports);
    controllersSuite(() => ports);
    lanesSuite(() => ports);
    streamSuite(() => ports);
    storesSuite(() => ports);
  });
}

function acceptancesSuite(ports: () => PortsUnderTest): void {
  const acceptance = (dueAtMs: number): Acceptance => {
    const key = fresh();
    return {
      key,
      lane: ports().lane,
      // An envelope names the acceptance that it stands in; an implementation may rely on it.
      envelopes: [fresh(), fresh()].map((each) => envelope(each, ports().lane, { acceptanceKey: key })),
      acceptedAtMs: T,
      dueAtMs,
      handedOver: false,
      resends: 0,
    };
  };
  const openKeys = async (before: number): Promise<string[]> =>
    (await ports().acceptances.open(before, 10_000)).map((each) => each.key);

  describe('acceptances', () => {
    it('keeps what was accepted as it was', async () => {
      const given = acceptance(T + 1000);
      expect(await ports().acceptances.accept(given)).toEqual({ status: 'accepted' });
      expect(await ports().acceptances.read(given.key)).toEqual(given);
      expect(await ports().acceptances.read(fresh())).toBeUndefined();
    });
    it('answers a repeat with what is stored, hand-off included', async () => {
      const given = acceptance(T + 1000);
      await ports().acceptances.accept(given);
      await ports().acceptances.markHandedOver(given.key);
      const again = await ports().acceptances.accept({ ...given, dueAtMs: T + 9000 });
      expect(again).toEqual({ status: 'exists', stored: { ...given, handedOver: true } });
    });
    it('lists an open one once its due time has passed, and not before', async () => {
      const given = acceptance(T + 1000);
      await ports().acceptances.accept(given);
      expect(await openKeys(T + 1000)).not.toContain(given.key);
      expect(await openKeys(T + 1001)).toContain(given.key);
    });
    it('lists no more than asked for', async () => {
      await ports().acceptances.accept(acceptance(T + 1));
      await ports().acceptances.accept(acceptance(T + 1));
      expect(await ports().acceptances.open(T + 100, 1)).toHaveLength(1);
    });
    it('lists a closed one no more, whoever moves or marks it afterwards', async () => {
      const given = acceptance(T + 1000);
      await ports().acceptances.accept(given);
      await ports().acceptances.close(given.key, T + 2000);
      await ports().acceptances.markHandedOver(given.key);
      expect(await ports().acceptances.moveDue(given.key, T + 1000, T + 1, T)).toBe(false);
      expect(await openKeys(T + 100_000)).not.toContain(given.key);
      expect((await ports().acceptances.read(given.key))?.envelopes).toEqual(given.envelopes);
    });
    it('stays closed when the same batch is accepted again', async () => {
      const given = acceptance(T + 1000);
      await ports().acceptances.accept(given);
      await ports().acceptances.close(given.key, T + 2000);
      expect((await ports().acceptances.accept(given)).status).toBe('exists');
      expect(await openKeys(T + 100_000)).not.toContain(given.key);
    });
    it('lets one of two sweeps move the due time', async () => {
      const given = acceptance(T + 1000);
      await ports().acceptances.accept(given);
      expect(await ports().acceptances.moveDue(given.key, T + 1000, T + 5000, T + 3000)).toBe(true);
      expect(await ports().acceptances.moveDue(given.key, T + 1000, T + 6000, T + 3000)).toBe(false);
      const stored = await ports().acceptances.read(given.key);
      expect(stored).toMatchObject({ dueAtMs: T + 5000, resends: 1, resentAtMs: T + 3000 });
    });
    it('counts no re-send where the due time only moves', async () => {
      const given = acceptance(T + 1000);
      await ports().acceptances.accept(given);
      expect(await ports().acceptances.moveDue(given.key, T + 1000, T + 5000)).toBe(true);
      const stored = await ports().acceptances.read(given.key);
      expect(stored).toEqual({ ...given, dueAtMs: T + 5000 });
    });
    it('lets one of two sweeps give it to another lane, which its envelopes name from then on', async () => {
      const given = { ...acceptance(T + 1000), handedOver: true };
      await ports().acceptances.accept(given);
      expect(await ports().acceptances.moveLane(given.key, T + 1000, T + 5000, 'other', T + 3000)).toBe(true);
      expect(await ports().acceptances.moveLane(given.key, T + 1000, T + 6000, 'third', T + 3000)).toBe(false);
      expect(await ports().acceptances.read(given.key)).toEqual({
        ...given,
        lane: 'other',
        envelopes: given.envelopes.map((each) => ({ ...each, lane: 'other' })),
        dueAtMs: T + 5000,
        handedOver: false,
        resends: 1,
        resentAtMs: T + 3000,
      });
    });
    it('fails if a closed one is given to another lane', async () => {
      const given = acceptance(T + 1000);
      await ports().acceptances.accept(given);
      await ports().acceptances.close(given.key, T + 2000);
      expect(await ports().acceptances.moveLane(given.key, T + 1000, T + 5000, 'other', T + 3000)).toBe(false);
    });
    it('fails if a key that was never accepted is moved', async () => {
      expect(await ports().acceptances.moveDue(fresh(), T, T + 1)).toBe(false);
    });
  });
}

const single = (key: string, generation: number, given: Outcome) => ({
  outcomes: [{ key, generation, outcome: given }],
  contexts: [],
});
const first = (records: readonly LedgerRecord[]): LedgerRecord | undefined => records[0];

function recordsSuite(ports: () => PortsUnderTest): void {
  describe('records', () => {
    it('keeps an outcome as it was given', async () => {
      const key = fresh();
      const given = outcome(key, {
        emits: [{ id: 'e1', tenant: 'acme', event: envelope(key, 'x').event }],
        contexts: ['c'],
      });
      expect(await ports().records.commit(single(key, 1, given), fresh())).toEqual({ status: 'committed' });
      expect(first(await ports().records.read([{ key, generation: 1 }]))?.outcome).toEqual(given);
    });
    it.each(['DEAD', 'EXPIRED', 'SHED', 'COMPENSATED'] as const)(
      'keeps an outcome %s with its reason',
      async (kind) => {
        const key = fresh();
        const given = outcome(key, { kind, reason: `because of ${kind}`, writes: [] });
        await ports().records.commit(single(key, 1, given), fresh());
        expect(first(await ports().records.read([{ key, generation: 1 }]))?.outcome).toEqual(given);
      },
    );
    it('refuses a second outcome and keeps the first', async () => {
      const key = fresh();
      await ports().records.commit(single(key, 1, outcome(key)), fresh());
      const second = await ports().records.commit(
        single(key, 1, outcome(key, { kind: 'DEAD', reason: 'late' })),
        fresh(),
      );
      expect(second).toEqual({ status: 'refused', outcomes: [0], contexts: [] });
      expect(first(await ports().records.read([{ key, generation: 1 }]))?.outcome?.kind).toBe('DONE');
    });
    it('gives each generation an outcome of its own, and the latest by key', async () => {
      const key = fresh();
      await ports().records.commit(single(key, 1, outcome(key, { kind: 'DEAD', reason: 'x', writes: [] })), fresh());
      await ports().records.commit(single(key, 2, outcome(key)), fresh());
      expect(
        await ports().records.read([
          { key, generation: 1 },
          { key, generation: 2 },
        ]),
      ).toHaveLength(2);
      expect((await ports().records.latest(key))?.generation).toBe(2);
      expect(await ports().records.latest(fresh())).toBeUndefined();
    });
    it('leaves out of a read what is not there, and reads more than one request holds', async () => {
      const keys = Array.from({ length: 120 }, () => fresh());
      await Promise.all(keys.map((key) => ports().records.commit(single(key, 1, outcome(key)), fresh())));
      const asked = [...keys, fresh()].map((key) => ({ key, generation: 1 }));
      expect((await ports().records.read(asked)).map((each) => each.key).sort()).toEqual([...keys].sort());
      expect(await ports().records.read([])).toEqual([]);
    });
    it('shows to a read at half the price nothing that is not there, and soon what is', async () => {
      const key = fresh();
      const look = () => ports().records.readEventually([{ key, generation: 1 }]);
      expect(await look()).toEqual([]);
      await ports().records.commit(single(key, 1, outcome(key)), fresh());
      let seen = await look();
      for (let again = 0; again < 50 && seen.length === 0; again++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        seen = await look();
      }
      expect(first(seen)?.outcome?.kind).toBe('DONE');
    });
    it('commits outcomes and contexts all or nothing, and names what was refused', async () => {
      const [a, b, context] = [fresh(), fresh(), fresh()];
      await ports().records.commit(single(b, 1, outcome(b)), fresh());
      const group = {
        outcomes: [a, b].map((key) => ({ key, generation: 1, outcome: outcome(key, { contexts: [context] }) })),
        contexts: [{ next: { key: context, version: 1, n: 2, value: { mean: 1 } }, expectedVersion: 0 }],
      };
      expect(await ports().records.commit(group, fresh())).toEqual({ status: 'refused', outcomes: [1], contexts: [] });
      expect(await ports().records.read([{ key: a, generation: 1 }])).toEqual([]);
      expect(await ports().contexts.read([context])).toEqual([]);
    });
    it('refuses DEAD where progress is further than the message was', async () => {
      const key = fresh();
      await ports().records.putProgress({ key, generation: 1 }, progress(2));
      const dead = outcome(key, { kind: 'DEAD', reason: 'x', writes: [] });
      const at = (atMostStage: number) => ({
        outcomes: [{ key, generation: 1, outcome: dead, atMostStage }],
        contexts: [],
      });
      expect((await ports().records.commit(at(1), fresh())).status).toBe('refused');
      expect((await ports().records.commit(at(2), fresh())).status).toBe('committed');
    });
    it('takes DEAD where there is no progress at all', async () => {
      const key = fresh();
      const dead = outcome(key, { kind: 'DEAD', reason: 'x', writes: [] });
      const group = { outcomes: [{ key, generation: 1, outcome: dead, atMostStage: -1 }], contexts: [] };
      expect((await ports().records.commit(group, fresh())).status).toBe('committed');
    });
    it('counts an error where the attempts are still what was read, and never after the outcome', async () => {
      const key = fresh();
      const at = { key, generation: 1 };
      await ports().records.noteError(at, 'first', 0);
      await ports().records.noteError(at, 'repeat', 0);
      expect(first(await ports().records.read([at]))).toMatchObject({ attempts: 1, lastError: 'first' });
      await ports().records.noteError(at, 'second', 1);
      await ports().records.commit(single(key, 1, outcome(key)), fresh());
      await ports().records.noteError(at, 'third', 2);
      expect(first(await ports().records.read([at]))).toMatchObject({ attempts: 2, lastError: 'second' });
    });
  });
}

function progressSuite(ports: () => PortsUnderTest): void {
  describe('progress', () => {
    it('keeps progress as it was given and moves forward only', async () => {
      const at = { key: fresh(), generation: 1 };
      expect(await ports().records.putProgress(at, progress(1))).toBe('written');
      expect(await ports().records.putProgress(at, progress(1))).toBe('refused');
      expect(await ports().records.putProgress(at, progress(3))).toBe('written');
      expect(await ports().records.putProgress(at, progress(2))).toBe('refused');
      expect(first(await ports().records.read([at]))?.progress).toEqual(progress(3));
    });
    it('refuses progress and branches after the outcome', async () => {
      const key = fresh();
      const at = { key, generation: 1 };
      await ports().records.putProgress(at, progress(1));
      await ports().records.commit(single(key, 1, outcome(key)), fresh());
      expect(await ports().records.putProgress(at, progress(2))).toBe('refused');
      expect((await ports().records.addBranch(at, 1, 'left', output(1))).status).toBe('refused');
    });
    it('adds each branch once, at its own stage, and shows who completed the set', async () => {
      const at = { key: fresh(), generation: 1 };
      expect((await ports().records.addBranch(at, 1, 'left', output(1))).status).toBe('refused');
      await ports().records.putProgress(at, progress(1));
      const left = await ports().records.addBranch(at, 1, 'left', output({ side: 'left' }));
      expect(left.status === 'written' && Object.keys(left.record.progress?.branches ?? {})).toEqual(['left']);
      expect((await ports().records.addBranch(at, 1, 'left', output('again'))).status).toBe('refused');
      expect((await ports().records.addBranch(at, 2, 'right', output(2))).status).toBe('refused');
      const right = await ports().records.addBranch(at, 1, 'right', output({ side: 'right' }));
      expect(right.status === 'written' && right.record.progress?.branches).toEqual({
        left: output({ side: 'left' }),
        right: output({ side: 'right' }),
      });
    });
    it('starts the next stage with an empty set of branches', async () => {
      const at = { key: fresh(), generation: 1 };
      await ports().records.putProgress(at, progress(1));
      await ports().records.addBranch(at, 1, 'left', output(1));
      await ports().records.putProgress(at, progress(2));
      expect(first(await ports().records.read([at]))?.progress?.branches).toEqual({});
    });
    it('keeps two branches that finish at the same moment', async () => {
      const at = { key: fresh(), generation: 1 };
      await ports().records.putProgress(at, progress(1));
      await Promise.all(['left', 'right'].map((side) => ports().records.addBranch(at, 1, side, output(side))));
      const record = first(await ports().records.read([at]));
      expect(Object.keys(record?.progress?.branches ?? {}).sort()).toEqual(['left', 'right']);
    });
  });
}

function contextsSuite(ports: () => PortsUnderTest): void {
  describe('contexts', () => {
    const commitOne = (key: string, context: string, expectedVersion: number, sequence?: string) =>
      ports().records.commit(
        {
          outcomes: [{ key, generation: 1, outcome: outcome(key, { contexts: [context] }) }],
          contexts: [
            {
              next: {
                key: context,
                version: expectedVersion + 1,
                n: expectedVersion + 1,
                ...(sequence === undefined ? {} : { sequence }),
                value: { mean: 2.5, variance: 0.25 },
              },
              expectedVersion,
            },
          ],
        },
        fresh(),
      );
    it('writes at the version that was read, and refuses at another', async () => {
      const context = fresh();
      expect((await commitOne(fresh(), context, 0, '7')).status).toBe('committed');
      const late = fresh();
      expect(await commitOne(late, context, 0)).toEqual({ status: 'refused', outcomes: [], contexts: [0] });
      expect(await ports().records.read([{ key: late, generation: 1 }])).toEqual([]);
      expect((await commitOne(late, context, 1)).status).toBe('committed');
      expect(await ports().contexts.read([context, fresh()])).toEqual([
        { key: context, version: 2, n: 2, value: { mean: 2.5, variance: 0.25 } },
      ]);
    });
    it('takes the repeat of one attempt whose answer was lost for the same attempt', async () => {
      const [key, context, attempt] = [fresh(), fresh(), fresh()];
      const group = {
        outcomes: [{ key, generation: 1, outcome: outcome(key, { contexts: [context] }) }],
        contexts: [{ next: { key: context, version: 1, n: 1, value: 1 }, expectedVersion: 0 }],
      };
      expect((await ports().records.commit(group, attempt)).status).toBe('committed');
      expect((await ports().records.commit(group, attempt)).status).toBe('committed');
      expect((await ports().contexts.read([context]))[0]?.n).toBe(1);
    });
    it('reads more than one request holds', async () => {
      const contexts = Array.from({ length: 110 }, () => fresh());
      for (const each of contexts) await commitOne(fresh(), each, 0);
      expect(await ports().contexts.read(contexts)).toHaveLength(110);
      expect(await ports().contexts.read([])).toEqual([]);
    });
  });
}

function effectsSuite(ports: () => PortsUnderTest): void {
  describe('effects', () => {
    const write = (key: string, version: number, value: unknown = { celsius: 1 }) => ({
      collection: 'telemetry/readings',
      key,
      version,
      value,
      receipt: `${key}/record/${version}`,
    });
    it('puts what is absent and keeps it as it was', async () => {
      const key = fresh();
      expect(await ports().effects.apply(write(key, 1))).toBe('applied');
      expect(await ports().effects.read('telemetry/readings', key)).toEqual(write(key, 1));
      expect(await ports().effects.read('telemetry/alerts', key)).toBeUndefined();
    });
    it('lets the newer version win and changes nothing at an equal or older one', async () => {
      const key = fresh();
      await ports().effects.apply(write(key, 2, 'two'));
      expect(await ports().effects.apply(write(key, 2, 'repeat'))).toBe('stale');
      expect(await ports().effects.apply(write(key, 1, 'older'))).toBe('stale');
      expect(await ports().effects.apply(write(key, 3, 'newer'))).toBe('applied');
      expect((await ports().effects.read('telemetry/readings', key))?.value).toBe('newer');
    });
  });
}

function controllersSuite(ports: () => PortsUnderTest): void {
  describe('controllers', () => {
    const decision = (lane: string, atMs: number, more: Partial<DecisionRecord> = {}): DecisionRecord => ({
      lane,
      atMs,
      parametersHash: 'hash',
      inputs: { lanes: [] },
      stateBefore: {},
      forecast: [],
      plan: undefined,
      actions: [],
      reasons: [],
      outcome: [],
      ...more,
    });

    it('gives a lease to one at a time, with a token that rises, and the state that the last one left', async () => {
      const { controllers } = ports();
      const lane = fresh();
      expect(await controllers.acquire(lane, T, T + 100)).toEqual({ token: 1, state: undefined });
      expect(await controllers.acquire(lane, T + 99, T + 200)).toBeUndefined();
      expect(await controllers.acquire(lane, T + 100, T + 200)).toEqual({ token: 2, state: undefined });
      expect(await controllers.finish(2, decision(lane, T), '{"a":1}')).toBe(true);
      expect(await controllers.acquire(lane, T + 101, T + 300)).toEqual({ token: 3, state: '{"a":1}' });
    });
    it('lets nobody write whose lease another has taken over', async () => {
      const { controllers } = ports();
      const lane = fresh();
      await controllers.acquire(lane, T, T + 100);
      expect(await controllers.begin(1, decision(lane, T))).toBe(true);
      await controllers.acquire(lane, T + 100, T + 200);
      expect(await controllers.begin(1, decision(lane, T + 1))).toBe(false);
      expect(await controllers.finish(1, decision(lane, T), 'late')).toBe(false);
      expect(await controllers.finish(2, decision(lane, T + 100), 'mine')).toBe(true);
      expect(await controllers.acquire(lane, T + 101, T + 300)).toMatchObject({ state: 'mine' });
    });
    it('keeps decisions, the youngest first, with what became of them', async () => {
      const { controllers } = ports();
      const lane = fresh();
      await controllers.acquire(lane, T, T + 100);
      for (const atMs of [T, T + 1, T + 2]) await controllers.begin(1, decision(lane, atMs));
      const outcome = [{ action: 'release' as const, result: 'done' }];
      await controllers.finish(1, decision(lane, T + 2, { outcome }), '{}');
      const found = await controllers.decisions(lane, { limit: 2 });
      expect(found.map(({ atMs, outcome: each }) => [atMs, each])).toEqual([
        [T + 2, outcome],
        [T + 1, []],
      ]);
      expect((await controllers.decisions(lane, { limit: 5, untilMs: T + 1 })).map(({ atMs }) => atMs)).toEqual([
        T + 1,
        T,
      ]);
      expect(await controllers.decisions(fresh(), { limit: 5 })).toEqual([]);
    });
    it("has the stricter mode of the lane's own and everybody's", async () => {
      const { controllers } = ports();
      const lane = fresh();
      expect(await controllers.mode(lane)).toBe('on');
      await controllers.setMode(lane, 'dry-run');
      expect(await controllers.mode(lane)).toBe('dry-run');
      await controllers.setMode(undefined, 'off');
      expect(await controllers.mode(lane)).toBe('off');
      await controllers.setMode(undefined, 'on');
      expect(await controllers.mode(lane)).toBe('dry-run');
    });
  });
}

function controlSuite(ports: () => PortsUnderTest): void {
  describe('control', () => {
    it('knows an untouched lane as running and fused, and keeps what is put', async () => {
      const { control, lane, orderedLane } = ports();
      expect(await control.lane(orderedLane)).toEqual({ lane: orderedLane, paused: false, form: 'fused' });
      await control.putLane({ lane, paused: true, form: 'split' });
      expect(await control.lane(lane)).toEqual({ lane, paused: true, form: 'split' });
      await control.putLane({ lane, paused: false, form: 'fused' });
      expect(await control.lane(lane)).toEqual({ lane, paused: false, form: 'fused' });
    });
    it('pauses and resumes, and leaves the form alone', async () => {
      const { control, lane } = ports();
      await control.putLane({ lane, paused: false, form: 'split' });
      await control.putPaused(lane, true);
      expect(await control.lane(lane)).toEqual({ lane, paused: true, form: 'split' });
      await control.putLane({ lane, paused: true, form: 'fused' });
      await control.putPaused(lane, false);
      expect(await control.lane(lane)).toEqual({ lane, paused: false, form: 'fused' });
    });
    it('changes the form and leaves alone whether the lane is paused', async () => {
      const { control, lane, orderedLane } = ports();
      await control.putLane({ lane, paused: true, form: 'fused' });
      await control.putForm(lane, 'split');
      expect(await control.lane(lane)).toEqual({ lane, paused: true, form: 'split' });
      await control.putLane({ lane, paused: false, form: 'fused' });
      await control.putForm(orderedLane, 'fused');
      expect(await control.lane(orderedLane)).toEqual({ lane: orderedLane, paused: false, form: 'fused' });
    });
    it('keeps a watermark with the backlog beside it', async () => {
      const { control, lane } = ports();
      await control.putWatermark(lane, T, T + 5);
      expect(await control.watermark(lane)).toEqual({
        lane,
        oldestSentAtMs: T,
        seenAtMs: T + 5,
        backlog: expect.any(Number),
      });
    });
  });
}

function lanesSuite(ports: () => PortsUnderTest): void {
  const message = (lane: string, more: Partial<LaneMessage> = {}): LaneMessage => ({
    v: 1,
    envelope: envelope(fresh(), lane),
    sendAttempt: 1,
    ...more,
  });
  const keysOf = (messages: readonly LaneMessage[]) => messages.map((each) => each.envelope.key);
  const collect = async (queue: string, count: number): Promise<readonly ReceivedForTest[]> => {
    const all: ReceivedForTest[] = [];
    for (let round = 0; round < 40 && all.length < count; round += 1) all.push(...(await ports().receive(queue)));
    return all;
  };
  describe('lanes', () => {
    it('sends more than one request holds, each as it was', async () => {
      const sent = Array.from({ length: 23 }, () => message(ports().lane));
      expect(await ports().lanes.send(ports().lane, sent)).toEqual([]);
      const got = (await collect(ports().lane, 23)).map((each) => each.body);
      expect([...keysOf(got)].sort()).toEqual([...keysOf(sent)].sort());
      expect(got.find((each) => each.envelope.key === sent[0]?.envelope.key)).toEqual(sent[0]);
    });
    it('keeps a delayed message back', async () => {
      await ports().lanes.send(ports().lane, [message(ports().lane)], { delaySeconds: 600 });
      expect(await ports().receive(ports().lane)).toEqual([]);
    });
    it('sends a suspect to the queue of suspects', async () => {
      const sent = message(ports().lane);
      await ports().lanes.send(ports().lane, [sent], { suspect: true });
      expect((await collect(ports().suspects, 1)).map((each) => each.body)).toEqual([sent]);
      expect(await ports().receive(ports().lane)).toEqual([]);
    });
    it('shortens the wait of a received message', async () => {
      const sent = message(ports().lane);
      await ports().lanes.send(ports().lane, [sent]);
      const [got] = await collect(ports().lane, 1);
      expect(await ports().receive(ports().lane)).toEqual([]);
      await ports().lanes.changeVisibility(ports().lane, got?.receiptHandle ?? '', 0);
      expect((await collect(ports().lane, 1)).map((each) => each.body)).toEqual([sent]);
    });
    it('keeps the order of one key in an ordered lane, and drops a repeat but not a repair', async () => {
      const lane = ports().orderedLane;
      const partitionkey = fresh();
      const ordered = [1, 2].map((index) =>
        message(lane, {
          envelope: envelope(fresh(), lane, {
            event: {
              specversion: '1.0',
              id: `${index}`,
              source: '/m',
              type: 'reading',
              partitionkey,
              sequence: `${index}`,
            },
          }),
        }),
      );
      for (const each of ordered) expect(await ports().lanes.send(lane, [each])).toEqual([]);
      expect(await ports().lanes.send(lane, ordered.slice(0, 1))).toEqual([]);
      const repair = { ...(ordered[0] as LaneMessage), sendAttempt: 2 };
      expect(await ports().lanes.send(lane, [repair])).toEqual([]);
      const got = (await collect(lane, 3)).map((each) => [each.body.envelope.event.id, each.body.sendAttempt]);
      expect(got).toEqual([
        ['1', 1],
        ['2', 1],
        ['1', 2],
      ]);
    });
  });
}

function streamSuite(ports: () => PortsUnderTest): void {
  const readAll = async (range: StreamRange): Promise<LedgerRecord[]> => {
    const found: LedgerRecord[] = [];
    let page = await ports().stream.read(range);
    for (;;) {
      if (page.status === 'gone') throw new Error('gone');
      found.push(...page.records);
      if (page.next === undefined) return found;
      page = await ports().stream.read(range, page.next);
    }
  };

  describe('the stream of records', () => {
    it('gives outcomes as they were, up to the end of the range, and no progress', async () => {
      const [first, last, after] = [fresh(), fresh(), fresh()];
      await ports().records.putProgress({ key: first, generation: 1 }, progress(1));
      for (const key of [first, last, after]) await ports().records.commit(single(key, 1, outcome(key)), fresh());
      const records = await readAll(await ports().rangeUpTo(last));
      const mine = (key: string) => records.filter((each) => each.key === key).map((each) => each.outcome);
      expect(records.every((each) => each.outcome !== undefined)).toBe(true);
      expect(mine(last)).toEqual([outcome(last)]);
      // Of two keys only one shard is certain to have both; what comes after the end must not be there in any case.
      expect(mine(after)).toEqual([]);
    });
    it('tells a range that it does not hold', async () => {
      const key = fresh();
      await ports().records.commit(single(key, 1, outcome(key)), fresh());
      const range = await ports().rangeUpTo(key);
      expect(await ports().stream.read({ ...range, startSequenceNumber: '0'.repeat(21) })).toEqual({ status: 'gone' });
    });
  });
}

function storesSuite(ports: () => PortsUnderTest): void {
  describe('bus, quarantine and claims', () => {
    it('takes emitted events, more than one request holds', async () => {
      const events = Array.from({ length: 13 }, () => {
        const id = fresh();
        return { id, tenant: 'acme', event: envelope(id, 'x').event };
      });
      expect(await ports().bus.publish(events)).toEqual([]);
      expect(await ports().bus.publish([])).toEqual([]);
    });
    it('keeps a refused batch at a key made from its content', async () => {
      const raw = `{"broken": ${fresh()}`;
      const batch = {
        atMs: T,
        stage: 'ingestion',
        entries: [{ raw, reason: 'not JSON', wayIn: 'meters', tenant: 'acme' }],
      };
      const key = await ports().quarantine.keep(batch);
      expect(await ports().quarantine.keep(batch)).toBe(key);
    });
    it('reads an object, and tells a missing one from one that is too large', async () => {
      const key = `in/meters/${fresh()}`;
      await ports().putObject(key, 'twelve bytes');
      const read = await ports().claims.read(key, 100);
      expect(read.status === 'ok' && new TextDecoder().decode(read.body)).toBe('twelve bytes');
      expect(await ports().claims.read(key, 5)).toEqual({ status: 'too-large', bytes: 12 });
      expect(await ports().claims.read(`in/meters/${fresh()}`, 5)).toEqual({ status: 'missing' });
    });
  });
}
