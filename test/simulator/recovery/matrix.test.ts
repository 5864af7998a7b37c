/**
 * Proves for each fault × each step of the booking × its first try or all tries of a run: the real monitor says of every injected fault
 * what it is and of nothing else anything sure, the real recovery does what the policy says and no more, and nothing is lost, doubled,
 * stuck or unbalanced. More seeds: `npm run simulate:recovery`.
 */
import { cells, runCell, runMatrix, sumOf } from '../../../simulator/recovery';

it('every fault is called what it is, and dealt with as the policy says', async () => {
  const matrix = await runMatrix(1, 2);
  const { injected, diagnosed, ...sum } = sumOf(matrix);
  expect({ examples: matrix.examples, bad: sum.bad, missed: injected - diagnosed }).toEqual({
    examples: [],
    bad: 0,
    missed: 0,
  });
  expect(sum).toMatchObject({ cells: 154, runs: 308, orders: 924 });
  // What is asked for has come up: each order was struck, some four times, and all three ways of mending were gone.
  expect(injected).toBeGreaterThan(2_000);
  for (const way of ['recoveryRuns', 'rollbacks'] as const)
    expect(matrix.rows.reduce((all, row) => all + row[way], 0)).toBeGreaterThan(20);
}, 180_000);

it('a cell is the same run again for the same seed, and another one for another', async () => {
  const cell = { fault: 'time-out', step: 'refund', tries: 'last' } as const;
  const [first, again] = [await runCell(cell, 3), await runCell(cell, 3)];
  expect(again).toEqual(first);
  expect(cells()).toContainEqual(cell);
});
