/** Words and tables of the report. */
import { type Improvement, NO_RUN } from '../../simulator/evaluation/statistics';

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

export const number = (value: number, digits = 3): string =>
  Number.isFinite(value) ? Number(value.toPrecision(digits)).toString() : '–';

export const percent = (share: number, digits = 3): string => `${number(100 * share, digits)} %`;

/** A loss of more than ten times says no more by its digits. */
export const atLeast = (value: number): string => (value < -999 ? '< -999' : number(value));

/** "81.2 (79.0 … 83.1)" or, without an interval, "81.2 (one seed)"; in %. */
export function improvement({ estimate, low, high, undefinedBecause }: Improvement): string {
  if (estimate === null) return undefinedBecause === NO_RUN ? 'not run' : 'undefined';
  if (low === null && high === null) return `${atLeast(estimate)} (one seed)`;
  const bound = (value: number | null) => (value === null ? '?' : atLeast(value));
  return `${atLeast(estimate)} (${bound(low)} … ${bound(high)})`;
}
