/** The state store: fenced, versioned writes, marks, and commits on the condition that what was read is still current. */
import { MAX_STATE_BYTES, type StateClaim, type StateKey, type StateRead } from '../../core/contracts/state';
import type { StateStore } from '../../core/ports';
import { fresh, T } from './fixtures';

const keyOf = (name = 'reserve', instance = fresh()): StateKey => ({ application: 'booking', instance, name });
const claimOf = (key: StateKey, token = 1, owner = `step#${token}`): StateClaim => ({ key, owner, token });

export function describeStateStore(name: string, make: () => Promise<StateStore>): void {
  describe(`state store: ${name}`, () => {
    let states: StateStore;
    beforeAll(async () => {
      states = await make();
    });
    const written = async (key: StateKey, value: unknown, token = 1): Promise<StateRead> => {
      const begun = await states.begin(claimOf(key, token), T);
      const ifVersion = begun.status === 'begun' ? begun.result.version : -1;
      expect(await states.put({ ...claimOf(key, token), value, ifVersion }, T + 1)).toEqual({
        status: 'written',
        version: ifVersion + 1,
      });
      return { key, version: ifVersion + 1 };
    };
    const freshnessOf = async (key: StateKey) => (await states.read(key))?.freshness;

    describe('begin and put', () => {
      it('knows nothing of what was never begun, shows it pending, then current with its value', async () => {
        const key = keyOf();
        expect(await states.read(key)).toBeUndefined();
        const claim = claimOf(key);
        const pending = { ...claim, version: 0, value: undefined, basis: [], freshness: 'pending', sinceMs: T };
        expect(await states.begin(claim, T)).toEqual({ status: 'begun', result: pending });
        expect(await states.read(key)).toEqual(pending);
        const value = { seat: '12A', price: 80.5, extras: [null, 'ü'] };
        expect(await states.put({ ...claim, value, ifVersion: 0 }, T + 5)).toEqual({ status: 'written', version: 1 });
        const current = { ...claim, version: 1, value, basis: [], freshness: 'current', sinceMs: T + 5 };
        expect(await states.read(key)).toEqual(current);
      });
      it('keeps the version before under a pending attempt, which takes the next', async () => {
        const key = keyOf();
        await written(key, 'one');
        const begun = await states.begin(claimOf(key, 2), T + 9);
        expect(begun).toMatchObject({ status: 'begun', result: { version: 1, value: 'one', freshness: 'pending' } });
        expect(await states.put({ ...claimOf(key, 2), value: 'two', ifVersion: 1 }, T + 10)).toMatchObject({
          version: 2,
        });
      });
      it('lets no equal or lower token begin, and none put but the one that began last', async () => {
        const key = keyOf();
        await states.begin(claimOf(key, 5), T);
        for (const late of [claimOf(key, 4), claimOf(key, 5, 'another')]) {
          expect(await states.begin(late, T)).toMatchObject({ status: 'refused', why: 'token', found: { token: 5 } });
          const put = await states.put({ ...late, value: 'late', ifVersion: 0 }, T);
          expect(put).toMatchObject({ status: 'refused', why: 'token', found: { version: 0 } });
        }
        const early = await states.put({ ...claimOf(key, 6), value: 'not begun', ifVersion: 0 }, T);
        expect(early).toMatchObject({ status: 'refused', why: 'token' });
        expect(await states.read(key)).toMatchObject({ version: 0, freshness: 'pending', owner: 'step#5' });
      });
      it('begins over the version that was named, and over no other', async () => {
        const key = keyOf();
        const first = await states.begin({ ...claimOf(key), ifVersion: 1 }, T);
        expect(first).toEqual({ status: 'refused', why: 'absent', found: undefined });
        expect(await states.begin({ ...claimOf(key), ifVersion: 0 }, T)).toMatchObject({ status: 'begun' });
        expect(await states.begin({ ...claimOf(key, 2), ifVersion: 0 }, T)).toMatchObject({ status: 'begun' });
        await states.put({ ...claimOf(key, 2), value: 'one', ifVersion: 0 }, T);
        // Whoever has seen it pending is too late: what is current stays current.
        const late = await states.begin({ ...claimOf(key, 3), ifVersion: 0 }, T);
        expect(late).toMatchObject({ status: 'refused', why: 'version', found: { version: 1, freshness: 'current' } });
        expect(await freshnessOf(key)).toBe('current');
        expect(await states.begin({ ...claimOf(key, 3), ifVersion: 1 }, T)).toMatchObject({ status: 'begun' });
        expect(await states.begin({ ...claimOf(key, 3), ifVersion: 1 }, T)).toMatchObject({ status: 'begun' });
      });
      it('refuses a put over another version, and one where nothing was begun', async () => {
        const key = keyOf();
        expect(await states.put({ ...claimOf(key), value: 1, ifVersion: 0 }, T)).toEqual({
          status: 'refused',
          why: 'absent',
          found: undefined,
        });
        await states.begin(claimOf(key), T);
        const put = await states.put({ ...claimOf(key), value: 1, ifVersion: 1 }, T);
        expect(put).toMatchObject({ status: 'refused', why: 'version', found: { version: 0 } });
      });
      it('answers a repeat like the first call, and a begin after the put with what was put', async () => {
        const key = keyOf();
        const first = await states.begin(claimOf(key), T);
        expect(await states.begin(claimOf(key), T + 50)).toEqual(first);
        const put = { ...claimOf(key), value: { a: 1, b: 2 }, ifVersion: 0 };
        expect(await states.put(put, T + 1)).toEqual({ status: 'written', version: 1 });
        expect(await states.put({ ...put, value: { b: 2, a: 1 } }, T + 60)).toEqual({ status: 'written', version: 1 });
        expect(await states.begin(claimOf(key), T + 70)).toMatchObject({ status: 'done', result: { version: 1 } });
        expect(await states.read(key)).toMatchObject({ version: 1, freshness: 'current', sinceMs: T + 1 });
        await states.markStale({ key, ifVersion: 1, reason: 'lost' }, T + 80);
        expect(await states.put(put, T + 90)).toEqual({ status: 'written', version: 1 });
        expect(await freshnessOf(key)).toBe('stale');
      });
      it('fails if the same claim puts another value', async () => {
        const key = keyOf();
        await written(key, 'one');
        const again = await states.put({ ...claimOf(key), value: 'other', ifVersion: 0 }, T + 2);
        expect(again).toMatchObject({ status: 'refused', why: 'freshness', found: { value: 'one' } });
      });
      it('throws at a value that is too large, a key out of its limits, and a token that is no whole number', async () => {
        const key = keyOf();
        await states.begin(claimOf(key), T);
        const large = 'x'.repeat(MAX_STATE_BYTES - 1);
        await expect(states.put({ ...claimOf(key), value: large, ifVersion: 0 }, T)).rejects.toThrow('value (bytes)');
        await expect(states.begin(claimOf({ ...key, application: 'a/b' }), T)).rejects.toThrow('application');
        await expect(states.begin(claimOf(key, 1.5), T)).rejects.toThrow('token');
        const most = { ...claimOf(key), value: large.slice(1), ifVersion: 0 };
        expect(await states.put(most, T)).toMatchObject({ status: 'written' });
      });
      it('lists the results of one instance by name, and of no other', async () => {
        const instance = fresh();
        for (const step of ['ticket', 'payment', 'Reserve']) await written(keyOf(step, instance), step);
        await written(keyOf('payment', `${instance}0`), 'other');
        const names = (await states.list('booking', instance)).map(({ key }) => key.name);
        expect(names).toEqual(['Reserve', 'payment', 'ticket']);
        expect(await states.list('travel', instance)).toEqual([]);
      });
      it('lists more than one answer holds', async () => {
        const instance = fresh();
        for (let step = 0; step < 12; step++) await written(keyOf(`step-${step}`, instance), 'x'.repeat(99_000));
        expect(await states.list('booking', instance)).toHaveLength(12);
      });
    });

    describe('marks', () => {
      it('makes a current version stale once, with the first reason, and no other version', async () => {
        const { key } = await written(keyOf(), 'one');
        const mark = { key, ifVersion: 1, reason: 'the provider knows nothing of it' };
        const late = await states.markStale({ ...mark, ifVersion: 2 }, T);
        expect(late).toMatchObject({ status: 'refused', why: 'version', found: { version: 1 } });
        expect(await states.markStale(mark, T + 9)).toEqual({ status: 'marked' });
        expect(await states.markStale({ ...mark, reason: 'again' }, T + 10)).toEqual({ status: 'marked' });
        const stale = { version: 1, value: 'one', freshness: 'stale', reason: mark.reason, sinceMs: T + 9 };
        expect(await states.read(key)).toMatchObject(stale);
      });
      it('leaves a pending or absent one alone, whoever calls it stale', async () => {
        const { key } = await written(keyOf(), 'one');
        await states.begin(claimOf(key, 2), T);
        const mark = await states.markStale({ key, ifVersion: 1, reason: 'x' }, T);
        expect(mark).toMatchObject({ status: 'refused', why: 'freshness', found: { freshness: 'pending' } });
        expect(await states.markStale({ key: keyOf(), ifVersion: 1, reason: 'x' }, T)).toMatchObject({ why: 'absent' });
      });
      it('gives up an attempt, whose put is refused from then on, until a higher token begins', async () => {
        const key = keyOf();
        await states.begin(claimOf(key), T);
        const failed = { key, token: 1, reason: 'time-out' };
        expect(await states.markFailed(failed, T + 3)).toEqual({ status: 'marked' });
        expect(await states.markFailed(failed, T + 4)).toEqual({ status: 'marked' });
        const put = await states.put({ ...claimOf(key), value: 'late', ifVersion: 0 }, T + 5);
        expect(put).toMatchObject({ status: 'refused', why: 'freshness', found: { freshness: 'failed' } });
        expect(await states.begin(claimOf(key), T + 6)).toMatchObject({ status: 'refused', why: 'token' });
        expect(await states.read(key)).toMatchObject({ freshness: 'failed', reason: 'time-out', sinceMs: T + 3 });
        await written(key, 'repaired', 2);
        expect(await states.read(key)).not.toHaveProperty('reason');
      });
      it('fails if the attempt is not the one that was judged, or is over', async () => {
        const key = keyOf();
        await states.begin(claimOf(key, 2), T);
        const earlier = await states.markFailed({ key, token: 1, reason: 'x' }, T);
        expect(earlier).toMatchObject({ status: 'refused', why: 'token', found: { token: 2 } });
        await states.put({ ...claimOf(key, 2), value: 1, ifVersion: 0 }, T);
        const over = await states.markFailed({ key, token: 2, reason: 'x' }, T);
        expect(over).toMatchObject({ status: 'refused', why: 'freshness', found: { freshness: 'current' } });
      });
    });

    describe('a commit on what was read', () => {
      const begunWrite = async (value: unknown) => {
        const claim = claimOf(keyOf('ticket'));
        await states.begin(claim, T);
        return { ...claim, value, ifVersion: 0 };
      };
      it('puts all while all is current, and remembers what it was made from', async () => {
        const reads = [await written(keyOf('reserve'), 1), await written(keyOf('payment'), 2)];
        const writes = [await begunWrite('a'), await begunWrite('b')];
        expect(await states.commitIfCurrent({ reads, writes }, T + 7)).toEqual({ status: 'committed' });
        for (const { key, value } of writes)
          expect(await states.read(key)).toMatchObject({ version: 1, value, basis: reads, freshness: 'current' });
      });
      it('puts nothing where one read is not current, and tells which, why, and what is there', async () => {
        const [good, stale, newer, pending] = [
          await written(keyOf(), 1),
          await written(keyOf(), 2),
          await written(keyOf(), 3),
          await written(keyOf(), 4),
        ];
        const absent = { key: keyOf(), version: 1 };
        await states.markStale({ key: stale.key, ifVersion: 1, reason: 'x' }, T);
        await written(newer.key, 'newer', 2);
        await states.begin(claimOf(pending.key, 2), T);
        const write = await begunWrite('a');
        const answer = await states.commitIfCurrent(
          { reads: [good, stale, newer, pending, absent], writes: [write] },
          T,
        );
        expect(answer).toMatchObject({
          status: 'refused',
          refusals: [
            { of: 'read', index: 1, why: 'freshness', found: { freshness: 'stale' } },
            { of: 'read', index: 2, why: 'version', found: { version: 2 } },
            { of: 'read', index: 3, why: 'freshness', found: { freshness: 'pending' } },
            { of: 'read', index: 4, why: 'absent', found: undefined },
          ],
        });
        expect(await freshnessOf(write.key)).toBe('pending');
        expect(await states.commitIfCurrent({ reads: [good], writes: [write] }, T)).toEqual({ status: 'committed' });
      });
      it('puts nothing where one of the writers has been overtaken', async () => {
        const [mine, lost] = [await begunWrite('a'), await begunWrite('b')];
        await states.begin(claimOf(lost.key, 2), T);
        const answer = await states.commitIfCurrent({ reads: [], writes: [mine, lost] }, T);
        const refusals = [{ of: 'write', index: 1, why: 'token', found: { token: 2 } }];
        expect(answer).toMatchObject({ status: 'refused', refusals });
        expect(await freshnessOf(mine.key)).toBe('pending');
      });
      it('answers a repeat like the first call, also where what was read has become stale since', async () => {
        const read = await written(keyOf(), 1);
        const commit = { reads: [read], writes: [await begunWrite('a'), await begunWrite('b')] };
        for (const atMs of [T, T, T + 1])
          expect(await states.commitIfCurrent(commit, atMs)).toEqual({ status: 'committed' });
        await states.markStale({ key: read.key, ifVersion: 1, reason: 'x' }, T);
        expect(await states.commitIfCurrent(commit, T + 2)).toEqual({ status: 'committed' });
        for (const { key } of commit.writes) expect(await states.read(key)).toMatchObject({ version: 1, sinceMs: T });
      });
      it('holds of nothing only while nothing has been put there, whoever has begun to', async () => {
        const nothing = { key: keyOf('seat'), version: 0 };
        const look = async () => (await states.commitIfCurrent({ reads: [nothing], writes: [] }, T)).status;
        expect(await look()).toBe('committed');
        const write = { key: nothing.key, owner: 'o', token: 1, value: 1, ifVersion: 0 };
        await states.begin(write, T);
        expect(await look()).toBe('committed');
        await states.put(write, T);
        const found = { version: 1, freshness: 'current' };
        expect(await states.commitIfCurrent({ reads: [nothing], writes: [] }, T)).toMatchObject({
          status: 'refused',
          refusals: [{ of: 'read', index: 0, why: 'version', found }],
        });
      });
      it('says anew each time whether reads alone are current', async () => {
        const read = await written(keyOf(), 1);
        const look = () => states.commitIfCurrent({ reads: [read], writes: [] }, T);
        expect(await look()).toEqual({ status: 'committed' });
        await states.markStale({ key: read.key, ifVersion: 1, reason: 'x' }, T);
        expect(await look()).toMatchObject({ status: 'refused' });
      });
      it('takes a hundred items, and throws at more, or at one key twice', async () => {
        const write = await begunWrite('a');
        const reads: StateRead[] = [];
        for (let index = 0; index < 100; index++) reads.push(await written(keyOf(), index));
        await expect(states.commitIfCurrent({ reads, writes: [write] }, T)).rejects.toThrow('items');
        expect(await states.commitIfCurrent({ reads: reads.slice(1), writes: [write] }, T)).toEqual({
          status: 'committed',
        });
        const twice = { reads: [{ key: write.key, version: 1 }], writes: [write] };
        await expect(states.commitIfCurrent(twice, T)).rejects.toThrow('each key once');
      });
    });
  });
}
