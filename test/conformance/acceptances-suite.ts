/** Acceptances: put once, moved by condition, listed while they are open. */
import type { Acceptance } from '../../core/contracts/ledger';
import { envelope, fresh, T } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function acceptancesSuite(ports: () => PortsUnderTest): void {
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
