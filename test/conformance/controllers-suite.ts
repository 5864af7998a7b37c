/** Controllers' leases, decisions and switches. */
import type { DecisionRecord } from '../../core/contracts/scheduling';
import { fresh, T } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function controllersSuite(ports: () => PortsUnderTest): void {
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
