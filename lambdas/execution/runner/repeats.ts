/** Repeats inside one batch: the same position of the same event, delivered more than once. */
import type { Delivery } from '../../../core/contracts/lane-message';

/** The one that is run, and those that are acknowledged with it. */
export interface Distinct {
  readonly delivery: Delivery;
  readonly repeats: readonly Delivery[];
}

/** In the batch's order. Another body under the same identity is no repeat: the ledger decides which of them counts. */
export function dropRepeats(batch: readonly Delivery[]): readonly Distinct[] {
  const first = new Map<string, { delivery: Delivery; repeats: Delivery[] }>();
  for (const delivery of batch) {
    const id = workOf(delivery);
    const known = first.get(id);
    if (known === undefined) first.set(id, { delivery, repeats: [] });
    // The most often received one speaks for all: it has the strongest reason to look at the record first.
    else if (delivery.receiveCount > known.delivery.receiveCount) {
      known.repeats.push(known.delivery);
      known.delivery = delivery;
    } else known.repeats.push(delivery);
  }
  return [...first.values()];
}

function workOf({ message: { envelope, position } }: Delivery): string {
  const at =
    position === undefined ? 'start' : [position.chain, position.version, position.stage, position.branch ?? ''];
  return JSON.stringify([envelope.key, envelope.generation, envelope.bodyDigest, at]);
}
