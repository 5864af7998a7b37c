/**
 * Cobham's form of non-preemptive priorities: an arrival waits until the next server is free, then for those before it, then for the more
 * urgent that overtake it. `nextFreeSeconds` is W_0, the mean time until then; `utilisations` are per class, most urgent first.
 */
export function waitsByPriority(input: {
  readonly nextFreeSeconds: number;
  readonly utilisations: readonly number[];
}): readonly number[] {
  let busy = 0;
  return input.utilisations.map((utilisation) => {
    const freeOfMoreUrgent = 1 - busy;
    busy += utilisation;
    return input.nextFreeSeconds / (freeOfMoreUrgent * (1 - busy));
  });
}
