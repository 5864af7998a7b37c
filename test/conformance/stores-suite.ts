/** The bus, the quarantine and claim checks. */
import { envelope, fresh, T } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function storesSuite(ports: () => PortsUnderTest): void {
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
    it('reads what it has put, again and again', async () => {
      const key = `claims/${fresh()}`;
      for (let time = 0; time < 2; time++) await ports().claims.put(key, new TextEncoder().encode('{"größe":1}'));
      const read = await ports().claims.read(key, 100);
      expect(read.status === 'ok' && new TextDecoder().decode(read.body)).toBe('{"größe":1}');
    });
  });
}
