/**
 * Chains that began split and have not ended: an older version of a runner may not know theirs. What a saga has is in no lane any more,
 * whatever version of the coordinator began it.
 */
import type { Acceptances, Records } from '../../../core/ports';

/** A runner keeps the lane's control record for a second. */
const CONTROL_CACHE_MS = 1_000;
/** Open acceptances that are looked through for chains in flight. */
const MOST_OPEN = 100_000;
const YEAR_MS = 365 * 86_400_000;

export interface InFlightPorts {
  readonly acceptances: Pick<Acceptances, 'open'>;
  readonly records: Pick<Records, 'read'>;
}

/** So long after a lane's form was said to be fused, the last chain may still begin split. */
export const lastSplitMs = (timeoutSeconds: number): number => CONTROL_CACHE_MS + timeoutSeconds * 1000;

export async function splitInFlight(
  { acceptances, records }: InFlightPorts,
  lane: string,
  nowMs: number,
): Promise<number> {
  const open = (await acceptances.open(nowMs + YEAR_MS, MOST_OPEN)).filter((each) => each.lane === lane);
  const keys = open.flatMap(({ envelopes }) => envelopes.map(({ key, generation }) => ({ key, generation })));
  const found = await records.read(keys);
  return found.filter(({ outcome, progress }) => outcome === undefined && progress?.position.form === 'split').length;
}
