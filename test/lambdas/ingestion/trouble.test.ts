/** Proves on the memory adapters that trouble outside, or with one event, never becomes trouble for its batch. */
import fc from 'fast-check';
import { allOf, answering, calls, type Hook, losingAnswers, refusing } from '../../../adapters/memory';
import { recordKey } from '../../../core/contracts/identity';
import { acceptances, event, ofObject, onQueue, onStream, reasons, SETTINGS, sent, sentIds, setUp } from './bench';

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
