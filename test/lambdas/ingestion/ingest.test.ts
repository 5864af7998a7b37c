import { calls, refusing } from '../../../adapters/memory';
import { bytesDigest, recordKey } from '../../../core/contracts/identity';
import { acceptances, event, lane, NOW_MS, ofObject, onQueue, onStream, reasons, sent, sentIds, setUp } from './bench';

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
