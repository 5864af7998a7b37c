/**
 * Proves ingestion's core on the memory adapters: what is accepted, refused, sent, sent again and failed, from each way in, and
 * that trouble with an event never becomes trouble for its batch.
 */
import fc from 'fast-check';
import {
  addQueue,
  allOf,
  answering,
  calls,
  createMemoryPorts,
  createMemoryWorld,
  type Hook,
  losingAnswers,
  refusing,
} from '../../../adapters/memory';
import type { LaneMessage } from '../../../core/contracts/event';
import { bytesDigest, recordKey } from '../../../core/contracts/identity';
import { createIngest } from '../../../lambdas/ingestion/ingest/core';
import type { IntakeRecord } from '../../../lambdas/ingestion/ingest/intake';
import type { IngestSettings } from '../../../lambdas/ingestion/ingest/settings';

const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const lane = (name: string, priorityClass: string, ordered = false, admissionBound = 1_000) => ({
  name,
  pool: 'main',
  priorityClass,
  ordered,
  admissionBound,
  weight: 1,
  objectiveSeconds: 10,
  queueUrlName: name,
});
const SETTINGS: IngestSettings = {
  classes: [
    { name: 'critical', express: true },
    { name: 'normal', express: false },
  ],
  defaultClass: 'normal',
  rules: [{ name: 'alarm', when: { type: { equals: ['alarm'] } }, priorityClass: 'critical' }],
  sources: [
    { kind: 'eventbridge', name: 'devices', tenant: 'acme', trustedPriority: true, pool: 'main' },
    { kind: 'kinesis', name: 'readings', tenant: 'acme', trustedPriority: false, pool: 'main' },
    { kind: 's3', name: 'uploads', tenant: 'other', trustedPriority: false, pool: 'main' },
  ],
  lanes: [lane('critical', 'critical'), lane('normal', 'normal'), lane('ordered', 'normal', true)],
  handOffBoundMs: 5_000,
  shedAboveShareOfObjective: 0.5,
  streamOf: (source) => `triage-test-${source}`,
};

function setUp(options: { hook?: Hook; settings?: Partial<IngestSettings>; objects?: Record<string, string> } = {}) {
  const world = createMemoryWorld({ nowMs: NOW_MS, ...(options.hook ? { hook: options.hook } : {}) });
  for (const each of SETTINGS.lanes) addQueue(world, each.name, { fifo: each.ordered });
  Object.assign(world.state.objects, options.objects);
  const ports = createMemoryPorts({ world });
  const clock = { now: () => world.state.nowMs, random: () => 0.5 };
  return { world, ingest: createIngest(ports, { ...SETTINGS, ...options.settings }, clock) };
}

const event = (id: string, more: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id,
  source: '/device/1',
  type: 'reading',
  data: { value: 1 },
  ...more,
});
const onQueue = (ref: string, body: unknown, way = 'devices'): IntakeRecord => ({
  ref,
  body: JSON.stringify({ way, id: ref, event: body }),
});
const onStream = (ref: string, body: unknown): IntakeRecord => ({
  ref,
  body: new TextEncoder().encode(JSON.stringify(body)),
  stream: 'triage-test-readings',
});
const ofObject = (key: string, size = 100): IntakeRecord => ({
  ref: 'object',
  body: JSON.stringify({ way: 'uploads', object: { bucket: 'b', key, size } }),
});
type World = ReturnType<typeof createMemoryWorld>;
const sent = (world: World, name: string) =>
  (world.state.queues[name]?.messages ?? []).map((each) => each.body as LaneMessage);
const sentIds = (world: World, name: string) => sent(world, name).map((each) => each.envelope.event.id);
const acceptances = (world: World) => Object.values(world.state.acceptances).map((each) => each.acceptance);
const reasons = (world: World) =>
  Object.values(world.state.quarantined).map((entries) => entries.map((each) => each.reason.split(':')[0]));

