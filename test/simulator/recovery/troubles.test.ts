/**
 * Proves, on as many seeds as a unit test may take, that what the monitor does not find the reconciler does, nobody twice; that nothing is
 * done where nothing is wrong; that a classifier that lies is bounded; and that nobody acts on half an order while writes are lost. More
 * seeds: `npm run simulate:recovery`.
 */
import { runHealthy, runLiar, runReaders, runTrouble, TROUBLES } from '../../../simulator/recovery';

it.each(TROUBLES)(
  'the monitor in trouble (%s): each failed execution is found, and none is run again twice',
  async (trouble) => {
    const runs = [await runTrouble(trouble, 3), await runTrouble(trouble, 6)];
    const sum = (of: (run: (typeof runs)[number]) => number) => runs.reduce((all, run) => all + of(run), 0);
    expect(runs.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect({ missed: sum((run) => run.failed - run.mended), doubled: sum((run) => run.doubled) }).toEqual({
      missed: 0,
      doubled: 0,
    });
    // Else it was not in trouble, or nothing had failed.
    expect(sum((run) => run.failed)).toBeGreaterThan(5);
    const isDeaf = trouble === 'down' || trouble === 'denied';
    expect(sum((run) => run.byRecovery) === 0).toBe(isDeaf);
    expect(sum((run) => run.unheard) > 0).toBe(isDeaf || trouble === 'gap');
  },
  180_000,
);

it('does nothing and finds nothing where nothing is wrong', async () => {
  let orders = 0;
  for (let seed = 1; seed <= 15; seed++) {
    const { wrong, ...run } = await runHealthy(seed);
    orders += run.orders;
    expect({ seed, wrong, incidents: run.incidents, actions: run.actions, laterRuns: run.laterRuns }).toEqual({
      seed,
      wrong: [],
      incidents: 0,
      actions: 0,
      laterRuns: 0,
    });
  }
  expect(orders).toBe(300);
}, 180_000);

it('is bounded where the classifier lies ten times a second, and stops with the switch', async () => {
  const { wrong, ...run } = await runLiar(1);
  expect(wrong).toEqual([]);
  expect(run.mostInWindow).toBeLessThanOrEqual(20);
  expect({ afterOff: run.afterOff, onOrders: run.onOrders }).toEqual({ afterOff: 0, onOrders: 0 });
  // It would do more if it could.
  expect(run.lies).toBeGreaterThan(10_000);
  expect(run.actions).toBeGreaterThan(30);
}, 180_000);

it('lets nobody act on half an order while writes are lost in silence', async () => {
  const { wrong, lost, reads, acts, slowestRepairMs } = await runReaders(1);
  expect(wrong).toEqual([]);
  expect(reads).toBeGreaterThan(10_000);
  expect(lost).toBeGreaterThan(10);
  expect(acts).toBeGreaterThan(100);
  expect(slowestRepairMs).toBeLessThan(120_000);
}, 180_000);
