import { createMemoryPorts, type Hook } from '../../../adapters/memory';
import { createIngest } from '../../../lambdas/ingestion/ingest/core';
import type { IntakeRecord } from '../../../lambdas/ingestion/ingest/intake';
import { event, onQueue, SETTINGS, sentIds, setUp } from './bench';

describe('overload', () => {
  const OVERLOADED_MS = 20_000;
  const weighted = SETTINGS.lanes.map((each) => ({ ...each, weight: each.name === 'critical' ? 8 : 1 }));

  /** Both lanes' runners see messages of such an age, over and over, for long enough that the lowest class is shed. */
  async function overloaded(hook?: Hook, normalBehindMs = 12_000) {
    const bench = setUp({ settings: { lanes: weighted }, ...(hook ? { hook } : {}) });
    await bench.ingest([onQueue('first', event('first', { type: 'alarm' })), onQueue('waits', event('waits'))]);
    for (let second = 0; second <= OVERLOADED_MS / 1000; second += 1) {
      bench.world.state.nowMs += 1_000;
      const { nowMs } = bench.world.state;
      bench.world.state.watermarks.critical = { oldestSentAtMs: nowMs - 9_000, seenAtMs: nowMs };
      bench.world.state.watermarks.normal = { oldestSentAtMs: nowMs - normalBehindMs, seenAtMs: nowMs };
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
    expect(sentIds(bench.world, 'normal')).toEqual(['waits']);
    const [record] = Object.values(bench.world.state.records);
    expect(record?.outcome?.reason).toBe('overload: the lowest 1 classes are shed');
    const open = Object.values(bench.world.state.acceptances).filter(({ acceptance }) => acceptance.lane === 'normal');
    expect(open.map(({ acceptance }) => acceptance.handedOver)).toEqual([true, true]);
  });

  it('keeps one of ten of a class whose weight is one of ten', async () => {
    const bench = await overloaded();
    const events = Array.from({ length: 20 }, (_, index) => onQueue(`n${index}`, event(`n${index}`)));
    const { lanes } = await bench.ingest(events);
    expect(lanes.normal).toMatchObject({ accepted: 20, shed: 18 });
    expect(sentIds(bench.world, 'normal')).toHaveLength(1 + 2);
  });

  it('sheds nothing of a class whose own lane keeps up, since nobody else would have its share of capacity', async () => {
    const bench = await overloaded(undefined, 2_000);
    const { lanes } = await bench.ingest([onQueue('a', event('a'))]);
    expect(lanes.normal).toMatchObject({ accepted: 1, shed: 0 });
    expect(sentIds(bench.world, 'normal')).toEqual(['waits', 'a']);
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
    expect(sentIds(bench.world, 'normal')).toEqual(['waits', 'a']);
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
