/** Contexts: written at the version that was read, in one commit with the outcomes. */
import { fresh, outcome } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function contextsSuite(ports: () => PortsUnderTest): void {
  describe('contexts', () => {
    const commitOne = (key: string, context: string, expectedVersion: number, sequence?: string) =>
      ports().records.commit(
        {
          outcomes: [{ key, generation: 1, outcome: outcome(key, { contexts: [context] }) }],
          contexts: [
            {
              next: {
                key: context,
                version: expectedVersion + 1,
                n: expectedVersion + 1,
                ...(sequence === undefined ? {} : { sequence }),
                value: { mean: 2.5, variance: 0.25 },
              },
              expectedVersion,
            },
          ],
        },
        fresh(),
      );
    it('writes at the version that was read, and refuses at another', async () => {
      const context = fresh();
      expect((await commitOne(fresh(), context, 0, '7')).status).toBe('committed');
      const late = fresh();
      expect(await commitOne(late, context, 0)).toEqual({ status: 'refused', outcomes: [], contexts: [0] });
      expect(await ports().records.read([{ key: late, generation: 1 }])).toEqual([]);
      expect((await commitOne(late, context, 1)).status).toBe('committed');
      expect(await ports().contexts.read([context, fresh()])).toEqual([
        { key: context, version: 2, n: 2, value: { mean: 2.5, variance: 0.25 } },
      ]);
    });
    it('takes the repeat of one attempt whose answer was lost for the same attempt', async () => {
      const [key, context, attempt] = [fresh(), fresh(), fresh()];
      const group = {
        outcomes: [{ key, generation: 1, outcome: outcome(key, { contexts: [context] }) }],
        contexts: [{ next: { key: context, version: 1, n: 1, value: 1 }, expectedVersion: 0 }],
      };
      expect((await ports().records.commit(group, attempt)).status).toBe('committed');
      expect((await ports().records.commit(group, attempt)).status).toBe('committed');
      expect((await ports().contexts.read([context]))[0]?.n).toBe(1);
    });
    it('reads more than one request holds', async () => {
      const contexts = Array.from({ length: 110 }, () => fresh());
      for (const each of contexts) await commitOne(fresh(), each, 0);
      expect(await ports().contexts.read(contexts)).toHaveLength(110);
      expect(await ports().contexts.read([])).toEqual([]);
    });
  });
}