describe('what is accepted', () => {
  test('a batch becomes one acceptance per lane, handed over, with class and reason in every envelope', async () => {
    const { world, ingest } = setUp();
    const summary = await ingest([
      onQueue('m1', event('1')),
      onQueue('m2', event('2', { type: 'alarm' })),
      onQueue('m3', event('3', { priority: 'critical' })),
      onQueue('m4', event('4', { partitionkey: 'p' })),
    ]);
    expect(summary).toMatchObject({ records: 4, accepted: 4, duplicates: 0, unsent: 0, refused: {}, failed: [] });
    expect(acceptances(world).map((each) => [each.lane, each.handedOver])).toEqual(
      expect.arrayContaining([
        ['critical', true],
        ['normal', true],
        ['ordered', true],
      ]),
    );
    expect(sent(world, 'critical').map(({ envelope }) => [envelope.reason, envelope.tenant, envelope.wayIn])).toEqual([
      ['alarm', 'acme', 'devices'],
      ['priority attribute', 'acme', 'devices'],
    ]);
    const [message] = sent(world, 'normal');
    expect(message?.envelope).toMatchObject({
      key: recordKey('acme', '/device/1', '1'),
      generation: 1,
      reason: 'default',
    });
    expect(world.state.acceptances[message?.envelope.acceptanceKey ?? '']).toBeDefined();
  });

  test('the same events come through the stream and an object, each with its own tenant and trust', async () => {
    const lines = [event('1', { priority: 'critical' }), event('2')].map((each) => JSON.stringify(each)).join('\n');
    const { world, ingest } = setUp({ objects: { 'in/uploads/a.ndjson': lines } });
    await ingest([onStream('s1', event('1', { priority: 'critical' }))]);
    await ingest([ofObject('in/uploads/a.ndjson')]);
    expect(sent(world, 'critical')).toEqual([]);
    expect(sent(world, 'normal').map(({ envelope }) => [envelope.tenant, envelope.event.id])).toEqual([
      ['acme', '1'],
      ['other', '1'],
      ['other', '2'],
    ]);
  });

  test('an emitted event keeps the tenant of its wrapper, and no other way in may name one', async () => {
    const { world, ingest } = setUp();
    await ingest([
      { ref: 'm1', body: JSON.stringify({ way: 'internal', event: { tenant: 'other', event: event('1') } }) },
      { ref: 'm2', body: JSON.stringify({ way: 'devices', tenant: 'other', event: event('2') }) },
    ]);
    expect(sent(world, 'normal').map(({ envelope }) => envelope.tenant)).toEqual(['other', 'acme']);
  });

  test('an object may hold one event over many lines, or a list', async () => {
    const objects = {
      'in/uploads/one.json': JSON.stringify(event('1'), null, 2),
      'in/uploads/list.json': JSON.stringify([event('2'), event('3')]),
    };
    const { world, ingest } = setUp({ objects });
    await ingest([ofObject('in/uploads/one.json'), ofObject('in/uploads/list.json')]);
    expect(sentIds(world, 'normal')).toEqual(['1', '2', '3']);
  });

  test('an event whose deadline has passed is accepted and counted: its outcome is the runner’s to write', async () => {
    const { world, ingest } = setUp();
    const summary = await ingest([onQueue('m1', event('1', { expirytime: '2025-12-31T23:59:59Z' }))]);
    expect(summary).toMatchObject({ accepted: 1, late: 1 });
    expect(sentIds(world, 'normal')).toEqual(['1']);
  });

  test('a sound claim check is accepted', async () => {
    const content = 'x'.repeat(300_000);
    const claim = {
      data: undefined,
      dataref: 'claims/devices/a',
      datarefsize: content.length,
      datarefdigest: bytesDigest(new TextEncoder().encode(content)),
    };
    const { ingest } = setUp({ objects: { 'claims/devices/a': content } });
    expect(await ingest([onQueue('m1', event('1', claim))])).toMatchObject({ accepted: 1, refused: {} });
  });

  test('a lane’s events are cut into acceptances that fit into an item of the table', async () => {
    const { world, ingest } = setUp();
    const noise = (seed: number) =>
      Array.from({ length: 3_000 }, (_, index) => Math.sin(seed * 10_000 + index).toString(36)).join('');
    const lines = Array.from({ length: 20 }, (_, index) => JSON.stringify(event(`${index}`, { data: noise(index) })));
    world.state.objects['in/uploads/big'] = lines.join('\n');
    const summary = await ingest([ofObject('in/uploads/big')]);
    expect(summary).toMatchObject({ accepted: 20, refused: {} });
    expect(acceptances(world).length).toBeGreaterThan(1);
    expect(sentIds(world, 'normal')).toEqual(lines.map((_, index) => `${index}`));
  });
});

