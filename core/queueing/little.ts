/** Little's law: J. D. C. Little, "A proof for the queuing formula L = λW", Operations Research 9 (1961). */

/** Long-run means of a stable queue. */
export interface QueueMeans {
  /** Busy share of a server, 0 to below 1. */
  readonly utilisation: number;
  /** From arrival to the start of service. */
  readonly meanWaitSeconds: number;
  /** From arrival to the end of service. */
  readonly meanSojournSeconds: number;
  /** Customers that wait, those in service not among them. */
  readonly meanWaiting: number;
  /** Customers that wait or are in service. */
  readonly meanInSystem: number;
}

/** Completes the means from the wait alone: numbers are rates times times. */
export function completeMeans(queue: {
  readonly arrivalsPerSecond: number;
  readonly meanServiceSeconds: number;
  readonly utilisation: number;
  readonly meanWaitSeconds: number;
}): QueueMeans {
  const { arrivalsPerSecond, meanServiceSeconds, utilisation, meanWaitSeconds } = queue;
  const meanSojournSeconds = meanWaitSeconds + meanServiceSeconds;
  return {
    utilisation,
    meanWaitSeconds,
    meanSojournSeconds,
    meanWaiting: arrivalsPerSecond * meanWaitSeconds,
    meanInSystem: arrivalsPerSecond * meanSojournSeconds,
  };
}
