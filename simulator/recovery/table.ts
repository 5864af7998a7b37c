/** Cells of the matrix, added up by fault and by how many tries fail. */
import { type Cell, type CellRun, cells, runCell, STEPS, TRIES } from './matrix';
import { KIND_OF, STRUCK_WITH, type StruckWith } from './strikes';

export interface Row {
  readonly fault: StruckWith;
  readonly tries: Cell['tries'];
  readonly kind: string;
  runs: number;
  injected: number;
  diagnosed: number;
  orders: number;
  done: number;
  compensated: number;
  recoveryRuns: number;
  reconcilerRuns: number;
  rollbacks: number;
  /** Runs in which anything is not as it has to be. */
  bad: number;
}

export interface Matrix {
  readonly rows: readonly Row[];
  /** The first few things that were wrong, each with its cell and seed. */
  readonly examples: readonly string[];
}

const MOST_EXAMPLES = 10;

/** `tell` hears of each fault that is through. */
export async function runMatrix(from: number, seeds: number, tell: (row: Row) => void = () => {}): Promise<Matrix> {
  const rows = STRUCK_WITH.flatMap((fault) => TRIES.map((tries) => emptyRow(fault, tries)));
  const examples: string[] = [];
  for (const row of rows) {
    for (const cell of cells().filter(({ fault, tries }) => fault === row.fault && tries === row.tries))
      for (let seed = from; seed < from + seeds; seed++) {
        const run = await runCell(cell, seed);
        add(row, run);
        const [first] = run.wrong;
        if (first !== undefined && examples.length < MOST_EXAMPLES)
          examples.push(`${cell.fault}, ${cell.step}, ${cell.tries}, seed ${seed}: ${first}`);
      }
    tell(row);
  }
  return { rows, examples };
}

/** Runs of each cell, faults in all, and what is wrong. */
export function sumOf({ rows }: Matrix) {
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    cells: rows.length * STEPS.length,
    runs: sum(({ runs }) => runs),
    injected: sum(({ injected }) => injected),
    diagnosed: sum(({ diagnosed }) => diagnosed),
    orders: sum(({ orders }) => orders),
    bad: sum(({ bad }) => bad),
  };
}

const emptyRow = (fault: StruckWith, tries: Cell['tries']): Row => ({
  fault,
  tries,
  kind: KIND_OF[fault],
  runs: 0,
  injected: 0,
  diagnosed: 0,
  orders: 0,
  done: 0,
  compensated: 0,
  recoveryRuns: 0,
  reconcilerRuns: 0,
  rollbacks: 0,
  bad: 0,
});

function add(row: Row, run: CellRun): void {
  row.runs += 1;
  row.injected += run.injected;
  row.diagnosed += run.diagnosed;
  row.orders += run.orders;
  row.done += run.done;
  row.compensated += run.compensated;
  row.recoveryRuns += run.recoveryRuns;
  row.reconcilerRuns += run.reconcilerRuns;
  row.rollbacks += run.rollbacks;
  row.bad += run.wrong.length > 0 ? 1 : 0;
}
