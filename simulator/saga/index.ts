/** The saga and its recovery in deterministic simulation: the real definition, steps and decisions, against faults everywhere. */
export { FAULTS, type Fault } from './faults';
export { VIOLATIONS, type Violation } from './model';
export {
  addTotals,
  findMissing,
  noTotals,
  runSeed,
  type SeedOptions,
  type Totals,
  tooRare,
  violationCount,
} from './run';
export { SAFEGUARDS, type Safeguard } from './safeguards';
