/** Records: one outcome for each event and generation, all or nothing with the contexts. */
import { envelope, first, fresh, outcome, progress, single } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function recordsSuite(ports: () => PortsUnderTest): void {
  describe('records', () => {
    it('keeps an outcome as it was given', async () => {
      const key = fresh();
      const given = outcome(key, {
        emits: [{ id: 'e1', tenant: 'acme', event: envelope(key, 'x').event }],
        contexts: ['c'],
        ran: { instance: 'booking/acme/o1', execution: 'x-1' },
      });
      expect(await ports().records.commit(single(key, 1, given), fresh())).toEqual({ status: 'committed' });
      expect(first(await ports().records.read([{ key, generation: 1 }]))?.outcome).toEqual(given);
    });
    it.each(['DEAD', 'EXPIRED', 'SHED', 'COMPENSATED'] as const)(
      'keeps an outcome %s with its reason',
      async (kind) => {
        const key = fresh();
        const acceptance = kind === 'DEAD' ? { acceptance: `held by ${key}` } : {};
        const given = outcome(key, { kind, reason: `because of ${kind}`, writes: [], ...acceptance });
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
    it('finds what ended DEAD within a time, and nothing else', async () => {
      const [dead, done, late] = [fresh(), fresh(), fresh()];
      const at = (decidedAtMs: number) => ({ kind: 'DEAD', reason: 'x', writes: [], decidedAtMs }) as const;
      await ports().records.commit(single(dead, 1, outcome(dead, at(5_000_000))), fresh());
      await ports().records.commit(single(late, 1, outcome(late, at(6_000_001))), fresh());
      await ports().records.commit(single(done, 1, outcome(done, { decidedAtMs: 5_000_000 })), fresh());
      const found = await ports().records.dead({ fromMs: 5_000_000, toMs: 6_000_000, limit: 1_000 });
      const keys = found.map(({ key }) => key);
      expect([dead, late, done].map((key) => keys.includes(key))).toEqual([true, false, false]);
      expect(found.find(({ key }) => key === dead)?.outcome?.kind).toBe('DEAD');
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
