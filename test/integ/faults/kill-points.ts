/** Which writes the functions make, form by form: each is a point at which the worker is killed, before it and after it. */
import { resourceNames } from '../../../core/contracts/names';
import type { FaultRule } from '../../../local/faults/rules';

export const names = resourceNames('local');
const LANES = `${names.prefix}-lane-`;

interface KillPoint {
  readonly what: string;
  /** Function, less the environment's prefix. */
  readonly caller: string;
  readonly operation: string;
  readonly bodyHolds: string;
  /** Where a stream has plenty of such writes, only each so many-th is struck. */
  readonly every?: number;
}

/** Lane `normal` is split, the others are fused. The runner of `high` is left alone: its lane is the one of the trouble. */
const KILL_POINTS: readonly KillPoint[] = [
  { what: 'acceptance', caller: 'ingest', operation: 'PutItem', bodyHolds: names.acceptancesTable, every: 3 },
  { what: 'hand-off', caller: 'ingest', operation: 'SendMessageBatch', bodyHolds: LANES, every: 3 },
  { what: 'mark', caller: 'ingest', operation: 'UpdateItem', bodyHolds: 'SET handedOver', every: 3 },
  { what: 'progress', caller: 'runner-normal', operation: 'UpdateItem', bodyHolds: 'progress = :progress', every: 3 },
  { what: 'continuation', caller: 'runner-normal', operation: 'SendMessageBatch', bodyHolds: LANES, every: 3 },
  { what: 'branch', caller: 'runner-normal', operation: 'UpdateItem', bodyHolds: 'branches.#branch = :output' },
  { what: 'outcome', caller: 'runner-normal', operation: 'UpdateItem', bodyHolds: 'SET outcome' },
  { what: 'outcome and context', caller: 'runner-normal', operation: 'TransactWriteItems', bodyHolds: 'SET outcome' },
  {
    what: 'suspect',
    caller: 'runner-normal',
    operation: 'SendMessageBatch',
    bodyHolds: names.suspectQueue('main'),
  },
  { what: 'outcome and context', caller: 'runner-critical', operation: 'TransactWriteItems', bodyHolds: 'SET outcome' },
  {
    what: 'outcome and context',
    caller: 'runner-ordered',
    operation: 'TransactWriteItems',
    bodyHolds: 'SET outcome',
    every: 3,
  },
  { what: 'effect', caller: 'publisher', operation: 'PutItem', bodyHolds: names.effectsTable, every: 3 },
  { what: 'emitted event', caller: 'publisher', operation: 'PutEvents', bodyHolds: names.bus },
  { what: 'outcome', caller: 'dead-letter', operation: 'UpdateItem', bodyHolds: 'SET outcome' },
  { what: 'position', caller: 'dead-letter', operation: 'SendMessageBatch', bodyHolds: LANES },
  { what: 'claim of a send', caller: 'reconciler', operation: 'UpdateItem', bodyHolds: 'resends = resends' },
  { what: 'send', caller: 'reconciler', operation: 'SendMessageBatch', bodyHolds: LANES },
  { what: 'mark', caller: 'reconciler', operation: 'UpdateItem', bodyHolds: 'SET handedOver' },
  // Few in a run: so that the kills before do not leave none for those after.
  { what: 'outcome', caller: 'reconciler', operation: 'UpdateItem', bodyHolds: 'SET outcome', every: 2 },
  { what: 'close', caller: 'reconciler', operation: 'UpdateItem', bodyHolds: 'SET closedAtMs', every: 3 },
];

export const killRules = (kills: number): readonly FaultRule[] =>
  KILL_POINTS.flatMap(({ what, caller, operation, bodyHolds, every = 1 }) =>
    (['before', 'after'] as const).map((when) => ({
      name: `kill ${caller} ${when} ${what} (${operation})`,
      operation,
      bodyHolds,
      caller: `${names.prefix}-${caller}`,
      action: 'kill' as const,
      when,
      skip: 0,
      every,
      times: kills,
    })),
  );

const LEDGER_WRITES = [
  { operation: 'PutItem', bodyHolds: names.acceptancesTable },
  { operation: 'UpdateItem', bodyHolds: names.recordsTable },
  { operation: 'TransactWriteItems', bodyHolds: names.recordsTable },
];

/** The ledger refuses, throttles, conflicts, answers late, or loses its answer; and lanes refuse what ingestion hands over. */
export const refusalRules = (kills: number): readonly FaultRule[] => [
  ...LEDGER_WRITES.flatMap((write) =>
    (['error', 'throttle', 'conflict', 'lose-answer', 'delay'] as const).map((action) => ({
      name: `${action} ${write.operation} ${write.bodyHolds}`,
      ...write,
      action,
      when: action === 'lose-answer' ? ('after' as const) : ('before' as const),
      skip: 1,
      // Spread, so that they leave those events alone whose worker dies: an error of its own would keep one from the suspects.
      every: 4,
      times: 2 * kills,
      // Longer than the functions' clients wait for an answer: executed all the same.
      ...(action === 'delay' ? { delayMs: 1_500 } : {}),
    })),
  ),
  // Whatever is left to the reconciler then, an ordered lane keeps its order.
  {
    name: 'refuse hand-off SendMessageBatch',
    operation: 'SendMessageBatch',
    bodyHolds: LANES,
    caller: `${names.prefix}-ingest`,
    action: 'refuse',
    when: 'before',
    skip: 0,
    every: 4,
    times: 6 * kills,
  },
];