describe('repeats', () => {
  test('the same batch again changes nothing and is counted', async () => {
    const { world, ingest } = setUp();
    const batch = [onQueue('m1', event('1')), onQueue('m2', event('2'))];
    await ingest(batch);
    world.state.nowMs += 60_000;
    expect(await ingest(batch)).toMatchObject({ accepted: 0, duplicates: 2, failed: [] });
    expect(acceptances(world)).toHaveLength(1);
    expect(sentIds(world, 'normal')).toEqual(['1', '2']);
  });

  test('a repeat inside a batch is dropped to one; another body under the same identity is refused', async () => {
    const { world, ingest } = setUp();
    const summary = await ingest([
      onQueue('m1', event('1')),
      onQueue('m2', event('1')),
      onQueue('m3', event('1', { data: { value: 2 } })),
    ]);
    expect(summary).toMatchObject({ accepted: 1, duplicates: 1, refused: { 'identity-reused': 1 }, failed: [] });
    expect(sentIds(world, 'normal')).toEqual(['1']);
  });

  test('a hand-off that was cut off is made good by the repeat, with what was accepted first', async () => {
    const { world, ingest } = setUp({ hook: refusing(calls('lanes.send', 1)) });
    const batch = [onQueue('m1', event('1'))];
    expect(await ingest(batch)).toMatchObject({ accepted: 1, unsent: 1, failed: [] });
    world.state.nowMs += 1_000;
    expect(await ingest(batch)).toMatchObject({ accepted: 0, resent: 1, unsent: 0 });
    expect(sent(world, 'normal').map(({ envelope }) => envelope.acceptedAtMs)).toEqual([NOW_MS]);
    expect(acceptances(world)[0]?.handedOver).toBe(true);
  });
});

describe('what is refused', () => {
  test('bad events are kept in one object per batch with their reasons, and fail no record', async () => {
    const { world, ingest } = setUp();
    const summary = await ingest([
      onQueue('m1', { ...event('1'), type: undefined }),
      { ref: 'm2', body: 'not json' },
      onQueue('m3', event('3'), 'nobody'),
      onQueue('m4', event('4')),
      ofObject('in/uploads/missing'),
      ofObject('in/uploads/huge', 11 * 1024 * 1024),
      ofObject('in/devices/stolen'),
    ]);
    expect(summary).toMatchObject({ accepted: 1, failed: [] });
    expect(summary.refused).toEqual({
      'invalid-event': 1,
      'malformed-wrapper': 2,
      'unknown-way': 1,
      'object-missing': 1,
      'object-too-large': 1,
    });
    expect(reasons(world)).toHaveLength(1);
    expect(reasons(world)[0]).toHaveLength(6);
  });

  test('a stream’s bad records do not hold it up, text or not', async () => {
    const { world, ingest } = setUp();
    const summary = await ingest([
      { ref: 's1', body: new Uint8Array([0xff, 0xfe]), stream: 'triage-test-readings' },
      { ref: 's2', body: new TextEncoder().encode('{'), stream: 'triage-test-readings' },
      onStream('s3', event('3')),
    ]);
    expect(summary).toMatchObject({ accepted: 1, refused: { 'not-utf8': 1, 'invalid-event': 1 }, failed: [] });
    expect(Object.values(world.state.quarantined)[0]?.[0]?.raw).toBe('base64://4=');
  });

  test('one bad line of an object leaves the others alone', async () => {
    const { world, ingest } = setUp({ objects: { 'in/uploads/a': `${JSON.stringify(event('1'))}\nbroken\n\n` } });
    expect(await ingest([ofObject('in/uploads/a')])).toMatchObject({ accepted: 1, refused: { 'invalid-event': 1 } });
    expect(Object.values(world.state.quarantined)[0]?.[0]?.raw).toBe('broken');
  });

  test.each([
    ['missing', 'claims/devices/none', 'claim-missing'],
    ['of another size', 'claims/devices/long', 'claim-mismatch'],
    ['of another digest', 'claims/devices/same', 'claim-mismatch'],
    ['another producer’s', 'claims/uploads/a', 'invalid-event'],
  ])('a claim check that is %s is refused', async (_, dataref, code) => {
    const { ingest } = setUp({ objects: { 'claims/devices/long': 'abcd', 'claims/devices/same': 'abc' } });
    const claim = { data: undefined, dataref, datarefsize: 3, datarefdigest: '0'.repeat(64) };
    expect(await ingest([onQueue('m1', event('1', claim))])).toMatchObject({ accepted: 0, refused: { [code]: 1 } });
  });

  test('a full lane refuses what is new, and not the repeat of what it accepted', async () => {
    const lanes = [lane('critical', 'critical'), lane('normal', 'normal', false, 2)];
    const { world, ingest } = setUp({ settings: { lanes } });
    const batch = [onQueue('m1', event('1')), onQueue('m2', event('2'))];
    expect(await ingest(batch)).toMatchObject({ accepted: 2 });
    expect(await ingest([onQueue('m3', event('3'))])).toMatchObject({ accepted: 0, refused: { 'lane-full': 1 } });
    expect(await ingest(batch)).toMatchObject({ duplicates: 2, refused: {} });
    world.state.nowMs += 10_000;
    if (world.state.queues.normal) world.state.queues.normal = { ...world.state.queues.normal, messages: [] };
    expect(await ingest([onQueue('m3', event('3'))])).toMatchObject({ accepted: 1, refused: {} });
  });
});

