/**
 * Kleinrock's conservation law: whoever is served first, as long as no work is lost or made and the server never idles with work there,
 * Σ ρ_i W_i stays the same. A discipline can only move waiting from one class to another. It checks formulas, simulations and claims.
 *
 * Source: L. Kleinrock, "A conservation law for a wide class of queueing disciplines", Naval Research Logistics Quarterly 12 (1965).
 */
import { eachClass, notNegative, positive, refuseFaults, refuseUnstable, sum } from './inputs';
import { residualWorkSeconds } from './mg1';
import { checkMg1Classes, type Mg1Class } from './priority-mg1';
import { type PriorityMmcQueue, priorityMmcLoad } from './priority-mmc';

/** A class and what was found for it: a mean wait, or a mean time in system, but the same for all classes. */
export interface ClassTime {
  readonly arrivalsPerSecond: number;
  readonly meanServiceSeconds: number;
  readonly meanSeconds: number;
}

/**
 * Σ λ_i E[S_i] W_i, in seconds: the side of the law that is measured.
 *
 * @throws InvalidValueError unless there is a class, services are above 0 and the rest at least 0.
 */
export function weightedMeanSeconds(input: { readonly classes: readonly ClassTime[] }): number {
  refuseFaults(
    'weightedMeanSeconds',
    eachClass(input.classes, (each, path) => [
      notNegative(`${path}.arrivalsPerSecond`, each.arrivalsPerSecond),
      positive(`${path}.meanServiceSeconds`, each.meanServiceSeconds),
      notNegative(`${path}.meanSeconds`, each.meanSeconds),
    ]),
  );
  return sum(input.classes.map((each) => each.arrivalsPerSecond * each.meanServiceSeconds * each.meanSeconds));
}

/**
 * How far `classes` are from the law, as a share of what it conserves: 0 where it holds, below 0 where too little waiting was found.
 *
 * @throws InvalidValueError for bad classes, or unless `conservedSeconds` is above 0.
 */
export function conservationError(input: {
  readonly classes: readonly ClassTime[];
  readonly conservedSeconds: number;
}): number {
  refuseFaults('conservationError', [positive('conservedSeconds', input.conservedSeconds)]);
  return weightedMeanSeconds(input) / input.conservedSeconds - 1;
}

/**
 * What M/G/1 conserves of waits, in seconds, under every order that interrupts no service: ρ Σ λ_i E[S_i²] / 2 / (1 − ρ).
 *
 * @throws InvalidValueError for bad classes, or where all together are not stable.
 */
export function mg1ConservedWaitSeconds(queue: { readonly classes: readonly Mg1Class[] }): number {
  refuseFaults('mg1ConservedWaitSeconds', checkMg1Classes(queue.classes));
  const utilisation = sum(queue.classes.map((each) => each.arrivalsPerSecond * each.meanServiceSeconds));
  refuseUnstable('mg1ConservedWaitSeconds', utilisation);
  return (utilisation * sum(queue.classes.map(residualWorkSeconds))) / (1 - utilisation);
}

/**
 * What M/M/c with one service time for all conserves of waits, in seconds: the offered load times the wait of first come first served.
 *
 * @throws InvalidValueError for a bad queue, or where all classes together are not stable.
 */
export function mmcConservedWaitSeconds(queue: PriorityMmcQueue): number {
  const { offeredErlangs, meanWaitSeconds } = priorityMmcLoad('mmcConservedWaitSeconds', queue);
  return offeredErlangs * meanWaitSeconds;
}

/**
 * What a shared processor with exponential services conserves of times in system, in seconds: Σ ρ_i E[S_i] / (1 − ρ), its mean work.
 *
 * @throws InvalidValueError for bad classes, or where all together are not stable.
 */
export function sharingConservedSojournSeconds(queue: {
  readonly classes: readonly { readonly arrivalsPerSecond: number; readonly meanServiceSeconds: number }[];
}): number {
  const model = 'sharingConservedSojournSeconds';
  const exponential = queue.classes.map((each) => ({ ...each, serviceScv: 1 }));
  refuseFaults(model, checkMg1Classes(exponential));
  const utilisation = sum(exponential.map((each) => each.arrivalsPerSecond * each.meanServiceSeconds));
  refuseUnstable(model, utilisation);
  return sum(exponential.map(residualWorkSeconds)) / (1 - utilisation);
}
