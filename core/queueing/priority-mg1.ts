import { eachClass, notNegative, positive, refuseFaults, refuseUnstable, sum } from './inputs';
import { residualWorkSeconds } from './mg1';
import { waitsByPriority } from './priority-waits';

/** One class at a single server. */
export interface Mg1Class {
  /** λ, at least 0. */
  readonly arrivalsPerSecond: number;
  /** E[S], above 0. */
  readonly meanServiceSeconds: number;
  /** Var S / E[S]², at least 0. */
  readonly serviceScv: number;
}

/**
 * Mean wait of each class of M/G/1, in seconds, the most urgent first, where a service is never interrupted:
 * W_k = (Σ λ_i E[S_i²] / 2) / ((1 − σ_(k−1)) (1 − σ_k)). The sum goes over all classes, since an arrival may find any of them in service.
 *
 * Source: A. Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954); Kleinrock, "Queueing Systems II" (1976), §3.6.
 *
 * @throws InvalidValueError for an input outside `Mg1Class`, no class at all, or where all classes together are not stable.
 */
export function priorityMg1MeanWaitsSeconds(queue: { readonly classes: readonly Mg1Class[] }): readonly number[] {
  const model = 'priorityMg1MeanWaitsSeconds';
  refuseFaults(model, checkMg1Classes(queue.classes));
  const utilisations = queue.classes.map((each) => each.arrivalsPerSecond * each.meanServiceSeconds);
  refuseUnstable(model, sum(utilisations));
  return waitsByPriority({ nextFreeSeconds: sum(queue.classes.map(residualWorkSeconds)), utilisations });
}

/** The checks of a list of classes, for `refuseFaults`. */
export function checkMg1Classes(classes: readonly Mg1Class[]) {
  return eachClass(classes, (each, path) => [
    notNegative(`${path}.arrivalsPerSecond`, each.arrivalsPerSecond),
    positive(`${path}.meanServiceSeconds`, each.meanServiceSeconds),
    notNegative(`${path}.serviceScv`, each.serviceScv),
  ]);
}