describe('trouble outside', () => {
  test('entries that the queue did not take leave the acceptance owed, and fail nothing', async () => {
    const { world, ingest } = setUp({ hook: answering(calls('lanes.send', 1), [1]) });
    const summary = await ingest([onQueue('m1', event('1')), onQueue('m2', event('2'))]);
    expect(summary).toMatchObject({ accepted: 2, unsent: 1, failed: [] });
    expect(acceptances(world)[0]?.handedOver).toBe(false);
  });

  test('an acceptance that could not be written fails its own records only', async () => {
    const hook: Hook = {
      before: async ({ port, name, args }) => {
        if (port === 'acceptances' && name === 'accept' && (args[0] as { lane: string }).lane === 'normal')
          throw new Error('throttled');
        return undefined;
      },
    };
    const { world, ingest } = setUp({ hook });
    const summary = await ingest([onQueue('m1', event('1')), onQueue('m2', event('2', { type: 'alarm' }))]);
    expect(summary).toMatchObject({ accepted: 1, failed: ['m1'] });
    expect(sentIds(world, 'critical')).toEqual(['2']);
  });

  test('an acceptance whose answer was lost is found by the repeat and handed over', async () => {
    const { world, ingest } = setUp({ hook: losingAnswers(calls('acceptances.accept', 1)) });
    const batch = [onQueue('m1', event('1'))];
    expect(await ingest(batch)).toMatchObject({ failed: ['m1'] });
    expect(await ingest(batch)).toMatchObject({ resent: 1, failed: [] });
    expect(sentIds(world, 'normal')).toEqual(['1']);
  });

  test('a quarantine that could not be written, or an object that could not be read, makes the record come again', async () => {
    const hook = allOf(refusing(calls('quarantine.keep')), refusing(calls('claims.read')));
    const { ingest } = setUp({ hook, objects: { 'in/uploads/a': '{}' } });
    const summary = await ingest([{ ref: 'm1', body: '' }, onQueue('m2', event('2')), ofObject('in/uploads/a')]);
    expect(summary).toMatchObject({ accepted: 1, refused: {} });
    expect([...summary.failed].sort()).toEqual(['m1', 'object']);
  });

  test('a mark or a look at the backlog that fails holds nothing up', async () => {
    const hook = allOf(refusing(calls('acceptances.markHandedOver')), refusing(calls('control.watermark')));
    const { world, ingest } = setUp({ hook });
    expect(await ingest([onQueue('m1', event('1'))])).toMatchObject({ accepted: 1, unsent: 0, failed: [] });
    expect(sentIds(world, 'normal')).toEqual(['1']);
  });

  test('in an ordered lane, events of a key wait for one of theirs that was not sent', async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => event(`${index}`, { partitionkey: 'p' }));
    const objects = { 'in/uploads/a': many.map((each) => JSON.stringify(each)).join('\n') };
    const { world, ingest } = setUp({ hook: answering(calls('lanes.send', 1), [0]), objects });
    expect(await ingest([ofObject('in/uploads/a')])).toMatchObject({ accepted: 1_001, unsent: 501, failed: [] });
    expect(sentIds(world, 'ordered')).toEqual([]);
    expect(acceptances(world).every((each) => !each.handedOver)).toBe(true);
  });

  test('a stream comes again until its ordered lane has taken it, so that its next batch does not overtake', async () => {
    const { world, ingest } = setUp({ hook: answering(calls('lanes.send', 1), [0]) });
    const batch = [onStream('s1', event('1', { partitionkey: 'p' }))];
    expect(await ingest(batch)).toMatchObject({ accepted: 1, unsent: 1, failed: ['s1'] });
    expect(sentIds(world, 'ordered')).toEqual([]);

    expect(await ingest(batch)).toMatchObject({ resent: 1, unsent: 0, failed: [] });
    expect(sentIds(world, 'ordered')).toEqual(['1']);
  });

  test('another way promises no order, and is not held up by what its lane did not take', async () => {
    const { ingest } = setUp({ hook: answering(calls('lanes.send', 1), [0]) });
    const batch = [onQueue('m1', event('m', { partitionkey: 'q' }))];
    expect(await ingest(batch)).toMatchObject({ accepted: 1, unsent: 1, failed: [] });
  });

  test('a stream does not stand still for a lane without order: the reconciler sends what is owed', async () => {
    const { world, ingest } = setUp({ hook: answering(calls('lanes.send', 1), [0]) });
    expect(await ingest([onStream('s1', event('1'))])).toMatchObject({ accepted: 1, unsent: 1, failed: [] });
    expect(acceptances(world).map((each) => each.handedOver)).toEqual([false]);
  });
});

