/** The stream of outcomes, read again. */
import type { LedgerRecord } from '../../core/contracts/ledger';
import type { StreamRange } from '../../core/contracts/stream-failure';
import { fresh, outcome, progress, single } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function streamSuite(ports: () => PortsUnderTest): void {
  const readAll = async (range: StreamRange): Promise<LedgerRecord[]> => {
    const found: LedgerRecord[] = [];
    let page = await ports().stream.read(range);
    for (;;) {
      if (page.status === 'gone') throw new Error('gone');
      found.push(...page.records);
      if (page.next === undefined) return found;
      page = await ports().stream.read(range, page.next);
    }
  };

  describe('the stream of records', () => {
    it('gives outcomes as they were, up to the end of the range, and no progress', async () => {
      const [first, last, after] = [fresh(), fresh(), fresh()];
      await ports().records.putProgress({ key: first, generation: 1 }, progress(1));
      for (const key of [first, last, after]) await ports().records.commit(single(key, 1, outcome(key)), fresh());
      const records = await readAll(await ports().rangeUpTo(last));
      const mine = (key: string) => records.filter((each) => each.key === key).map((each) => each.outcome);
      expect(records.every((each) => each.outcome !== undefined)).toBe(true);
      expect(mine(last)).toEqual([outcome(last)]);
      // Of two keys only one shard is certain to have both; what comes after the end must not be there in any case.
      expect(mine(after)).toEqual([]);
    });
    it('tells a range that it does not hold', async () => {
      const key = fresh();
      await ports().records.commit(single(key, 1, outcome(key)), fresh());
      const range = await ports().rangeUpTo(key);
      expect(await ports().stream.read({ ...range, startSequenceNumber: '0'.repeat(21) })).toEqual({ status: 'gone' });
    });
  });
}
