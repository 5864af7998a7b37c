/** The events that died of an incident and have no later generation yet. */
import type { Incident } from '../../../core/contracts/incident';
import type { LedgerRecord } from '../../../core/contracts/ledger';
import { diedSinceMs, MOST_REDRIVEN, redrivable } from '../../../core/policies/recovery/redrivable';
import type { Records } from '../../../core/ports';

/** DEAD events of all lanes that are looked through. */
const MOST_LOOKED_THROUGH = 1_000;

/** One more than are sent again at once, so that it shows that there are more. */
export async function diedOf(
  records: Pick<Records, 'dead' | 'latest'>,
  incident: Incident,
  toMs: number,
): Promise<readonly LedgerRecord[]> {
  if (incident.subject.on !== 'function' || incident.subject.lane === undefined) return [];
  const query = { fromMs: diedSinceMs(incident), toMs, limit: MOST_LOOKED_THROUGH };
  const found: LedgerRecord[] = [];
  for (const record of redrivable(incident, await records.dead(query))) {
    if (found.length > MOST_REDRIVEN) break;
    if ((await records.latest(record.key))?.generation === record.generation) found.push(record);
  }
  return found;
}
