/** Predicted against measured, figure by figure. Pure. */
import type { Figures } from './fit';

export interface Row {
  readonly figure: string;
  readonly measured: number;
  readonly simulated: number;
  readonly errorPercent: number;
}

const FIGURES: readonly { readonly figure: string; readonly digits: number; of(figures: Figures): number }[] = [
  { figure: 'mean, ms', digits: 1, of: (each) => each.meanMs },
  { figure: 'p50, ms', digits: 1, of: (each) => each.p50Ms },
  { figure: 'p95, ms', digits: 1, of: (each) => each.p95Ms },
  { figure: 'p99, ms', digits: 1, of: (each) => each.p99Ms },
  { figure: 'mean batch of ingestion', digits: 3, of: (each) => each.meanBatch.ingest },
  { figure: 'mean batch of the lane', digits: 3, of: (each) => each.meanBatch.lane },
  { figure: 'utilisation of ingestion', digits: 4, of: (each) => each.utilisation.ingest },
  { figure: 'utilisation of the lane', digits: 4, of: (each) => each.utilisation.lane },
];

export const compare = (measured: Figures, simulated: Figures): Row[] =>
  FIGURES.map(({ figure, digits, of }) => ({
    figure,
    measured: Number(of(measured).toFixed(digits)),
    simulated: Number(of(simulated).toFixed(digits)),
    // Adding 0 makes of -0 what a reader expects.
    errorPercent: Number((100 * (of(simulated) / of(measured) - 1)).toFixed(1)) + 0,
  }));
