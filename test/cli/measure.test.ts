/** Counts of what sagas have, from the ledger. */
import { sagaFigures } from '../../cli/measure';
import type { LedgerRecord } from '../../core/contracts/ledger';
import { outcome } from '../conformance/fixtures';

const withSaga = (key: string, dueAtMs: number): LedgerRecord => ({
  key,
  generation: 1,
  attempts: 0,
  progress: {
    position: { chain: 'booking', version: 1, stage: 0, form: 'coordinated' },
    outputs: [],
    branches: {},
    coordinated: { execution: key, dueAtMs },
  },
});

it('counts events that sagas have, and those that the reconciler would ask for', () => {
  const done = { key: 'd', generation: 1, attempts: 0, outcome: outcome('d') };
  const records = [withSaga('a', 50), withSaga('b', 150), done, { key: 'e', generation: 1, attempts: 1 }];
  expect(sagaFigures(records, 100)).toEqual({ underWay: 2, due: 1 });
});
