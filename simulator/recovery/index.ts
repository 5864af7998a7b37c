/** The booking with its monitor and its recovery in deterministic simulation: what they say of a fault, and what they do about it. */

export { runLiar } from './liar';
export { type Cell, type CellRun, cells, runCell } from './matrix';
export { runReaders } from './readers';
export { type Check, SAFEGUARDS } from './safeguards';
export { type Matrix, type Row, runMatrix, sumOf } from './table';
export { runHealthy, runTrouble } from './troubles';
export { TROUBLES, type Trouble } from './watched-types';
