/** Progress and branches of split chains: forward only, and none after the outcome. */
import { first, fresh, outcome, output, progress, single, T } from './fixtures';
import type { PortsUnderTest } from './ports-under-test';

export function progressSuite(ports: () => PortsUnderTest): void {
  describe('progress', () => {
    it('keeps progress as it was given and moves forward only', async () => {
      const at = { key: fresh(), generation: 1 };
      expect(await ports().records.putProgress(at, progress(1))).toBe('written');
      expect(await ports().records.putProgress(at, progress(1))).toBe('refused');
      expect(await ports().records.putProgress(at, progress(3))).toBe('written');
      expect(await ports().records.putProgress(at, progress(2))).toBe('refused');
      expect(first(await ports().records.read([at]))?.progress).toEqual(progress(3));
    });
    it('keeps which execution has the event, and a later run takes its place', async () => {
      const at = { key: fresh(), generation: 1 };
      const run = (stage: number) => ({
        position: { chain: 'booking', version: 1, stage, form: 'coordinated' as const },
        outputs: [],
        branches: {},
        bodyDigest: 'b'.repeat(64),
        committedAtMs: T,
        coordinated: { execution: `name-${stage + 1}`, dueAtMs: T + 60_000 },
      });
      expect(await ports().records.putProgress(at, run(0))).toBe('written');
      expect(first(await ports().records.read([at]))?.progress).toEqual(run(0));
      expect(await ports().records.putProgress(at, run(0))).toBe('refused');
      expect(await ports().records.putProgress(at, run(1))).toBe('written');
      expect(first(await ports().records.read([at]))?.progress).toEqual(run(1));
    });
    it('refuses progress and branches after the outcome', async () => {
      const key = fresh();
      const at = { key, generation: 1 };
      await ports().records.putProgress(at, progress(1));
      await ports().records.commit(single(key, 1, outcome(key)), fresh());
      expect(await ports().records.putProgress(at, progress(2))).toBe('refused');
      expect((await ports().records.addBranch(at, 1, 'left', output(1))).status).toBe('refused');
    });
    it('adds each branch once, at its own stage, and shows who completed the set', async () => {
      const at = { key: fresh(), generation: 1 };
      expect((await ports().records.addBranch(at, 1, 'left', output(1))).status).toBe('refused');
      await ports().records.putProgress(at, progress(1));
      const left = await ports().records.addBranch(at, 1, 'left', output({ side: 'left' }));
      expect(left.status === 'written' && Object.keys(left.record.progress?.branches ?? {})).toEqual(['left']);
      expect((await ports().records.addBranch(at, 1, 'left', output('again'))).status).toBe('refused');
      expect((await ports().records.addBranch(at, 2, 'right', output(2))).status).toBe('refused');
      const right = await ports().records.addBranch(at, 1, 'right', output({ side: 'right' }));
      expect(right.status === 'written' && right.record.progress?.branches).toEqual({
        left: output({ side: 'left' }),
        right: output({ side: 'right' }),
      });
    });
    it('starts the next stage with an empty set of branches', async () => {
      const at = { key: fresh(), generation: 1 };
      await ports().records.putProgress(at, progress(1));
      await ports().records.addBranch(at, 1, 'left', output(1));
      await ports().records.putProgress(at, progress(2));
      expect(first(await ports().records.read([at]))?.progress?.branches).toEqual({});
    });
    it('keeps two branches that finish at the same moment', async () => {
      const at = { key: fresh(), generation: 1 };
      await ports().records.putProgress(at, progress(1));
      await Promise.all(['left', 'right'].map((side) => ports().records.addBranch(at, 1, side, output(side))));
      const record = first(await ports().records.read([at]));
      expect(Object.keys(record?.progress?.branches ?? {}).sort()).toEqual(['left', 'right']);
    });
  });
}
