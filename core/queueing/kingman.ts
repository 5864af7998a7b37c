import { notNegative, positive, refuseFaults, refuseUnstable } from './inputs';

/**
 * Kingman's upper bound of the mean wait at G/G/1, first come first served, in seconds: λ (σ_a² + σ_s²) / (2 (1 − ρ)), from the variances
 * of gaps and services. Gaps and services are independent, each with itself and with the other. It is close at high load; at low load it
 * is far too high. `ggcApproximateMeanWaitSeconds` with one server is Kingman's estimate, which is closer and no bound.
 *
 * `arrivalScv` and `serviceScv` are squared coefficients of variation (variance / mean²): 0 constant, 1 exponential.
 *
 * Source: J. F. C. Kingman, "The single server queue in heavy traffic", Proc. Cambridge Phil. Soc. 57 (1961); the bound at all loads in
 * "Some inequalities for the queue GI/G/1", Biometrika 49 (1962).
 *
 * @throws InvalidValueError unless arrivals and service are above 0, both scv at least 0, and the queue stable.
 */
export function kingmanMeanWaitBoundSeconds(queue: {
  readonly arrivalsPerSecond: number;
  readonly meanServiceSeconds: number;
  readonly arrivalScv: number;
  readonly serviceScv: number;
}): number {
  const { arrivalsPerSecond, meanServiceSeconds, arrivalScv, serviceScv } = queue;
  refuseFaults('kingmanMeanWaitBoundSeconds', [
    positive('arrivalsPerSecond', arrivalsPerSecond),
    positive('meanServiceSeconds', meanServiceSeconds),
    notNegative('arrivalScv', arrivalScv),
    notNegative('serviceScv', serviceScv),
  ]);
  const utilisation = arrivalsPerSecond * meanServiceSeconds;
  refuseUnstable('kingmanMeanWaitBoundSeconds', utilisation);
  return (arrivalScv / arrivalsPerSecond + serviceScv * utilisation * meanServiceSeconds) / (2 * (1 - utilisation));
}
