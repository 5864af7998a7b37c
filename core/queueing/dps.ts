import { eachClass, notNegative, positive, refuseFaults, refuseUnstable, sum } from './inputs';

/** One class of a shared processor. */
export interface SharingClass {
  /** λ, at least 0; with 0 the answer is that of a single customer of the class among the others. */
  readonly arrivalsPerSecond: number;
  /** Mean of the exponential service time at the full speed of the processor, above 0. */
  readonly meanServiceSeconds: number;
  /** Each customer's share is its weight over the sum of the weights present. Only ratios count; above 0. */
  readonly weight: number;
}

/**
 * Mean time in system of each class under discriminatory processor sharing (M/M/1-DPS), in seconds: all customers are served at once, at
 * speeds in the ratio of their weights. With equal weights it is E[S] / (1 − ρ) for every class.
 *
 * With rates r_i = w_i μ_i, the times solve T_k (1 − Σ_j λ_j w_j / (r_j + r_k)) − Σ_j λ_j w_j T_j / (r_j + r_k) = 1 / μ_k.
 *
 * Source: G. Fayolle, I. Mitrani and R. Iasnogorodski, "Sharing a processor among many job classes", Journal of the ACM 27 (1980).
 *
 * @throws InvalidValueError for an input outside `SharingClass`, no class at all, or where all classes together are not stable.
 */
export function dpsMeanSojournsSeconds(queue: { readonly classes: readonly SharingClass[] }): readonly number[] {
  const { classes } = queue;
  refuseFaults(
    'dpsMeanSojournsSeconds',
    eachClass(classes, (each, path) => [
      notNegative(`${path}.arrivalsPerSecond`, each.arrivalsPerSecond),
      positive(`${path}.meanServiceSeconds`, each.meanServiceSeconds),
      positive(`${path}.weight`, each.weight),
    ]),
  );
  refuseUnstable(
    'dpsMeanSojournsSeconds',
    sum(classes.map((each) => each.arrivalsPerSecond * each.meanServiceSeconds)),
  );
  return solve(classes.map((each, index) => [...equation(classes, each, index), each.meanServiceSeconds]));
}

/** The coefficients of one class's equation. */
function equation(classes: readonly SharingClass[], each: SharingClass, index: number): number[] {
  const rate = (one: SharingClass) => one.weight / one.meanServiceSeconds;
  const delays = classes.map((other) => (other.arrivalsPerSecond * other.weight) / (rate(other) + rate(each)));
  const own = 1 - sum(delays);
  return delays.map((delay, other) => (other === index ? own : 0) - delay);
}

/**
 * Solves rows of coefficients with the right side last. Elimination in the given order is safe: the matrix of a stable queue is a
 * non-singular M-matrix, whose pivots are all positive (Berman and Plemmons, "Nonnegative Matrices", 1994, §6.2).
 */
function solve(rows: number[][]): number[] {
  const at = (row: number, column: number) => rows[row]?.[column] as number;
  for (let pivot = 0; pivot < rows.length; pivot += 1) {
    for (let row = 0; row < rows.length; row += 1) {
      if (row === pivot) continue;
      const factor = at(row, pivot) / at(pivot, pivot);
      rows[row] = rows[row]?.map((value, column) => value - factor * at(pivot, column)) as number[];
    }
  }
  return rows.map((row, index) => (row[rows.length] as number) / at(index, index));
}
