/** Effects: put if absent or newer. */
import { fresh } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function effectsSuite(ports: () => PortsUnderTest): void {
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