test('whatever fails, every record is accepted, refused, a duplicate or coming again, and nothing is sent before it is accepted', async () => {
  const body = fc.oneof(
    fc.nat(5).map((id) => event(`${id}`)),
    fc.nat(5).map((id) => event(`a${id}`, { type: 'alarm' })),
    fc.nat(5).map((id) => event(`p${id}`, { partitionkey: `${id % 2}` })),
    fc.constant({ broken: true }),
  );
  const trouble = fc.record({
    accept: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    send: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    keep: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(body, { maxLength: 10 }), trouble, async (bodies, { accept, send, keep }) => {
      const hook = allOf(
        ...accept.map((nth) => refusing(calls('acceptances.accept', nth))),
        ...send.map((nth) => answering(calls('lanes.send', nth), [0])),
        ...(keep ? [refusing(calls('quarantine.keep', 1))] : []),
      );
      const { world, ingest } = setUp({ hook });
      const records = bodies.map((each, index) => onQueue(`m${index}`, each));
      let left = records;
      for (let round = 0; left.length > 0; round += 1) {
        expect(round).toBeLessThan(5);
        const { failed } = await ingest(left);
        left = left.filter((each) => failed.includes(each.ref));
      }
      const accepted = new Set(acceptances(world).flatMap((each) => each.envelopes.map(({ key }) => key)));
      for (const each of bodies)
        if ('id' in each) expect(accepted.has(recordKey('acme', each.source, each.id))).toBe(true);
      for (const { name } of SETTINGS.lanes)
        for (const { envelope } of sent(world, name)) expect(accepted.has(envelope.key)).toBe(true);
      if (bodies.some((each) => 'broken' in each)) expect(reasons(world).length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

describe('overload', () => {
  const OVERLOADED_MS = 20_000;
  const weighted = SETTINGS.lanes.map((each) => ({ ...each, weight: each.name === 'critical' ? 8 : 1 }));

  /** The critical lane's runner sees messages of that age, over and over, for long enough that the lowest class is shed. */
  async function overloaded(hook?: Hook) {
    const bench = setUp({ settings: { lanes: weighted }, ...(hook ? { hook } : {}) });
    await bench.ingest([onQueue('first', event('first', { type: 'alarm' }))]);
    for (let second = 0; second <= OVERLOADED_MS / 1000; second += 1) {
      bench.world.state.nowMs += 1_000;
      const { nowMs } = bench.world.state;
      bench.world.state.watermarks.critical = { oldestSentAtMs: nowMs - 9_000, seenAtMs: nowMs };
      await bench.ingest([onQueue(`alarm${second}`, event(`alarm${second}`, { type: 'alarm' }))]);
    }
    return bench;
  }
  const outcomes = ({ world }: Awaited<ReturnType<typeof overloaded>>) =>
    Object.values(world.state.records).map(({ outcome }) => outcome?.kind);

  it('accepts an event of the lowest class and gives it up at once, with its reason', async () => {
    const bench = await overloaded();
    const { lanes } = await bench.ingest([onQueue('a', event('a'))]);
    expect(lanes.normal).toMatchObject({ accepted: 1, shed: 1, unsent: 0 });
    expect(outcomes(bench)).toEqual(['SHED']);
    expect(bench.world.state.queues.normal?.messages).toEqual([]);
    const [record] = Object.values(bench.world.state.records);
    expect(record?.outcome?.reason).toBe('overload: the lowest 1 classes are shed');
    const open = Object.values(bench.world.state.acceptances).filter(({ acceptance }) => acceptance.lane === 'normal');
    expect(open.map(({ acceptance }) => acceptance.handedOver)).toEqual([true]);
  });

  it('keeps one of ten of a class whose weight is one of ten', async () => {
    const bench = await overloaded();
    const events = Array.from({ length: 20 }, (_, index) => onQueue(`n${index}`, event(`n${index}`)));
    const { lanes } = await bench.ingest(events);
    expect(lanes.normal).toMatchObject({ accepted: 20, shed: 18 });
    expect(bench.world.state.queues.normal?.messages).toHaveLength(2);
  });

  it('sheds nothing where the configuration says so', async () => {
    const bench = await overloaded();
    const calm = createIngest(
      createMemoryPorts({ world: bench.world }),
      { ...SETTINGS, lanes: weighted, shedAboveShareOfObjective: null },
      { now: () => bench.world.state.nowMs, random: () => 0.5 },
    );
    const soon = new Date(bench.world.state.nowMs + 1_000).toISOString();
    const { lanes } = await calm([
      onQueue('d', event('d', { type: 'alarm', expirytime: soon })),
      onQueue('a', event('a')),
    ]);
    expect([lanes.critical?.shed, lanes.normal?.shed]).toEqual([0, 0]);
  });

  it('sheds neither the most urgent class nor an ordered lane', async () => {
    const bench = await overloaded();
    const { lanes } = await bench.ingest([
      onQueue('u', event('u', { type: 'alarm' })),
      onQueue('o', event('o', { partitionkey: 'k' })),
    ]);
    expect([lanes.critical?.shed, lanes.ordered?.shed]).toEqual([0, 0]);
  });

  it('lets an event go on whose outcome could not be written', async () => {
    const bench = await overloaded({
      before: async ({ port, name }) => {
        if (port === 'records' && name === 'commit') throw new Error('throttled');
        return undefined;
      },
    });
    const { lanes } = await bench.ingest([onQueue('a', event('a'))]);
    expect(lanes.normal).toMatchObject({ accepted: 1, shed: 0, unsent: 0 });
    expect(bench.world.state.queues.normal?.messages).toHaveLength(1);
  });

  it('changes nothing for a repeat of what it gave up', async () => {
    const bench = await overloaded();
    await bench.ingest([onQueue('a', event('a'))]);
    const { lanes } = await bench.ingest([onQueue('again', event('a'))]);
    expect(lanes.normal).toMatchObject({ accepted: 0, duplicates: 1, shed: 0 });
    expect(outcomes(bench)).toEqual(['SHED']);
  });

  it('sheds an event of any class that cannot be reached before its deadline', async () => {
    const bench = await overloaded();
    const soon = new Date(bench.world.state.nowMs + 5_000).toISOString();
    const { lanes } = await bench.ingest([onQueue('d', event('d', { type: 'alarm', expirytime: soon }))]);
    expect(lanes.critical).toMatchObject({ accepted: 1, shed: 1 });
  });

  it('gives a full lane’s events back to the stream that they came by, and keeps the others with the reason', async () => {
    const bench = setUp({ settings: { lanes: SETTINGS.lanes.map((each) => ({ ...each, admissionBound: 0 })) } });
    const record: IntakeRecord = {
      ref: 's',
      body: Buffer.from(JSON.stringify(event('s'))),
      stream: 'triage-test-readings',
    };
    const { failed, refused } = await bench.ingest([record, onQueue('q', event('q'))]);
    expect(failed).toEqual(['s']);
    expect(refused).toEqual({ 'lane-full': 1 });
  });
});
